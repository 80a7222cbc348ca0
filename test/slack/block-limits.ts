/**
 * Slack's limits, and our own rule that nothing from outside acts: run over every rendering. Written from Slack's
 * reference, apart from what renders, so that both cannot be wrong in the same way.
 */
import { z } from "zod";

const size = (most: number) => z.string().min(1).max(most);
const plainText = (most: number) =>
  z.strictObject({ type: z.literal("plain_text"), text: size(most), emoji: z.literal(true) });
const markdownText = (most: number) =>
  z.strictObject({ type: z.literal("mrkdwn"), text: size(most), verbatim: z.literal(true) });
const id = size(255);

const button = z.strictObject({
  type: z.literal("button"),
  action_id: id,
  text: plainText(75),
  // Slack takes 2,000 of a button and 255 of a menu; keeping to the smaller, one value fits everywhere.
  value: size(255),
  url: z.url().max(3_000).optional(),
  style: z.enum(["primary", "danger"]).optional(),
  confirm: z
    .strictObject({ title: plainText(100), text: plainText(300), confirm: plainText(30), deny: plainText(30) })
    .optional(),
});

const block = z.union([
  z.strictObject({ type: z.literal("header"), text: plainText(150) }),
  z.strictObject({ type: z.literal("section"), text: markdownText(3_000) }),
  z.strictObject({ type: z.literal("section"), fields: z.array(markdownText(2_000)).min(1).max(10) }),
  z.strictObject({ type: z.literal("context"), elements: z.array(markdownText(3_000)).min(1).max(10) }),
  z.strictObject({ type: z.literal("actions"), block_id: id, elements: z.array(button).min(1).max(25) }),
]);

const message = z.strictObject({ text: size(4_000), blocks: z.array(block).min(1).max(50) });

/** Every text of a message, the message's own first. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "text" && typeof inner === "string" ? [inner] : textsOf(inner),
  );
}

/** Everything that Slack would not take, or that would act though somebody else wrote it; empty when all is well. */
export function problemsOf(rendered: unknown): readonly string[] {
  const read = message.safeParse(rendered);
  const problems = read.success ? [] : read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  for (const text of textsOf(rendered)) {
    const shown = JSON.stringify(text.slice(0, 200));
    if (!text.isWellFormed()) problems.push(`half a letter in ${shown}`);
    if (/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(text)) problems.push(`an unseen character in ${shown}`);
    if (/&(?!amp;|lt;|gt;)/u.test(text)) problems.push(`a bare & in ${shown}`);
    // Our own markup is links and mentions of one person; both are whole, and nothing else may open a bracket.
    const rest = text.replace(/<https?:\/\/[^<>|\s]+\|[^<>|]+>/gu, "").replace(/<@[UW][A-Z0-9]+>/gu, "");
    if (/[<>]/u.test(rest)) problems.push(`a bare bracket in ${shown}`);
    if ((text.match(/```/gu)?.length ?? 0) % 2 === 1) problems.push(`an open fence in ${shown}`);
  }
  const values = rendered as { blocks?: { block_id?: string; elements?: { action_id?: string }[] }[] };
  const ids = (values.blocks ?? []).flatMap((one) =>
    (one.elements ?? []).flatMap((element) => element.action_id ?? []),
  );
  if (new Set(ids).size !== ids.length) problems.push("an action id twice");
  return problems;
}
