/** Stored deliveries of views and menus → our own events: the part of `app.ts` for what is not a message. */
import { optional } from "../optional.ts";
import type { SlackPayload } from "./payload.ts";
import type { FormFields, FormSent, ViewEvents } from "./view-events.ts";
import {
  type FormSubmissionPayload,
  fieldOf,
  formActionIds,
  formCallbackId,
  homeActionIds,
  menuActionId,
} from "./view-payload.ts";

/** What Bolt has to be told to listen to. */
export const viewListeners = {
  actions: [...formActionIds, ...homeActionIds, menuActionId],
  submissions: [formCallbackId],
  events: ["app_home_opened"],
} as const;

function fieldsOf(view: FormSubmissionPayload["view"]): FormFields {
  return {
    ...optional("service", fieldOf(view, "form-service")?.value),
    ...optional("environment", fieldOf(view, "form-environment")?.value),
    ...optional("revision", fieldOf(view, "form-revision")?.value),
    ...optional("other", fieldOf(view, "form-other")?.value),
    ...optional("reason", fieldOf(view, "form-reason")?.value),
  };
}

/** A number that we wrote into a view; 0, which is nobody's, for anything else. */
function ownNumber(written: string): number {
  return /^\d{1,15}$/u.test(written) ? Number(written) : 0;
}

/** How a delivery is handed: its key, whether it is given up when it fails once more, and when it came in, epoch ms. */
type Handed = { readonly key: string; readonly lastTry: boolean; readonly receivedAt: number };

export function formSent({ key, lastTry, receivedAt }: Handed, payload: FormSubmissionPayload): FormSent {
  return {
    key,
    lastTry,
    receivedAt,
    team: payload.team.id,
    user: payload.user.id,
    form: ownNumber(payload.view.private_metadata),
    fields: fieldsOf(payload.view),
  };
}

/** Hands a delivery on; false when it is none of a view or menu. */
export async function tellOfView(handlers: ViewEvents, handed: Handed, payload: SlackPayload): Promise<boolean> {
  if ("event" in payload) {
    if (payload.event.type !== "app_home_opened") return false;
    const { key, lastTry, receivedAt } = handed;
    await handlers.homeOpened({ key, lastTry, receivedAt, team: payload.team_id, user: payload.event.user });
    return true;
  }
  if ("command" in payload) return false;
  const { key, lastTry, receivedAt } = handed;
  const who = { key, lastTry, receivedAt, team: payload.team.id, user: payload.user.id };
  if (payload.type === "view_submission") {
    await handlers.formSent(formSent(handed, payload));
    return true;
  }
  if ("view" in payload && "state" in payload.view) {
    const form = ownNumber(payload.view.private_metadata);
    const fields = fieldsOf(payload.view);
    for (const { action_ts: actionTs } of payload.actions) {
      await handlers.formChanged({ ...who, form, fields, actionTs });
    }
    return true;
  }
  return await tellOfClick(handlers, who, payload);
}

async function tellOfClick(
  handlers: ViewEvents,
  who: Handed & { readonly team: string; readonly user: string },
  payload: Exclude<SlackPayload, { command: unknown } | { event: unknown } | FormSubmissionPayload>,
): Promise<boolean> {
  for (const pressed of payload.actions) {
    if ("selected_option" in pressed && "channel" in payload) {
      const menu = ownNumber(pressed.block_id.replace(/^menu\//u, ""));
      const { channel, response_url: responseUrl } = payload;
      const choice = pressed.selected_option.value;
      await handlers.menuChosen({ ...who, menu, choice, channel: channel.id, responseUrl });
      return true;
    }
    if ("view" in payload && "value" in pressed && payload.view.type === "home") {
      const action = homeActionIds.find((name) => name === pressed.action_id);
      if (action === undefined) return false;
      await handlers.homeClicked({ ...who, action, value: pressed.value, actionTs: pressed.action_ts });
      return true;
    }
  }
  return false;
}
