/** The short menu under an answer, for what the command left out. Pure. */
import type { Menu } from "../../operations/menu-shown.ts";
import { menuPlaceholder } from "../../wording/form.ts";
import type { Block, SlackMessage } from "../blocks/block.ts";
import { menuActionId } from "../view-payload.ts";
import { option, type SelectBlock, select } from "./elements.ts";

export type MenuMessage = { readonly text: string; readonly blocks: readonly (Block | SelectBlock)[] };

/** `id` comes back with the choice and says which menu it was. */
export function withMenu(message: SlackMessage, menu: Menu, id: number): MenuMessage {
  const options = menu.choices.map((choice) => option(choice, choice));
  if (options.length === 0) return message;
  const element = select({ actionId: menuActionId, placeholder: menuPlaceholder(menu.what), options });
  return { ...message, blocks: [...message.blocks, { type: "actions", block_id: `menu/${id}`, elements: [element] }] };
}
