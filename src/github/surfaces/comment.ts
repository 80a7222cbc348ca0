/**
 * `github.comment`: at most one comment on a pull request, edited in place, from the first thing to mend to "all set". A
 * pull request that was always in order gets none.
 */
import type { External, Rendering, Surface } from "../../projections/surface.ts";
import { projectionKey } from "../../projections/touch.ts";
import { orUndefined } from "../failures.ts";
import { commentAllSet, commentToMend } from "../wording-pull-request.ts";
import { findOwnComment } from "./find-comment.ts";
import { type Ground, loadPullRequest, loadRepository, reach } from "./ground.ts";
import { readCommentSubject } from "./subject.ts";

export type CommentContent = { readonly kind: "to-mend" | "all-set"; readonly body: string };

export const commentMarker = "<!-- signalbox:ready -->";

/** Says that a comment was called for and then no longer needed before one was made. */
const noComment: External = { comment: 0 };

export function createCommentSurface(ground: Ground): Surface<CommentContent> {
  const surface = "github.comment";

  const target = async (subject: string) => {
    const { repositoryId, number } = readCommentSubject(subject);
    return { ...(await reach(ground, await loadRepository(ground, repositoryId))), number };
  };

  async function find(subject: string): Promise<External | undefined> {
    const { octokit, at, number } = await target(subject);
    const comment = await findOwnComment(ground.github, octokit, at, number, commentMarker);
    return comment === undefined ? undefined : { comment };
  }

  async function create(subject: string, content: CommentContent): Promise<External> {
    if (content.kind === "all-set") return noComment;
    const { octokit, at, number } = await target(subject);
    const made = await octokit.rest.issues.createComment({ ...at, issue_number: number, body: marked(content.body) });
    return { comment: made.data.id };
  }

  /** Whether a comment stands, or may stand after a crash. */
  async function mayStand(subject: string): Promise<boolean> {
    const row = await ground.db
      .selectFrom("projection")
      .select(["state", "external"])
      .where("key", "=", projectionKey(surface, subject))
      .executeTakeFirst();
    return row !== undefined && (row.state === "posting" || row.external !== null);
  }

  return {
    surface,

    async render(subject): Promise<Rendering<CommentContent> | undefined> {
      const { repositoryId, number } = readCommentSubject(subject);
      const row = await loadPullRequest(ground, repositoryId, number);
      // What is closed or merged keeps what was last said: nothing can be mended any more.
      if (row === undefined || row.readiness === null || row.state === "closed") return undefined;
      if ((await loadRepository(ground, repositoryId)) === undefined) return undefined;
      const { problems } = row.readiness;
      if (problems.length > 0) return { content: { kind: "to-mend", body: commentToMend(problems) } };
      return (await mayStand(subject)) ? { content: { kind: "all-set", body: commentAllSet } } : undefined;
    },

    find,
    create,

    async update(external, content, subject) {
      const comment = Number(external["comment"]);
      if (comment === 0) return (await find(subject)) ?? (await create(subject, content));
      const { octokit, at } = await target(subject);
      const edited = await orUndefined(
        octokit.rest.issues.updateComment({ ...at, comment_id: comment, body: marked(content.body) }),
        [404, 410],
      );
      // Somebody deleted it: it is written anew only while there is something to mend.
      return edited === undefined ? await create(subject, content) : external;
    },
  };
}

function marked(body: string): string {
  return `${commentMarker}\n${body}`;
}
