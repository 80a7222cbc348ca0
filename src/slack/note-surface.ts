/**
 * What is said once: to one person, in the thread of a deployment's present message, or in the service's channel.
 * Subject: the note's id. It must never be said twice: after a crash it is looked for, by its metadata, before it is posted.
 */
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import { z } from "zod";
import type { Context } from "../context.ts";
import { serviceChannel } from "../operations/place.ts";
import { OutsideError } from "../operations/ports.ts";
import type { LoadDeploymentView } from "../operations/views.ts";
import { optional } from "../optional.ts";
import { holdsOthers, NotYet, type Surface } from "../projections/surface.ts";
import { projectionKey } from "../projections/touch.ts";
import type { Database } from "../store/schema.ts";
import type { SlackMessage } from "./blocks/block.ts";
import { renderNote } from "./blocks/said.ts";
import { afterRefusal, newsForMs, type Place, type Posting } from "./posting.ts";

/** How soon to look again whether the message that a note belongs to has been posted. */
const waitForMessageMs = 1_000;

type NoteRow = {
  readonly id: number;
  readonly deployment_id: number | null;
  readonly service_id: number | null;
  readonly slack_user: string | null;
};

type Options = {
  readonly db: Kysely<Database>;
  readonly context: Context;
  readonly log: Logger;
  readonly posting: Posting;
  readonly loadDeploymentView: LoadDeploymentView;
};

const whereMessage = z.union([
  z.object({ channel: z.string(), ts: z.string() }),
  z.object({ undelivered: z.string() }).transform(() => undefined),
]);

export function noteSurface(options: Options): Surface<SlackMessage> {
  const { db, context, log, posting } = options;

  async function load(subject: string) {
    if (!/^\d{1,15}$/u.test(subject)) return undefined;
    return await db.selectFrom("note").selectAll().where("id", "=", Number(subject)).executeTakeFirst();
  }

  /** The service's channel; without one, the channel that the note is paced with, where somebody asked. */
  async function channelOf(note: NoteRow): Promise<string | undefined> {
    if (note.service_id !== null) {
      const service = await db
        .selectFrom("service")
        .select(serviceChannel)
        .where("id", "=", note.service_id)
        .executeTakeFirst();
      if (service !== undefined && service.channel !== null) return service.channel;
    }
    const key = projectionKey("slack.note", `${note.id}`);
    const row = await db.selectFrom("projection").select("lane").where("key", "=", key).executeTakeFirst();
    return row?.lane;
  }

  /** Where the note belongs; undefined when there is no such channel. */
  async function placeOf(note: NoteRow): Promise<Place | undefined> {
    if (note.slack_user !== null) return { channel: note.slack_user };
    if (note.deployment_id !== null) {
      const view = await options.loadDeploymentView(db, note.deployment_id);
      if (view === undefined) return undefined;
      const key = projectionKey("slack.message", `${view.id}/${view.ask}`);
      const row = await db
        .selectFrom("projection")
        .select(["external", "refused", "attempts", "look_at"])
        .where("key", "=", key)
        .executeTakeFirst();
      // A message that cannot be posted may never be; what there is to say is then said without it.
      if (row !== undefined && row.external === null && view.channel !== undefined && holdsOthers(row)) {
        // Where the message itself waits, for its channel or for Slack, there is no use in looking before it does.
        const retryAt = Math.max(context.clock.now() + waitForMessageMs, row.look_at?.getTime() ?? 0);
        throw new NotYet("the message that this note belongs to is not posted yet", { retryAt });
      }
      const message = row === undefined || row.external === null ? undefined : whereMessage.parse(row.external);
      if (message !== undefined) return { channel: message.channel, threadTs: message.ts };
      if (view.channel !== undefined) return { channel: view.channel };
    }
    const channel = await channelOf(note);
    return channel === undefined ? undefined : { channel };
  }

  async function askerOf(note: NoteRow) {
    const view = note.deployment_id === null ? undefined : await options.loadDeploymentView(db, note.deployment_id);
    return view && { login: view.requestedBy, ...optional("slackUser", view.requestedBySlack) };
  }

  /** What Slack refuses: it waits, or is given up when it is news no longer. */
  function refused(error: unknown, note: { readonly id: number; readonly at: Date }) {
    const stillMatters = context.clock.now() - note.at.getTime() < newsForMs;
    return afterRefusal(error, { context, log, subject: `note/${note.id}`, stillMatters });
  }

  return {
    surface: "slack.note",
    inOrder: true,
    async render(subject) {
      const note = await load(subject);
      if (note === undefined || (await placeOf(note)) === undefined) return undefined;
      return { content: renderNote(note.content, await askerOf(note)) };
    },
    async find(subject) {
      const note = await load(subject);
      const place = note === undefined ? undefined : await placeOf(note);
      if (note === undefined || place === undefined) return undefined;
      try {
        return await posting.find(place, `note/${subject}`, note.at.getTime());
      } catch (error) {
        return refused(error, note);
      }
    },
    async create(subject, content) {
      const note = await load(subject);
      const place = note === undefined ? undefined : await placeOf(note);
      if (note === undefined || place === undefined) throw new OutsideError(`there is no place for note ${subject}`);
      try {
        return await posting.post(place, `note/${subject}`, content);
      } catch (error) {
        return refused(error, note);
      }
    },
  };
}
