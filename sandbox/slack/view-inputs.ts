/** The elements of blocks that people fill in or press, and what each holds, in Slack's own shapes. */
import type { SandboxInput, SandboxValue } from "../slack-contract.ts";
import { type Fields, isFields } from "./block-checks.ts";

export type Element = {
  readonly block: Fields;
  readonly element: Fields;
  readonly blockId: string;
  readonly actionId: string;
  /** Part of an input block: it is sent with the view, and by itself only where `dispatch_action` says so. */
  readonly input: boolean;
};

/** Every element with an action id, in the order of the blocks. */
export function elementsOf(blocks: readonly unknown[]): readonly Element[] {
  return blocks.filter(isFields).flatMap((block) => {
    const several = Array.isArray(block["elements"]) ? block["elements"] : [];
    const all: readonly unknown[] = [...several, block["accessory"], block["element"]];
    return all.filter(isFields).flatMap((element) => {
      const actionId = element["action_id"];
      if (typeof actionId !== "string") return [];
      const blockId = String(block["block_id"] ?? "");
      return [{ block, element, blockId, actionId, input: block["type"] === "input" }];
    });
  });
}

export function findElement(
  blocks: readonly unknown[],
  actionId: string,
  blockId: string | undefined,
): Element | undefined {
  return elementsOf(blocks).find(
    (one) => one.actionId === actionId && (blockId === undefined || one.blockId === blockId),
  );
}

function optionsOf(element: Fields): readonly Fields[] {
  const groups = Array.isArray(element["option_groups"]) ? element["option_groups"].filter(isFields) : [];
  const lists = groups.length > 0 ? groups.map((group) => group["options"]) : [element["options"]];
  return lists.flatMap((list) => (Array.isArray(list) ? list.filter(isFields) : []));
}

function optionWith(element: Fields, value: string): Fields {
  const found = optionsOf(element).find((option) => option["value"] === value);
  if (!found) throw new Error(`There is no option "${value}" in ${String(element["action_id"])}.`);
  return found;
}

/** What the element holds after a person gave it this. */
export function heldValue(element: Fields, given: SandboxInput): SandboxValue {
  const type = String(element["type"]);
  const one = typeof given === "string" ? given : (given[0] ?? "");
  const all = typeof given === "string" ? [given] : given;
  switch (type) {
    case "static_select":
    case "radio_buttons":
    case "overflow":
      return { type, selected_option: one === "" ? null : optionWith(element, one) };
    case "checkboxes":
    case "multi_static_select":
      return { type, selected_options: all.filter((value) => value !== "").map((value) => optionWith(element, value)) };
    case "users_select":
      return { type, selected_user: one };
    case "multi_users_select":
      return { type, selected_users: all };
    case "conversations_select":
      return { type, selected_conversation: one };
    case "channels_select":
      return { type, selected_channel: one };
    case "datepicker":
      return { type, selected_date: one };
    case "timepicker":
      return { type, selected_time: one };
    case "datetimepicker":
      return { type, selected_date_time: Number(one) };
    default:
      return { type, value: one === "" ? null : one };
  }
}

const initialFields = {
  initial_option: "selected_option",
  initial_options: "selected_options",
  initial_user: "selected_user",
  initial_users: "selected_users",
  initial_conversation: "selected_conversation",
  initial_channel: "selected_channel",
  initial_date: "selected_date",
  initial_time: "selected_time",
  initial_date_time: "selected_date_time",
  initial_value: "value",
} as const;

/** What the element holds before anybody touched it; undefined when nothing. */
export function initialValue(element: Fields): SandboxValue | undefined {
  for (const [given, held] of Object.entries(initialFields)) {
    if (element[given] !== undefined) return { type: String(element["type"]), [held]: element[given] };
  }
  return undefined;
}

function holdsNothing(value: SandboxValue | undefined): boolean {
  const held = Object.entries(value ?? {}).filter(([name]) => name !== "type");
  return held.every(([, one]) => one === null || one === "" || (Array.isArray(one) && one.length === 0));
}

/** What Slack's own client says of an input before it sends anything; undefined when it is well. */
export function inputProblem(block: Fields, element: Fields, value: SandboxValue | undefined): string | undefined {
  if (holdsNothing(value)) return block["optional"] === true ? undefined : "Please complete this required field.";
  const text = value?.["value"];
  if (typeof text !== "string") return undefined;
  const most = element["max_length"] ?? 3000;
  const least = element["min_length"] ?? 0;
  if (typeof most === "number" && text.length > most) return `Please use no more than ${most} characters.`;
  return typeof least === "number" && text.length < least ? `Please use at least ${least} characters.` : undefined;
}
