/**
 * `github.reply`: the one answer to a command that was written as a comment, in the same thread; edited once more when
 * what was asked for has ended. Subject: the answer's row. A comment that is gone is never answered anew.
 */
import type { External, Rendering, Surface } from "../../projections/surface.ts";
import { orUndefined } from "../failures.ts";
import { replyBody } from "../wording-reply.ts";
import { findOwnComment } from "./find-comment.ts";
import { type Ground, loadRepository, reach } from "./ground.ts";

export type ReplyContent = { readonly issue: number; readonly body: string };

/** The thread is locked or gone: nothing can be said there. */
const nowhere: External = { comment: 0 };
const silenced = [403, 404, 410];

export function createReplySurface(ground: Ground): Surface<ReplyContent> {
  const load = async (subject: string) =>
    await ground.db.selectFrom("comment_reply").selectAll().where("id", "=", Number(subject)).executeTakeFirst();

  const target = async (subject: string) => {
    const row = await load(subject);
    return await reach(ground, row && (await loadRepository(ground, row.repository_id)));
  };

  return {
    surface: "github.reply",

    async render(subject): Promise<Rendering<ReplyContent> | undefined> {
      const row = await load(subject);
      const repository = row && (await loadRepository(ground, row.repository_id));
      if (row === undefined || repository === undefined) return undefined;
      const { deployment_id: deployment, issue, comment_id: comment, login, command, content } = row;
      const view = deployment === null ? undefined : await ground.loadDeploymentView(ground.db, deployment);
      const reply = { repository: repository.full_name, issue, comment, login, command, content, at: row.at.getTime() };
      const body = `${markerOf(comment)}\n${replyBody(reply, view, ground.github.githubUrl)}`;
      return { content: { issue, body } };
    },

    async find(subject, { issue }) {
      const row = await load(subject);
      const { octokit, at } = await target(subject);
      const marker = markerOf(row?.comment_id ?? 0);
      const comment = await findOwnComment(ground.github, octokit, at, issue, marker);
      return comment === undefined ? undefined : { comment };
    },

    async create(subject, { issue, body }) {
      const { octokit, at } = await target(subject);
      const made = await orUndefined(octokit.rest.issues.createComment({ ...at, issue_number: issue, body }), silenced);
      return made === undefined ? nowhere : { comment: made.data.id };
    },

    async update(external, { body }, subject) {
      const comment = Number(external["comment"]);
      if (comment === 0) return external;
      const { octokit, at } = await target(subject);
      const edited = await orUndefined(
        octokit.rest.issues.updateComment({ ...at, comment_id: comment, body }),
        silenced,
      );
      return edited === undefined ? nowhere : external;
    },
  };
}

function markerOf(comment: number): string {
  return `<!-- signalbox:reply ${comment} -->`;
}
