/**
 * Answers ahead of the questions: for many pull requests that are seen at once, as at start, what their rules will ask of
 * GitHub one by one is asked for together. Decides nothing; what was not answered is asked for by itself as ever.
 */
import { closingKeywords } from "../policy/closing-keywords.ts";
import type { Bot } from "./bot.ts";
import type { BulkQuestions, FoundPullRequest, RepositoryRef } from "./ports.ts";
import { pipelinePath } from "./pull-request-facts.ts";

/** For fewer than these, asking one by one costs no more. */
const fewest = 2;

/** The bot, with a GitHub that knows the answers; for these pull requests and this moment alone. */
export async function withAnswersFor(
  bot: Bot,
  repository: RepositoryRef,
  pulls: readonly FoundPullRequest[],
): Promise<Bot> {
  const questions = await questionsAbout(bot, repository, pulls);
  if (questions.issues.length + questions.files.length < fewest) return bot;
  const { issues, files } = await bot.github.inBulk(repository, questions);
  const ours = (name: string) => name.toLowerCase() === repository.fullName.toLowerCase();
  return {
    ...bot,
    github: {
      ...bot.github,
      issue: async (of, named) =>
        (of.id === repository.id && ours(named.repository) ? issues.get(named.number) : undefined) ??
        (await bot.github.issue(of, named)),
      fileAt: async (of, at, path) => {
        const key = `${at}:${path}`;
        return of.id === repository.id && files.has(key) ? files.get(key) : await bot.github.fileAt(of, at, path);
      },
    },
  };
}

async function questionsAbout(
  bot: Bot,
  repository: RepositoryRef,
  pulls: readonly FoundPullRequest[],
): Promise<BulkQuestions> {
  if (pulls.length === 0) return { issues: [], files: [] };
  const stored = await bot.db
    .selectFrom("pull_request")
    .select(["number", "head_sha", "issues"])
    .where("repository_id", "=", repository.id)
    .where(
      "number",
      "in",
      pulls.map(({ number }) => number),
    )
    .execute();
  const known = new Map(stored.map((row) => [row.number, row]));
  const home = { repository: repository.fullName, githubUrl: bot.githubUrl };
  const issues = new Set<number>();
  const heads = new Set<string>();
  for (const pull of pulls) {
    const row = known.get(pull.number);
    if (row?.head_sha !== pull.headSha) heads.add(pull.headSha);
    for (const { repository: name, number } of closingKeywords(pull.body, home)) {
      const answered = row?.issues.some((issue) => issue.number === number && issue.state !== "unknown");
      if (name.toLowerCase() === repository.fullName.toLowerCase() && answered !== true) issues.add(number);
    }
  }
  return { issues: [...issues], files: [...heads].map((at) => ({ at, path: pipelinePath })) };
}
