/**
 * Views and what is chosen in them: selects, inputs and buttons, within Slack's limits. What does not fit is cut; what
 * cannot be cut, such as an option's value, is ours and short.
 *
 * Source: https://docs.slack.dev/reference/views, https://docs.slack.dev/reference/block-kit/block-elements
 */
import type { Block, PlainText } from "../blocks/block.ts";
import { lineSections, plain } from "../blocks/block.ts";
import { escapeWithin } from "../blocks/text.ts";

/** Options of one select; Slack takes no more. */
const mostOptions = 100;
const mostOptionText = 75;
export const mostOptionValue = 150;
const mostPlaceholder = 150;
const mostLabel = 2_000;
const mostHint = 2_000;
const mostTitle = 24;
const mostBlocks = 100;

export type Option = {
  readonly text: PlainText;
  readonly value: string;
  readonly description?: PlainText;
};

export type Select = {
  readonly type: "static_select";
  readonly action_id: string;
  readonly placeholder: PlainText;
  readonly options: readonly Option[];
  readonly initial_option?: Option;
};

export type TextInput = {
  readonly type: "plain_text_input";
  readonly action_id: string;
  readonly placeholder: PlainText;
  readonly max_length: number;
  /** Told as soon as it is entered, so that the rest of the view can follow. */
  readonly dispatch_action_config: { readonly trigger_actions_on: readonly ["on_enter_pressed"] };
};

/** An input tells of itself at once (`dispatch_action`), since the verdict follows from it. */
export type InputBlock = {
  readonly type: "input";
  readonly block_id: string;
  readonly dispatch_action: true;
  readonly optional: boolean;
  readonly label: PlainText;
  readonly hint?: PlainText;
  readonly element: Select | TextInput;
};

export type SelectBlock = { readonly type: "actions"; readonly block_id: string; readonly elements: readonly Select[] };
export type Divider = { readonly type: "divider" };
export type ViewBlock = Block | InputBlock | SelectBlock | Divider;

export type ModalView = {
  readonly type: "modal";
  readonly callback_id: string;
  readonly external_id: string;
  readonly private_metadata: string;
  readonly title: PlainText;
  readonly close: PlainText;
  readonly submit?: PlainText;
  readonly blocks: readonly ViewBlock[];
};

export type HomeView = {
  readonly type: "home";
  readonly callback_id: string;
  readonly blocks: readonly ViewBlock[];
};

export const divider: Divider = { type: "divider" };

export function option(text: string, value: string, description = ""): Option {
  const about = plain(description, mostOptionText);
  // What people wrote may be nothing that can be seen; Slack takes no empty text.
  return { text: plain(text, mostOptionText), value, ...(about.text === "" ? {} : { description: about }) };
}

/** `chosen` is the value of one of the options; another is as good as none. */
export function select(options: {
  readonly actionId: string;
  readonly placeholder: string;
  readonly options: readonly Option[];
  readonly chosen?: string | undefined;
}): Select {
  const kept = options.options.slice(0, mostOptions);
  const initial = kept.find(({ value }) => value === options.chosen);
  return {
    type: "static_select",
    action_id: options.actionId,
    placeholder: plain(options.placeholder, mostPlaceholder),
    options: kept,
    ...(initial === undefined ? {} : { initial_option: initial }),
  };
}

export function textInput(actionId: string, placeholder: string, most: number): TextInput {
  return {
    type: "plain_text_input",
    action_id: actionId,
    placeholder: plain(placeholder, mostPlaceholder),
    max_length: most,
    dispatch_action_config: { trigger_actions_on: ["on_enter_pressed"] },
  };
}

export function input(options: {
  readonly blockId: string;
  readonly label: string;
  readonly hint?: string;
  readonly optional: boolean;
  readonly element: Select | TextInput;
}): InputBlock {
  return {
    type: "input",
    block_id: options.blockId,
    dispatch_action: true,
    optional: options.optional,
    label: plain(options.label, mostLabel),
    ...(options.hint === undefined ? {} : { hint: plain(options.hint, mostHint) }),
    element: options.element,
  };
}

export function viewTitle(text: string): PlainText {
  return plain(text, mostTitle);
}

/** At most as many blocks as a view takes; when some are left out, `rest` stands last and says so. */
export function withinView(blocks: readonly ViewBlock[], rest: ViewBlock): readonly ViewBlock[] {
  return blocks.length <= mostBlocks ? blocks : [...blocks.slice(0, mostBlocks - 1), rest];
}

/** Sentences of ours with words of others in them, escaped, in as few sections as hold them. */
export function textLines(texts: readonly string[], mostSections = 4): readonly ViewBlock[] {
  return lineSections(
    texts.map((text) => escapeWithin(text.replaceAll("`", "'"), 1_500)),
    { mostSections },
  );
}
