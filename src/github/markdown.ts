/**
 * Puts text that came from outside into GitHub's markdown so that it stays text: no mention, no reference, no link, no
 * HTML, no formatting. A code span does all of that at once, since GitHub looks for mentions and references everywhere
 * else, also behind a backslash or an entity. Pure.
 */

/** Control characters, line breaks, and what turns the direction of writing around or cannot be seen. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu;

/** One line without control characters, at most `most` characters; for plain-text fields such as a check's title. */
export function plainLine(text: string, most = 200): string {
  const line = text.replace(unseen, " ").replace(/\s+/gu, " ").trim();
  const characters = [...line];
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join("")}…`;
}

/** A code span that holds the text whole, whatever backticks are in it (CommonMark 0.31, "Code spans"). */
export function code(text: string, most = 200): string {
  const line = plainLine(text, most);
  if (line === "") return "(empty)";
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = longest > 0 ? " " : "";
  return `${fence}${pad}${line}${pad}${fence}`;
}

/**
 * A sentence of ours that holds words from outside, such as a lock's reason, as text: every sign that Markdown or HTML
 * could read is escaped, and what GitHub looks for behind escapes (mentions, references, addresses) is broken by a
 * character that cannot be seen.
 */
export function prose(text: string, most = 2_000): string {
  return plainLine(text, most)
    .replace(/[!-/:-@[-`{-~]/gu, "\\$&")
    .replace(/@|#|:\\\/|\b(?:gh\\-|www\\\.)/giu, (sign) =>
      sign.length === 1 ? `${sign}\u200b` : `${sign.slice(0, 1)}\u200b${sign.slice(1)}`,
    );
}

/** GitHub takes 65,535 characters in a check's summary, one more in a description and 125,000 in a release. */
const longest = 60_000;

/** The paragraphs; where they are too long, whole lines of the first ones and all of `rest`, which is short. */
export function fitting(paragraphs: readonly string[], rest: readonly string[] = []): string {
  const whole = [...paragraphs, ...rest].join("\n\n");
  if (whole.length <= longest) return whole;
  const cut = whole.slice(0, longest);
  return [cut.slice(0, cut.lastIndexOf("\n")), "There is more than fits here.", ...rest].join("\n\n");
}

/** `http` and `https` alone: an address from outside must not run anything. */
export function webUrl(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : undefined;
}
