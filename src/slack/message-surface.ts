/**
 * One message for each ask of a deployment, edited in place. Subject: `<deployment>/<ask>`. A message whose ask is no
 * longer current says so and is then done.
 */
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Context } from "../context.ts";
import { isChannelProblem } from "../operations/channels.ts";
import { OutsideError } from "../operations/ports.ts";
import type { DeploymentView, LoadDeploymentView } from "../operations/views.ts";
import { pendingStatuses, runningStatuses } from "../policy/model.ts";
import type { Surface } from "../projections/surface.ts";
import type { Database } from "../store/schema.ts";
import type { SlackMessage } from "./blocks/block.ts";
import { renderDeploymentMessage } from "./blocks/deployment.ts";
import { SlackRefusal } from "./client.ts";
import { afterRefusal, isUndelivered, newsForMs, type Posting, undelivered } from "./posting.ts";

/** Slack takes about one write a second for each channel. */
const spacingMs = 1_000;

export type MessageContent = {
  readonly channel: string;
  readonly message: SlackMessage;
};

type Options = {
  readonly db: Kysely<Database>;
  readonly context: Context;
  readonly log: Logger;
  readonly posting: Posting;
  readonly loadDeploymentView: LoadDeploymentView;
  readonly githubUrl: string;
};

/** Undefined for what is no subject of ours. */
function readMessageSubject(subject: string): { readonly deployment: number; readonly ask: number } | undefined {
  const [, deployment, ask] = /^(\d{1,15})\/(\d{1,9})$/u.exec(subject) ?? [];
  if (deployment === undefined || ask === undefined) return undefined;
  return { deployment: Number(deployment), ask: Number(ask) };
}

function isEnded(view: DeploymentView): boolean {
  const open: readonly string[] = [...pendingStatuses, ...runningStatuses];
  return !open.includes(view.status);
}

export function messageSurface(options: Options): Surface<MessageContent> {
  const { db, context, log, posting, githubUrl } = options;

  async function load(subject: string) {
    const read = readMessageSubject(subject);
    if (read === undefined) return undefined;
    const view = await options.loadDeploymentView(db, read.deployment);
    return view === undefined ? undefined : { view, ask: read.ask };
  }

  async function create(subject: string, content: MessageContent) {
    const loaded = await load(subject);
    // Nobody saw this ask; a message that only says that it no longer counts would be noise.
    if (loaded === undefined || loaded.ask !== loaded.view.ask) return undelivered("the ask was replaced");
    try {
      return await posting.post({ channel: content.channel }, subject, content.message);
    } catch (error) {
      return afterRefusal(error, { context, log, subject, stillMatters: matters(loaded.view) });
    }
  }

  async function find(subject: string, content: MessageContent) {
    const loaded = await load(subject);
    if (loaded === undefined) throw new OutsideError(`there is no deployment for ${subject}`);
    try {
      return await posting.find({ channel: content.channel }, subject, loaded.view.requestedAt);
    } catch (error) {
      return afterRefusal(error, { context, log, subject, stillMatters: matters(loaded.view) });
    }
  }

  function matters(view: DeploymentView): boolean {
    return !isEnded(view) || context.clock.now() - view.requestedAt < newsForMs;
  }

  return {
    surface: "slack.message",
    inOrder: true,
    spacingMs,
    async render(subject) {
      const loaded = await load(subject);
      const channel = loaded?.view.channel;
      if (loaded === undefined || channel === undefined) return undefined;
      const { view, ask } = loaded;
      const message = renderDeploymentMessage(view, ask, { githubUrl });
      return { content: { channel, message } };
    },
    find,
    create,
    async update(external, content, subject) {
      // What could not be delivered before is posted anew: the state has changed since, and the channel may be mended.
      if (isUndelivered(external)) return await create(subject, content);
      try {
        await posting.edit(external, subject, content.message);
        return undefined;
      } catch (error) {
        if (!(error instanceof SlackRefusal)) throw error;
        const loaded = await load(subject);
        const isNews = loaded !== undefined && matters(loaded.view);
        // Somebody deleted it: what is asked and how it ends is shown anew, unless a killed writer has done so already.
        if (error.slackCode === "message_not_found" && isNews) {
          return (await find(subject, content)) ?? (await create(subject, content));
        }
        // An edit waits for its channel too. When that is given up the message stays as it was last seen.
        const ofChannel = isChannelProblem(error.slackCode);
        const after = afterRefusal(error, { context, log, subject, stillMatters: ofChannel && isNews });
        return ofChannel ? undefined : after;
      }
    },
  };
}
