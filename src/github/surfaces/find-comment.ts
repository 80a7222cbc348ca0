/** Finds the App's own comment by its hidden marker. Anybody can write the marker, so the author is what counts. */
import type { GitHub } from "../client.ts";
import type { OwnerAndRepo } from "../repository-name.ts";

type Octokit = Awaited<ReturnType<GitHub["installation"]>>;

const mostPages = 10;

export async function findOwnComment(
  github: GitHub,
  octokit: Octokit,
  at: OwnerAndRepo,
  issue: number,
  marker: string,
): Promise<number | undefined> {
  for (let page = 1; page <= mostPages; page++) {
    const answer = await octokit.rest.issues.listComments({ ...at, issue_number: issue, per_page: 100, page });
    for (const comment of answer.data) {
      if (!comment.body?.includes(marker)) continue;
      const app = comment.performed_via_github_app?.id;
      if (app === github.appId || comment.user?.login === (await github.login())) return comment.id;
    }
    if (answer.data.length < 100) return undefined;
  }
  return undefined;
}
