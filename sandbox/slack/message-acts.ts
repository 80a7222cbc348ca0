/** What people press and choose in messages: `block_actions`, with the message that it happened in. */
import type { SandboxInput, Sent } from "../slack-contract.ts";
import { type Around, findChannel, findMessage, findUser, interactionHead } from "./around.ts";
import { type Element, findElement, heldValue } from "./view-inputs.ts";
import type { SlackMessage, Workspace } from "./workspace.ts";

export type Press = { readonly actionId: string; readonly blockId?: string | undefined; readonly value?: SandboxInput };

/** One entry of `actions`: the button with its value, or the menu with what it now holds. */
export function actionOf(
  workspace: Workspace,
  { element, blockId, actionId }: Element,
  value: SandboxInput | undefined,
): Readonly<Record<string, unknown>> {
  const held =
    value === undefined
      ? {
          text: element["text"],
          ...(element["value"] === undefined ? {} : { value: element["value"] }),
          ...(element["style"] === undefined ? {} : { style: element["style"] }),
        }
      : heldValue(element, value);
  return { action_id: actionId, block_id: blockId, ...held, type: element["type"], action_ts: workspace.timestamp() };
}

function describe(workspace: Workspace, message: SlackMessage): Readonly<Record<string, unknown>> {
  return {
    type: "message",
    user: message.user,
    bot_id: workspace.botId,
    app_id: workspace.appId,
    ts: message.ts,
    text: message.text,
    blocks: message.blocks,
    team: workspace.team,
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
  };
}

export async function pressInMessage(
  around: Around,
  userId: string,
  place: { readonly channel: string; readonly ts: string },
  press: Press,
): Promise<Sent> {
  const { workspace, api, delivery, responses } = around;
  const user = findUser(workspace, userId);
  const channel = findChannel(workspace, place.channel);
  const message = findMessage(workspace, channel.id, place.ts);
  const found = findElement(message.blocks, press.actionId, press.blockId);
  if (!found) throw new Error(`The message ${message.ts} has no button with the action id ${press.actionId}.`);
  const ephemeral = message.ephemeralFor !== undefined;
  const responsePath = responses.issue({ channel: channel.id, user: user.id, origin: message });
  const action = actionOf(workspace, found, press.value);
  const values =
    press.value === undefined ? {} : { [found.blockId]: { [found.actionId]: heldValue(found.element, press.value) } };
  const result = await delivery.send({
    kind: "interactive",
    fields: {
      type: "block_actions",
      ...interactionHead(workspace, user),
      container: {
        type: "message",
        message_ts: message.ts,
        channel_id: channel.id,
        is_ephemeral: ephemeral,
        ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
      },
      trigger_id: api.triggers.issue(user.id),
      channel: { id: channel.id, name: channel.directWith === undefined ? channel.name : "directmessage" },
      // Slack leaves the message out when it is ephemeral.
      ...(ephemeral ? {} : { message: describe(workspace, message) }),
      state: { values },
      response_url: `${around.origin()}${responsePath}`,
      actions: [action],
    },
  });
  return { status: result.kind === "answered" ? result.status : 0 };
}
