/**
 * Answers ahead of the questions: for what is looked at together, as at start, what will be asked of GitHub one by one is
 * asked for together. Decides nothing; what was not answered is asked for by itself as ever.
 */
import { closingKeywords } from "../policy/closing-keywords.ts";
import type { Bot } from "./bot.ts";
import { readyCheckName } from "./branch-guard.ts";
import type { BulkQuestions, FoundPullRequest, RepositoryRef } from "./ports.ts";
import { pipelinePath } from "./pull-request-facts.ts";
import { pipelineReadings } from "./read-pipeline.ts";

/** For fewer than these, asking one by one costs no more. */
const fewest = 2;

export type Listed = { readonly repository: RepositoryRef; readonly open: readonly FoundPullRequest[] };

/** The bot, with a GitHub that knows the answers; for these pull requests and this moment alone. */
export async function withAnswersFor(bot: Bot, listed: readonly Listed[]): Promise<Bot> {
  const questions: BulkQuestions[] = [];
  for (const one of listed) questions.push(await questionsAbout(bot, one));
  return await withAnswers(bot, questions);
}

/** The bot, with a GitHub that knows where these branches stand; for this moment alone. */
export async function withHeads(
  bot: Bot,
  branches: readonly { readonly repository: RepositoryRef; readonly branch: string }[],
): Promise<Bot> {
  const questions = new Map<number, { readonly repository: RepositoryRef; readonly heads: string[] }>();
  for (const { repository, branch } of branches) {
    const asked = questions.get(repository.id) ?? { repository, heads: [] };
    asked.heads.push(branch);
    questions.set(repository.id, asked);
  }
  return await withAnswers(bot, [...questions.values()]);
}

/** The bot, with a GitHub that knows the pipeline files of these repositories; for this moment alone. */
export async function withPipelineFiles(bot: Bot, repositories: readonly RepositoryRef[]): Promise<Bot> {
  if (repositories.length < fewest) return bot;
  const ids = repositories.map(({ id }) => id);
  const before = await pipelineReadings(bot.db, ids);
  const known = await bot.github.pipelineFiles(repositories);
  const pipelineSources: Bot["github"]["pipelineSources"] = async (of, at) => {
    // What somebody else has read since may be newer than what was read here.
    const isNewest = (await pipelineReadings(bot.db, [of.id])).get(of.id) === (before.get(of.id) ?? 0);
    return await bot.github.pipelineSources(of, at, isNewest ? known.files : undefined);
  };
  const workflows: Bot["github"]["workflows"] = async (of) =>
    known.workflows.get(of.fullName.toLowerCase()) ?? (await bot.github.workflows(of));
  return { ...bot, github: { ...bot.github, pipelineSources, workflows } };
}

async function withAnswers(bot: Bot, questions: readonly BulkQuestions[]): Promise<Bot> {
  const asked = questions.filter((one) => countOf(one) > 0);
  if (asked.reduce((sum, one) => sum + countOf(one), 0) < fewest) return bot;
  const answers = await bot.github.inBulk(asked);
  return {
    ...bot,
    github: {
      ...bot.github,
      async issue(of, named) {
        const ours = named.repository.toLowerCase() === of.fullName.toLowerCase();
        const known = ours ? answers.get(of.id)?.issues.get(named.number) : undefined;
        return known ?? (await bot.github.issue(of, named));
      },
      async fileAt(of, at, path) {
        const files = answers.get(of.id)?.files;
        const key = `${at}:${path}`;
        return files?.has(key) ? files.get(key) : await bot.github.fileAt(of, at, path);
      },
      async branchHead(of, branch) {
        return answers.get(of.id)?.heads.get(branch) ?? (await bot.github.branchHead(of, branch));
      },
      async requiresCheck(of, branch, check) {
        const known = check === readyCheckName ? answers.get(of.id)?.guards.get(branch) : undefined;
        return known ?? (await bot.github.requiresCheck(of, branch, check));
      },
    },
  };
}

function countOf({ issues, files, heads, guards }: BulkQuestions): number {
  return [issues, files, heads, guards?.branches].reduce((sum, asked) => sum + (asked?.length ?? 0), 0);
}

async function questionsAbout(bot: Bot, { repository, open }: Listed): Promise<BulkQuestions> {
  if (open.length === 0) return { repository };
  const stored = await bot.db
    .selectFrom("pull_request")
    .select(["number", "head_sha", "issues"])
    .where("repository_id", "=", repository.id)
    .where(
      "number",
      "in",
      open.map(({ number }) => number),
    )
    .execute();
  const known = new Map(stored.map((row) => [row.number, row]));
  const home = { repository: repository.fullName, githubUrl: bot.githubUrl };
  const issues = new Set<number>();
  const heads = new Set<string>();
  // Asked for where a pull request may turn out not to be ready for the first time.
  const bases = new Set<string>();
  for (const pull of open) {
    const row = known.get(pull.number);
    if (row === undefined) bases.add(pull.baseRef);
    if (row?.head_sha !== pull.headSha) heads.add(pull.headSha);
    for (const { repository: name, number } of closingKeywords(pull.body, home)) {
      const answered = row?.issues.some((issue) => issue.number === number && issue.state !== "unknown");
      if (name.toLowerCase() === repository.fullName.toLowerCase() && answered !== true) issues.add(number);
    }
  }
  const files = [...heads].map((at) => ({ at, path: pipelinePath }));
  return { repository, issues: [...issues], files, guards: { check: readyCheckName, branches: [...bases] } };
}
