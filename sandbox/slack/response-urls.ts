/**
 * Response URLs: five uses within thirty minutes, for the person and channel that they were made for. They never
 * reach another channel.
 *
 * Source: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
import type { Context } from "../../src/context.ts";
import { blockProblems } from "./block-kit.ts";
import type { CallFields } from "./requests.ts";
import { field, flag } from "./requests.ts";
import type { SlackMessage, Workspace } from "./workspace.ts";

const mostUses = 5;
const lifetimeMs = 30 * 60_000;

type Ticket = {
  readonly channel: string;
  readonly user: string;
  readonly madeAt: number;
  readonly origin?: SlackMessage;
  uses: number;
};

export type ResponseUrls = {
  /** The path of a new response URL. */
  issue(ticket: { readonly channel: string; readonly user: string; readonly origin?: SlackMessage }): string;
  use(path: string, fields: CallFields): { readonly status: number; readonly body: unknown };
};

export type Answer = { readonly channel: string; readonly user: string; readonly origin?: SlackMessage };

/** Shows what the bot answered, at once or through a response URL; false when its blocks break a limit. */
export function showAnswer(workspace: Workspace, to: Answer, fields: CallFields): boolean {
  const given = fields["blocks"];
  const blocks = Array.isArray(given) ? given : [];
  const text = field(fields, "text") ?? "";
  if (blockProblems(blocks, "message").length > 0) return false;
  if (to.origin && flag(fields, "delete_original")) {
    workspace.remove(to.origin);
    return true;
  }
  if (to.origin && flag(fields, "replace_original")) {
    workspace.edit(to.origin, (message) => {
      message.text = text;
      message.blocks = blocks;
      message.edits += 1;
      message.editedTs = workspace.timestamp();
    });
    return true;
  }
  if (text === "" && blocks.length === 0) return true;
  const threadTs = field(fields, "thread_ts") ?? to.origin?.threadTs;
  workspace.post({
    channel: to.channel,
    user: workspace.botUser,
    text,
    blocks,
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(field(fields, "response_type") === "in_channel" ? {} : { ephemeralFor: to.user }),
  });
  return true;
}

export function createResponseUrls(context: Context, workspace: Workspace): ResponseUrls {
  const tickets = new Map<string, Ticket>();
  return {
    issue(ticket) {
      const path = `/response/${workspace.team}/${context.ids.secret(12)}`;
      const now = context.clock.now();
      for (const [known, old] of tickets) if (now - old.madeAt > 2 * lifetimeMs) tickets.delete(known);
      tickets.set(path, { ...ticket, madeAt: now, uses: 0 });
      return path;
    },
    use(path, fields) {
      const ticket = tickets.get(path);
      if (!ticket) return { status: 404, body: { ok: false, error: "no_such_url" } };
      if (context.clock.now() - ticket.madeAt > lifetimeMs) {
        return { status: 404, body: { ok: false, error: "expired_url" } };
      }
      if (ticket.uses >= mostUses) return { status: 404, body: { ok: false, error: "used_url" } };
      ticket.uses += 1;
      const shown = showAnswer(workspace, ticket, fields);
      if (!shown) return { status: 400, body: { ok: false, error: "invalid_blocks" } };
      return { status: 200, body: { ok: true } };
    },
  };
}
