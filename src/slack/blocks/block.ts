/**
 * The few kinds of blocks that we use, and how much each may hold. What does not fit is cut, and says so.
 *
 * Source: https://docs.slack.dev/reference/block-kit/blocks
 */
import type { ActionId } from "../../operations/actions.ts";
import type { HomeActionId } from "../view-payload.ts";
import { escapeWithin, oneLine } from "./text.ts";

export type MarkdownText = { readonly type: "mrkdwn"; readonly text: string; readonly verbatim: true };
export type PlainText = { readonly type: "plain_text"; readonly text: string; readonly emoji: true };

/** "open-log" opens an address, and its press means nothing to us. */
export type ButtonId = ActionId | HomeActionId | "open-log";

export type Button = {
  readonly type: "button";
  readonly action_id: ButtonId;
  readonly text: PlainText;
  readonly value: string;
  /** Opens this address; a press is told to us all the same, and means nothing. */
  readonly url?: string;
  readonly style?: "primary" | "danger";
  readonly confirm?: {
    readonly title: PlainText;
    readonly text: PlainText;
    readonly confirm: PlainText;
    readonly deny: PlainText;
  };
};

export type Block =
  | { readonly type: "header"; readonly text: PlainText }
  | { readonly type: "section"; readonly text: MarkdownText }
  | { readonly type: "section"; readonly fields: readonly MarkdownText[] }
  | { readonly type: "context"; readonly elements: readonly MarkdownText[] }
  | { readonly type: "actions"; readonly block_id: string; readonly elements: readonly Button[] };

/** What is posted: blocks, and the text that stands for them in notifications and for screen readers. */
export type SlackMessage = { readonly text: string; readonly blocks: readonly Block[] };

const mostSectionText = 3_000;
const mostFieldText = 2_000;
const mostHeaderText = 150;
const mostButtonText = 75;
/** Slack cuts a message's own text at 40,000; it asks for at most 4,000. */
const mostMessageText = 3_000;

/** Already escaped text. `verbatim`: Slack looks for no names, channels or addresses in it. */
function markdown(text: string): MarkdownText {
  return { type: "mrkdwn", text, verbatim: true };
}

/** Text from outside or our own, not yet escaped. */
export function plain(text: string, most: number): PlainText {
  return { type: "plain_text", text: oneLine(text, most), emoji: true };
}

export function header(text: string): Block {
  return { type: "header", text: plain(text, mostHeaderText) };
}

export function section(text: string): Block {
  return { type: "section", text: markdown(text) };
}

/** At most ten; a block without any is refused, so there is none. */
export function fields(texts: readonly string[]): readonly Block[] {
  const kept = texts.slice(0, 10).map((text) => markdown(text.slice(0, mostFieldText)));
  return kept.length === 0 ? [] : [{ type: "section", fields: kept }];
}

export function context(text: string): Block {
  return { type: "context", elements: [markdown(text)] };
}

export function button(options: {
  readonly actionId: ButtonId;
  readonly label: string;
  readonly value: string;
  readonly url?: string | undefined;
  readonly style?: "primary" | "danger" | undefined;
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string; readonly no: string };
}): Button {
  const { confirm } = options;
  return {
    type: "button",
    action_id: options.actionId,
    text: plain(options.label, mostButtonText),
    value: options.value,
    ...(options.url === undefined ? {} : { url: options.url }),
    ...(options.style === undefined ? {} : { style: options.style }),
    ...(confirm === undefined
      ? {}
      : {
          confirm: {
            title: plain(confirm.title, 100),
            text: plain(confirm.text, 300),
            confirm: plain(confirm.yes, 30),
            deny: plain(confirm.no, 30),
          },
        }),
  };
}

export function actions(blockId: string, buttons: readonly Button[]): readonly Block[] {
  return buttons.length === 0 ? [] : [{ type: "actions", block_id: blockId, elements: buttons.slice(0, 25) }];
}

/** The message's own text, escaped and cut. */
export function messageText(text: string): string {
  return escapeWithin(text.replaceAll("`", "'"), mostMessageText);
}

/**
 * Escaped lines in as few sections as hold them. Past `mostSections`, or past `mostLines`, the rest is counted:
 * `… and 12 more`.
 */
export function lineSections(
  lines: readonly string[],
  limits: {
    readonly mostSections?: number;
    readonly mostLines?: number;
    readonly more?: (left: number) => string;
  } = {},
): readonly Block[] {
  const { mostSections = 1, mostLines = Number.POSITIVE_INFINITY, more = (left) => `… and ${left} more` } = limits;
  const texts: string[] = [];
  let current = "";
  let shown = 0;
  // Any section may turn out to be the last, and then counts what is left.
  const room = mostSectionText - more(lines.length).length - 1;
  for (const line of lines) {
    if (shown >= mostLines) break;
    const joined = current === "" ? line : `${current}\n${line}`;
    if (joined.length <= room) {
      current = joined;
    } else {
      if (texts.length + 1 === mostSections || current === "") break;
      texts.push(current);
      current = line;
    }
    shown += 1;
  }
  if (shown < lines.length) {
    const rest = more(lines.length - shown);
    current =
      current === ""
        ? rest
        : `${current}
${rest}`;
  }
  if (current !== "") texts.push(current);
  return texts.filter((text) => text.trim() !== "").map(section);
}
