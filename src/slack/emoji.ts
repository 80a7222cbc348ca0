/** Which reactions are an answer. Every other emoji is only a reaction. */

export type Answer = "approve" | "reject";

/** Slack's own names; `thumbsup` and `thumbsdown` are what it also accepts for `+1` and `-1`. */
const answers: ReadonlyMap<string, Answer> = new Map([
  ["white_check_mark", "approve"],
  ["heavy_check_mark", "approve"],
  ["+1", "approve"],
  ["thumbsup", "approve"],
  ["ship", "approve"],
  ["shipit", "approve"],
  ["x", "reject"],
  ["-1", "reject"],
  ["thumbsdown", "reject"],
  ["no_entry", "reject"],
]);

/** What a reaction with this emoji says, whatever its skin tone (`+1::skin-tone-3`); undefined when it says nothing. */
export function answerOf(emoji: string): Answer | undefined {
  return answers.get(emoji.replace(/::skin-tone-\d$/u, ""));
}
