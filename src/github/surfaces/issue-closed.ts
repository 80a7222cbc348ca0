/**
 * `github.issue-closed`: after a merge, closes an issue that the pull request names and that GitHub does not close by
 * itself, once, with a link. GitHub does it for the repository's own issues when the base is the default branch.
 *
 * An issue of another repository is closed only when that repository is in the same installation and whoever merged may
 * close issues there: a description alone must not reach into a repository that its author has no say in.
 */
import type { Rendering, Surface } from "../../projections/surface.ts";
import type { PullRequestRow } from "../../store/schema.ts";
import { orUndefined } from "../failures.ts";
import { code } from "../markdown.ts";
import { sameRepository } from "../repository-name.ts";
import { findOwnComment } from "./find-comment.ts";
import { type Ground, loadPullRequest, loadRepository, loadRepositoryNamed, reach } from "./ground.ts";
import { mayCloseIn } from "./may-close.ts";
import { readIssueClosedSubject } from "./subject.ts";

export type IssueClosedContent = {
  readonly repository: string;
  readonly number: number;
  readonly base: string;
  readonly mergedBy: string;
};

export function createIssueClosedSurface(ground: Ground): Surface<IssueClosedContent> {
  const target = async (subject: string) => {
    const { issueRepository, issue } = readIssueClosedSubject(subject);
    const repository = await loadRepositoryNamed(ground, issueRepository);
    return { ...(await reach(ground, repository)), issue, repository };
  };

  return {
    surface: "github.issue-closed",

    async render(subject): Promise<Rendering<IssueClosedContent> | undefined> {
      const { repositoryId, number, issueRepository, issue } = readIssueClosedSubject(subject);
      const row = await loadPullRequest(ground, repositoryId, number);
      if (row === undefined || row.merged_at === null || row.merged_by === null) return undefined;
      const repository = await loadRepository(ground, repositoryId);
      const issues = await loadRepositoryNamed(ground, issueRepository);
      if (repository === undefined || issues?.installation_id !== repository.installation_id) return undefined;
      if (!names(row, issueRepository, issue)) return undefined;
      if (issues.id === repository.id && row.base_ref === repository.default_branch) return undefined;
      return {
        content: { repository: repository.full_name, number, base: row.base_ref, mergedBy: row.merged_by },
      };
    },

    async find(subject) {
      const { octokit, at, issue } = await target(subject);
      const comment = await findOwnComment(ground.github, octokit, at, issue, markerOf(subject));
      return comment === undefined ? undefined : { comment };
    },

    /** Closes first: should the bot die before the comment, the closed issue still shows who closed it. */
    async create(subject, content) {
      const { octokit, at, issue, repository } = await target(subject);
      const found = await orUndefined(octokit.rest.issues.get({ ...at, issue_number: issue }), [404, 410]);
      if (found === undefined || found.data.pull_request) return { comment: 0 };
      if (found.data.state === "open") {
        const foreign = !sameRepository(content.repository, repository?.full_name ?? "");
        if (foreign && !(await mayCloseIn(ground, repository, content.mergedBy))) return { comment: 0 };
        await octokit.rest.issues.update({ ...at, issue_number: issue, state: "closed", state_reason: "completed" });
        await ground.context.faults.at("github.issue-closed");
      } else if (found.data.closed_by?.login !== (await ground.github.login())) {
        // Somebody closed it before us: there is nothing to tell.
        return { comment: 0 };
      }
      const comment = await octokit.rest.issues.createComment({
        ...at,
        issue_number: issue,
        body: `${markerOf(subject)}\n${bodyOf(content, ground.github.githubUrl)}`,
      });
      return { comment: comment.data.id };
    },
  };
}

/** What the description closed when it was last judged; `issues` holds what it names, `readiness` what it closes. */
function names(row: PullRequestRow, repository: string, number: number): boolean {
  const named = row.readiness?.closes ?? row.issues;
  return named.some((issue) => issue.number === number && sameRepository(issue.repository, repository));
}

function bodyOf({ repository, number, base }: IssueClosedContent, githubUrl: string): string {
  const link = `[${repository}#${number}](${githubUrl}/${repository}/pull/${number})`;
  return `Closed by ${link}, which was merged into ${code(base)}.`;
}

function markerOf(subject: string): string {
  return `<!-- signalbox:closed ${subject} -->`;
}
