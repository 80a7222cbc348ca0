/**
 * What Slack sends, cut down to the fields that we read, in Slack's own shape, so that it can be stored and handed to
 * Bolt later. The same for HTTP and Socket Mode. It must never act on what it reads.
 */
import { z } from "zod";
import { commandNames } from "../commands/command.ts";
import { actionIds } from "../operations/actions.ts";
import { isStorable } from "../storable.ts";
import { type ChannelPayload, channelEvent, isChannelEvent, isOfOthers } from "./channel-events.ts";
import { id, text, timestamp } from "./payload-fields.ts";
import { mayBeReply, type ThreadMessagePayload, threadMessage } from "./thread-message.ts";
import {
  type FormActionPayload,
  type FormSubmissionPayload,
  formAction,
  formSubmission,
  type HomeActionPayload,
  type HomeOpenedPayload,
  homeAction,
  homeOpened,
  interactionKey,
  interactionName,
  interactionShape,
  type MenuActionPayload,
  menuAction,
} from "./view-payload.ts";

const command = z.object({
  command: z.enum(commandNames),
  text: text.default(""),
  trigger_id: id,
  team_id: id,
  user_id: id,
  channel_id: id,
  channel_name: text.default(""),
  response_url: z.url().max(2_000),
});

const reaction = z.object({
  type: z.literal("event_callback"),
  event_id: id,
  team_id: id,
  authorizations: z
    .array(z.object({ team_id: id.nullish(), user_id: id.nullish(), is_bot: z.boolean().optional() }))
    .max(20)
    .optional(),
  event: z.object({
    type: z.enum(["reaction_added", "reaction_removed"]),
    user: id,
    reaction: id,
    item: z.object({ type: z.literal("message"), channel: id, ts: timestamp }),
    event_ts: timestamp,
  }),
});

const action = z.object({
  type: z.literal("block_actions"),
  trigger_id: id,
  team: z.object({ id }),
  user: z.object({ id, team_id: id.optional() }),
  channel: z.object({ id }),
  container: z.object({ type: z.literal("message"), message_ts: timestamp, channel_id: id }),
  response_url: z.url().max(2_000),
  actions: z
    .array(
      z.object({
        type: z.literal("button"),
        action_id: z.enum(actionIds),
        block_id: id,
        value: z.string().max(2_000).refine(isStorable),
        action_ts: timestamp,
      }),
    )
    .length(1),
});

export type CommandPayload = z.infer<typeof command>;
export type ReactionPayload = z.infer<typeof reaction>;
export type ActionPayload = z.infer<typeof action>;
export type SlackPayload =
  | CommandPayload
  | ReactionPayload
  | ActionPayload
  | FormActionPayload
  | FormSubmissionPayload
  | HomeActionPayload
  | MenuActionPayload
  | HomeOpenedPayload
  | ChannelPayload
  | ThreadMessagePayload;

/** One thing to store and to handle once. */
export type SlackDelivery = {
  /** The same however often Slack sends it: the event's id, or the trigger's for commands and clicks. */
  readonly key: string;
  /** What it is, for people who look at the inbox: `command./deploy`, `event.reaction_added`, `action.approve`. */
  readonly name: string;
  readonly payload: SlackPayload;
};

export type PayloadReading =
  | ({ readonly kind: "delivery" } & SlackDelivery)
  /** Nothing that we act on; it is acknowledged and forgotten. */
  | { readonly kind: "ignore" }
  | { readonly kind: "malformed"; readonly why: string };

/** Names the fields that are wrong, never their values: they may be secrets. */
function malformed(what: string, error: z.ZodError): PayloadReading {
  const fields = error.issues.map((issue) => issue.path.join(".") || "the whole").slice(0, 10);
  return { kind: "malformed", why: `${what} has not the expected shape: ${[...new Set(fields)].join(", ")}` };
}

const anyEvent = z.object({
  type: z.string(),
  event: z
    .object({
      type: z.string(),
      user: z.unknown().optional(),
      tab: z.unknown().optional(),
      item: z.object({ type: z.unknown() }).optional(),
    })
    .optional(),
});

