/**
 * What Slack tells of views and menus, cut down to the fields that we read: a choice in a modal, a modal that is sent, a
 * button of App Home, a choice in a menu, and that somebody looks at App Home. It must never act on what it reads.
 */
import { z } from "zod";
import { isStorable } from "../storable.ts";
import { id, text, timestamp } from "./payload-fields.ts";

/** What is chosen or written in the form of `/deploy`. */
export const formActionIds = [
  "form-service",
  "form-environment",
  "form-revision",
  "form-other",
  "form-reason",
] as const;
export type FormActionId = (typeof formActionIds)[number];

/** The buttons of App Home. */
export const homeActionIds = [
  "home-approve",
  "home-reject",
  "home-unlock",
  "home-link",
  "home-live-news",
  "home-no-live-news",
] as const;
export type HomeActionId = (typeof homeActionIds)[number];

/** The select of a menu. */
export const menuActionId = "menu-choose";

export const formCallbackId = "deploy-form";
export const homeCallbackId = "home";

/** Options that we write have short values; what is typed is cut by the view itself. */
const mostValue = 3_000;
const mostFields = 100;

const value = z.object({
  value: text.pipe(z.string().max(mostValue)).nullish(),
  selected_option: z.object({ value: z.string().max(mostValue).refine(isStorable) }).nullish(),
});
/** Block id → action id → what it holds. */
const values = z
  .record(id, z.record(id, value))
  .refine((all) => Object.keys(all).length <= mostFields)
  .refine((all) => Object.values(all).every((block) => Object.keys(block).length <= mostFields));

const modal = z.object({
  id,
  type: z.literal("modal"),
  callback_id: z.literal(formCallbackId),
  private_metadata: z.string().max(3_000).refine(isStorable),
  state: z.object({ values }),
});

const person = { team: z.object({ id }), user: z.object({ id }) };

export const formAction = z.object({
  type: z.literal("block_actions"),
  trigger_id: id,
  ...person,
  container: z.object({ type: z.literal("view"), view_id: id }),
  view: modal,
  actions: z.array(z.object({ action_id: z.enum(formActionIds), block_id: id, action_ts: timestamp })).length(1),
});

export const formSubmission = z.object({
  type: z.literal("view_submission"),
  trigger_id: id.optional(),
  ...person,
  view: modal,
});

export const homeAction = z.object({
  type: z.literal("block_actions"),
  trigger_id: id,
  ...person,
  container: z.object({ type: z.literal("view"), view_id: id }),
  view: z.object({ id, type: z.literal("home"), callback_id: z.literal(homeCallbackId) }),
  actions: z
    .array(
      z.object({
        type: z.literal("button"),
        action_id: z.enum(homeActionIds),
        block_id: id,
        value: z.string().max(2_000).refine(isStorable),
        action_ts: timestamp,
      }),
    )
    .length(1),
});

export const menuAction = z.object({
  type: z.literal("block_actions"),
  trigger_id: id,
  ...person,
  channel: z.object({ id }),
  container: z.object({ type: z.literal("message"), message_ts: timestamp, channel_id: id }),
  response_url: z.url().max(2_000),
  actions: z
    .array(
      z.object({
        type: z.literal("static_select"),
        action_id: z.literal(menuActionId),
        block_id: id,
        selected_option: z.object({ value: z.string().max(mostValue).refine(isStorable) }),
        action_ts: timestamp,
      }),
    )
    .length(1),
});

export const homeOpened = z.object({
  type: z.literal("event_callback"),
  event_id: id,
  team_id: id,
  event: z.object({ type: z.literal("app_home_opened"), user: id, tab: z.literal("home"), event_ts: timestamp }),
});

export type FormActionPayload = z.infer<typeof formAction>;
export type FormSubmissionPayload = z.infer<typeof formSubmission>;
export type HomeActionPayload = z.infer<typeof homeAction>;
export type MenuActionPayload = z.infer<typeof menuAction>;
export type HomeOpenedPayload = z.infer<typeof homeOpened>;

/** Which of the shapes above an interaction has, by its type and what was pressed; undefined for none of them. */
export function interactionShape(type: string, pressed: readonly unknown[]) {
  const known = (names: readonly string[]) => pressed.some((one) => typeof one === "string" && names.includes(one));
  if (type === "view_submission") return formSubmission;
  if (type !== "block_actions") return undefined;
  if (known(formActionIds)) return formAction;
  if (known(homeActionIds)) return homeAction;
  return known([menuActionId]) ? menuAction : undefined;
}

/** The same for each time that somebody sends the form: Slack names a trigger, or else the view as it then was. */
export function interactionKey(
  payload: FormActionPayload | FormSubmissionPayload | HomeActionPayload | MenuActionPayload,
): string {
  return payload.trigger_id ?? (payload.type === "view_submission" ? `submission/${payload.view.id}` : "");
}

/** For people who look at the inbox. */
export function interactionName(
  payload: FormActionPayload | FormSubmissionPayload | HomeActionPayload | MenuActionPayload,
): string {
  return payload.type === "view_submission"
    ? `submission.${payload.view.callback_id}`
    : `action.${payload.actions[0]?.action_id}`;
}

type FormView = z.infer<typeof modal>;

/** What one of the form's fields holds, in whichever block it stands now; undefined when it was left empty. */
export function fieldOf(view: FormView, actionId: FormActionId) {
  for (const [block, actions] of Object.entries(view.state.values)) {
    const field = actions[actionId];
    if (field === undefined) continue;
    const held = (field.selected_option?.value ?? field.value ?? "").trim();
    return { block, value: held === "" ? undefined : held };
  }
  return undefined;
}
