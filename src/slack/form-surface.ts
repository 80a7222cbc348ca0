/**
 * The form of `/deploy`: opened by the command's trigger, then updated in place. Subject: the form's number. Slack lets it
 * be opened for three seconds only; when they have passed, the form is not made, and whoever asked is told.
 */
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import { z } from "zod";
import type { External, Surface } from "../projections/surface.ts";
import type { Database } from "../store/schema.ts";
import { type SlackClient, SlackRefusal } from "./client.ts";
import { isUndelivered, undelivered } from "./posting.ts";
import { externalId, renderForm } from "./views/deploy-form.ts";
import type { ModalView } from "./views/elements.ts";

/** A trigger that was used or whose time is over opens nothing any more. */
const triggerIsGone = [
  "expired_trigger_id",
  "exchanged_trigger_id",
  "trigger_expired",
  "trigger_exchanged",
  "invalid_trigger_id",
];
/** The person has closed it. */
const viewIsGone = ["not_found", "view_not_found", "view_expired"];

const opened = z.object({ view: z.object({ id: z.string() }) });

export type FormContent = { readonly trigger: string; readonly user: string; readonly view: ModalView };

type Options = { readonly db: Kysely<Database>; readonly log: Logger; readonly client: SlackClient };

export function formSurface({ db, log, client }: Options): Surface<FormContent> {
  return {
    surface: "slack.form",
    async render(subject) {
      if (!/^\d{1,15}$/u.test(subject)) return undefined;
      const form = await db.selectFrom("form").selectAll().where("id", "=", Number(subject)).executeTakeFirst();
      // What was sent is closed.
      if (form === undefined || form.sent_by_key !== null) return undefined;
      return { content: { trigger: form.key, user: form.slack_user, view: renderForm(form.shown, form) } };
    },
    async find(_subject, { trigger, view }) {
      try {
        const found = await client.call("views.update", { external_id: externalId({ key: trigger }), view }, opened);
        return { view: found.view.id };
      } catch (error) {
        if (error instanceof SlackRefusal) return undefined;
        throw error;
      }
    },
    async create(subject, { trigger, view }) {
      try {
        const made = await client.call("views.open", { trigger_id: trigger, view }, opened);
        return { view: made.view.id };
      } catch (error) {
        if (!(error instanceof SlackRefusal) || !triggerIsGone.includes(error.slackCode)) throw error;
        log.warn({ err: error, subject: `form/${subject}` }, "a form could not be opened in time");
        return undelivered(error.slackCode);
      }
    },
    async update(external, { view }) {
      if (isUndelivered(external)) return undefined;
      try {
        await client.call("views.update", { view_id: external["view"], view }, z.object({}));
        return undefined;
      } catch (error) {
        if (!(error instanceof SlackRefusal) || !viewIsGone.includes(error.slackCode)) throw error;
        return closed;
      }
    },
  };
}

const closed: External = undelivered("closed");