export function readEventPayload(body: unknown): PayloadReading {
  const any = anyEvent.safeParse(body);
  if (!any.success) return malformed("the event", any.error);
  const { type, event } = any.data;
  if (type !== "event_callback") return { kind: "ignore" };
  if (event === undefined) return { kind: "malformed", why: "the event has not the expected shape: event" };
  if (event.type === "app_home_opened") return readHomeOpened(event.tab, body);
  if (isChannelEvent(event.type)) return readChannelPayload(body);
  if (event.type === "message") return readThreadMessage(body);
  if (event.type !== "reaction_added" && event.type !== "reaction_removed") return { kind: "ignore" };
  // Reactions to files and their comments name no message.
  if (event.item?.type === "file" || event.item?.type === "file_comment") return { kind: "ignore" };
  const read = reaction.safeParse(body);
  if (!read.success) return malformed("the event", read.error);
  const own = read.data.authorizations?.some((one) => one.is_bot === true && one.user_id === read.data.event.user);
  // What the bot itself adds is no answer.
  if (own === true) return { kind: "ignore" };
  return { kind: "delivery", key: read.data.event_id, name: `event.${read.data.event.type}`, payload: read.data };
}

function readHomeOpened(tab: unknown, body: unknown): PayloadReading {
  // The other tab is the conversation with the bot, which shows nothing of ours.
  if (tab !== "home") return { kind: "ignore" };
  const read = homeOpened.safeParse(body);
  if (!read.success) return malformed("the event", read.error);
  return { kind: "delivery", key: read.data.event_id, name: "event.app_home_opened", payload: read.data };
}

function readChannelPayload(body: unknown): PayloadReading {
  const read = channelEvent.safeParse(body);
  if (!read.success) return malformed("the event", read.error);
  if (isOfOthers(read.data)) return { kind: "ignore" };
  return { kind: "delivery", key: read.data.event_id, name: `event.${read.data.event.type}`, payload: read.data };
}

function readThreadMessage(body: unknown): PayloadReading {
  if (!mayBeReply(body)) return { kind: "ignore" };
  const read = threadMessage.safeParse(body);
  if (!read.success) return malformed("the event", read.error);
  return { kind: "delivery", key: read.data.event_id, name: "event.message", payload: read.data };
}

export function readCommandPayload(body: unknown): PayloadReading {
  const read = command.safeParse(body);
  if (!read.success) return malformed("the command", read.error);
  return { kind: "delivery", key: read.data.trigger_id, name: `command.${read.data.command}`, payload: read.data };
}

const anyInteraction = z.object({
  type: z.string(),
  actions: z.array(z.object({ action_id: z.unknown() })).optional(),
});

export function readInteractionPayload(body: unknown): PayloadReading {
  const any = anyInteraction.safeParse(body);
  if (!any.success) return malformed("the interaction", any.error);
  const pressedIds = any.data.actions?.map((one) => one.action_id) ?? [];
  const shape = interactionShape(any.data.type, pressedIds);
  if (shape !== undefined) {
    const view = shape.safeParse(body);
    if (!view.success) return malformed("the interaction", view.error);
    return { kind: "delivery", key: interactionKey(view.data), name: interactionName(view.data), payload: view.data };
  }
  if (any.data.type !== "block_actions") return { kind: "ignore" };
  // A button that only opens a link also says that it was pressed.
  if (!pressedIds.some((pressed) => actionIds.some((name) => name === pressed))) return { kind: "ignore" };
  const read = action.safeParse(body);
  if (!read.success) return malformed("the interaction", read.error);
  const [pressed] = read.data.actions;
  return { kind: "delivery", key: read.data.trigger_id, name: `action.${pressed?.action_id}`, payload: read.data };
}

export function isOfChannel(payload: SlackPayload): payload is ChannelPayload {
  return "event" in payload && "channel" in payload.event && payload.event.type !== "message";
}

/** A payload as it was stored. Rows outlive versions of the bot, so it is parsed again. */
export function readStoredPayload(payload: unknown): SlackPayload {
  const shapes = [
    command,
    reaction,
    action,
    formAction,
    formSubmission,
    homeAction,
    menuAction,
    homeOpened,
    channelEvent,
    threadMessage,
  ] as const;
  return z.union(shapes).parse(payload);
}
