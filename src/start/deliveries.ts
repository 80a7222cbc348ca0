/** Who handles what was stored: Probot GitHub's deliveries, Bolt Slack's, an operation the reports of deployers. */
import { parseCommand } from "../commands/parse.ts";
import type { Settings } from "../config/settings.ts";
import { callbackShape } from "../deployers/http-answer.ts";
import { createGitHubApp, type GitHubApp } from "../github/app.ts";
import { createInboxDrain, type InboxDrain } from "../jobs/drain-inbox.ts";
import { withRequestId } from "../log.ts";
import { createGitHubEvents } from "../operations/github-events.ts";
import { missed } from "../operations/missed.ts";
import { noteCallback } from "../operations/note-callback.ts";
import { isAway } from "../operations/ports.ts";
import { createSlackEvents } from "../operations/slack-events.ts";
import { createSlackApp } from "../slack/app.ts";
import { answerOf } from "../slack/emoji.ts";
import { type ClaimedDelivery, type Inbox, triesAtMost } from "../store/inbox.ts";
import type { Metrics } from "../web/metrics.ts";
import type { Parts } from "./parts.ts";

export function createDeliveries(
  { bot, github }: Parts,
  { settings, inbox, metrics }: { readonly settings: Settings; readonly inbox: Inbox; readonly metrics: Metrics },
): { readonly githubApp: GitHubApp; readonly drain: InboxDrain } {
  const { context, log, db } = bot;
  const githubApp = createGitHubApp({
    context,
    log,
    github,
    events: createGitHubEvents(bot, parseCommand),
    knownDeliveries: async (keys) => {
      if (keys.length === 0) return new Set();
      const rows = await db
        .selectFrom("inbox")
        .select("key")
        .where("source", "=", "github")
        .where("key", "in", [...keys])
        .where("status", "!=", "failed")
        .execute();
      return new Set(rows.map((row) => row.key));
    },
    follows: async (id) => {
      const row = await db.selectFrom("repository").select("pipeline_file_id").where("id", "=", id).executeTakeFirst();
      return row !== undefined && row.pipeline_file_id !== null;
    },
  });
  const slackApp = createSlackApp({
    context,
    log,
    settings: settings.slack,
    handlers: createSlackEvents(bot, parseCommand, answerOf),
  });

  async function handle(delivery: ClaimedDelivery): Promise<void> {
    if (delivery.source === "github") return await githubApp.handDelivery(delivery);
    if (delivery.source === "slack") {
      return await slackApp.handDelivery({ ...delivery, lastTry: delivery.attempts >= triesAtMost });
    }
    await noteCallback(bot, callbackShape.parse(delivery.payload));
  }
  const drain = createInboxDrain({
    inbox: {
      quiet: () => inbox.quiet(),
      claim: (limit) => inbox.claim(limit),
      async done(delivery) {
        const done = await inbox.done(delivery);
        metrics.handled(delivery.source, done ? "done" : "lost");
        return done;
      },
      async failed(delivery, error) {
        // GitHub does not send again what was taken from it, while a person who hears of no answer asks again.
        const outcome = await inbox.failed(delivery, error, delivery.source === "github" && isAway(error));
        if (outcome === "given-up" && delivery.source === "github") await missed(bot, "github");
        metrics.handled(delivery.source, outcome);
        return outcome;
      },
    },
    log,
    handle: (delivery) => withRequestId(delivery.key, () => handle(delivery)),
  });
  return { githubApp, drain };
}
