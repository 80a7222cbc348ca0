/**
 * Slack's limits for views, and our own rule that nothing from outside acts: run over every rendering. Written from
 * Slack's reference, apart from what renders, so that both cannot be wrong in the same way.
 */
import { z } from "zod";
import { textsOf } from "../block-limits.ts";

const size = (most: number) => z.string().min(1).max(most);
const plain = (most: number) =>
  z.strictObject({ type: z.literal("plain_text"), text: size(most), emoji: z.literal(true) });
const markdown = z.strictObject({ type: z.literal("mrkdwn"), text: size(3_000), verbatim: z.literal(true) });
const id = size(255);

const option = z.strictObject({ text: plain(75), value: size(150), description: plain(75).optional() });
const select = z.strictObject({
  type: z.literal("static_select"),
  action_id: id,
  placeholder: plain(150),
  options: z.array(option).min(1).max(100),
  initial_option: option.optional(),
});
const button = z.strictObject({
  type: z.literal("button"),
  action_id: id,
  text: plain(75),
  value: size(2_000),
  url: z.url().max(3_000).optional(),
  style: z.enum(["primary", "danger"]).optional(),
  confirm: z.strictObject({ title: plain(100), text: plain(300), confirm: plain(30), deny: plain(30) }).optional(),
});
const text = z.strictObject({
  type: z.literal("plain_text_input"),
  action_id: id,
  placeholder: plain(150),
  max_length: z.number().max(3_000),
  dispatch_action_config: z.strictObject({ trigger_actions_on: z.array(z.literal("on_enter_pressed")) }),
});

const block = z.union([
  z.strictObject({ type: z.literal("divider") }),
  z.strictObject({ type: z.literal("header"), text: plain(150) }),
  z.strictObject({ type: z.literal("section"), text: markdown }),
  z.strictObject({ type: z.literal("context"), elements: z.array(markdown).min(1).max(10) }),
  z.strictObject({
    type: z.literal("actions"),
    block_id: id,
    elements: z
      .array(z.union([button, select]))
      .min(1)
      .max(25),
  }),
  z.strictObject({
    type: z.literal("input"),
    block_id: id,
    dispatch_action: z.literal(true),
    optional: z.boolean(),
    label: plain(2_000),
    hint: plain(2_000).optional(),
    element: z.union([select, text]),
  }),
]);
const blocks = z.array(block).min(1).max(100);

const view = z.union([
  z.strictObject({
    type: z.literal("modal"),
    callback_id: id,
    external_id: id,
    private_metadata: z.string().max(3_000),
    title: plain(24),
    close: plain(24),
    submit: plain(24).optional(),
    blocks,
  }),
  z.strictObject({ type: z.literal("home"), callback_id: id, blocks }),
]);

/** Everything that Slack would not take, or that would act though somebody else wrote it; empty when all is well. */
export function problemsOfView(rendered: unknown): readonly string[] {
  const read = view.safeParse(rendered);
  if (!read.success) return [z.prettifyError(read.error)];
  const problems: string[] = [];
  if (JSON.stringify(rendered).length > 250_000) problems.push("larger than 250 KB");
  const ids = read.data.blocks.flatMap((one) => ("block_id" in one ? [one.block_id] : []));
  if (new Set(ids).size !== ids.length) problems.push("a block id twice");
  for (const one of read.data.blocks) {
    if (one.type === "input" && read.data.type === "modal" && read.data.submit === undefined) {
      problems.push("an input without a submit button");
    }
    if (
      one.type === "actions" &&
      new Set(one.elements.map((element) => element.action_id)).size !== one.elements.length
    ) {
      problems.push("an action id twice in a block");
    }
  }
  for (const written of textsOf(rendered)) {
    const shown = JSON.stringify(written.slice(0, 200));
    if (!written.isWellFormed()) problems.push(`half a letter in ${shown}`);
    if (/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(written)) problems.push(`an unseen character in ${shown}`);
    if (/&(?!amp;|lt;|gt;)/u.test(written)) problems.push(`a bare & in ${shown}`);
    const rest = written
      .replace(/<https?:\/\/[^<>|\s]+\|[^<>|]+>/gu, "")
      .replace(/<#[CGD][A-Z0-9]+>/gu, "")
      .replace(/<!date\^\d+\^[^<>|^]+\|[^<>|]+>/gu, "");
    if (/[<>]/u.test(rest)) problems.push(`a bare bracket in ${shown}`);
  }
  return problems;
}
