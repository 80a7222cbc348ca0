/**
 * `github.news`: on an issue, or a pull request where the pipeline file says `news: all`, one comment that says where the
 * work is live, edited as it moves on. There is never a second one: it is found again by its hidden marker.
 *
 * An issue of another repository hears of it only in the same installation and when whoever merged may close issues
 * there: a description alone must not reach into a repository that its author has no say in. A comment that somebody
 * deleted is not written again.
 */
import { loadWork, type Work } from "../../operations/work.ts";
import { optional } from "../../optional.ts";
import type { External, Rendering, Surface } from "../../projections/surface.ts";
import { shortSha } from "../../wording/phrases.ts";
import { sentencesForReached, type WorkWords } from "../../wording/work.ts";
import { orUndefined } from "../failures.ts";
import { code, webUrl } from "../markdown.ts";
import { sameRepository } from "../repository-name.ts";
import { findOwnComment } from "./find-comment.ts";
import { type Ground, loadRepository, reach } from "./ground.ts";
import { mayCloseIn } from "./may-close.ts";
import { readCommentSubject } from "./subject.ts";

export type NewsContent = {
  readonly body: string;
  /** Whoever merged from another repository: one of them must have a say where the comment goes. Absent: none needs to. */
  readonly foreign?: readonly string[];
};

const newsMarker = "<!-- signalbox:news -->";

const noComment: External = { comment: 0 };

export function createNewsSurface(ground: Ground): Surface<NewsContent> {
  const target = async (subject: string) => {
    const { repositoryId, number } = readCommentSubject(subject);
    const repository = await loadRepository(ground, repositoryId);
    return { ...(await reach(ground, repository)), repository, number };
  };

  async function mayReach(subject: string, { foreign }: NewsContent): Promise<boolean> {
    if (foreign === undefined) return true;
    const { repository } = await target(subject);
    for (const login of foreign) if (await mayCloseIn(ground, repository, login)) return true;
    return false;
  }

  async function create(subject: string, content: NewsContent): Promise<External> {
    if (!(await mayReach(subject, content))) return noComment;
    const { octokit, at, number } = await target(subject);
    const made = await orUndefined(
      octokit.rest.issues.createComment({ ...at, issue_number: number, body: marked(content.body) }),
      // The issue was deleted or transferred, or issues are switched off there.
      [404, 410],
    );
    return made === undefined ? noComment : { comment: made.data.id };
  }

  return {
    surface: "github.news",

    async render(subject): Promise<Rendering<NewsContent> | undefined> {
      const { repositoryId, number } = readCommentSubject(subject);
      const repository = await loadRepository(ground, repositoryId);
      if (repository === undefined) return undefined;
      const all = await loadWork(ground.db, { repository: repository.full_name, number });
      const told = all.filter(
        (work) =>
          work.installationId === repository.installation_id &&
          (isItself(work, repositoryId, number) ? work.news === "all" : work.news !== "off") &&
          work.reached.length > 0,
      );
      if (told.length === 0) return undefined;
      const own = told.some((work) => work.repositoryId === repositoryId);
      const mergers = [...new Set(told.flatMap((work) => work.mergedBy ?? []))];
      const itself = told.length === 1 && told.every((work) => isItself(work, repositoryId, number));
      const body = itself ? told.map(sentences).join("") : linesOf(told, repository.full_name, ground.github.githubUrl);
      return { content: { body, ...optional("foreign", own ? undefined : mergers) } };
    },

    async find(subject) {
      const { octokit, at, number } = await target(subject);
      const comment = await findOwnComment(ground.github, octokit, at, number, newsMarker);
      return comment === undefined ? undefined : { comment };
    },

    create,

    async update(external, content, subject) {
      const comment = Number(external["comment"]);
      if (external["deleted"] === 1) return external;
      if (comment === 0) return await create(subject, content);
      const { octokit, at } = await target(subject);
      const edited = await orUndefined(
        octokit.rest.issues.updateComment({ ...at, comment_id: comment, body: marked(content.body) }),
        [404, 410],
      );
      return edited === undefined ? { comment, deleted: 1 } : external;
    },
  };
}

function isItself(work: Work, repositoryId: number, number: number): boolean {
  return work.repositoryId === repositoryId && work.pullRequest === number;
}

const words: WorkWords = {
  place({ environment, service, url }) {
    const address = webUrl(url);
    const name = code(environment);
    const place = address === undefined ? name : `[${name}](<${address}>)`;
    return service === undefined ? place : `${place} of ${code(service)}`;
  },
  revision: ({ revision: { sha, version } }) =>
    version === undefined ? code(shortSha(sha)) : `${code(version)} (${code(shortSha(sha))})`,
};

function sentences(work: Work): string {
  return sentencesForReached(work.reached, words);
}

/** One pull request is named behind its sentence; of several, each has a line of its own. */
function linesOf(told: readonly Work[], home: string, githubUrl: string): string {
  const link = ({ repository, pullRequest }: Work) => {
    const name = sameRepository(repository, home) ? `#${pullRequest}` : `${repository}#${pullRequest}`;
    return `[${name}](${githubUrl}/${repository}/pull/${pullRequest})`;
  };
  const [only] = told;
  if (only !== undefined && told.length === 1) return `${sentences(only)} Done in ${link(only)}.`;
  return told.map((work) => `- ${link(work)}: ${sentences(work)}`).join("\n");
}

function marked(body: string): string {
  return `${newsMarker}\n${body}`;
}
