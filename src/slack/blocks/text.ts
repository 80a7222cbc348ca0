/**
 * Text from outside, made safe for Slack: what people and tools wrote must show as they wrote it and do nothing. It
 * must never let a mention, a link, a turned direction or a code fence of somebody else through.
 *
 * Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
 */

/** Escape sequences of terminals: colours, cursor movements, links and titles. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const terminal = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/gu;

/** Control characters but for line breaks, direction marks, and what cannot be seen. */
const unseen = /(?!\n)[\p{Cc}\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** Without terminal sequences and unseen characters; line breaks stay, and a tab is two spaces. */
export function visible(text: string): string {
  return text.toWellFormed().replace(/\r\n?/gu, "\n").replaceAll("\t", "  ").replace(terminal, "").replace(unseen, "");
}

function escapeLetter(letter: string): string {
  if (letter === "&") return "&amp;";
  if (letter === "<") return "&lt;";
  return letter === ">" ? "&gt;" : letter;
}

/** Escaped, and cut so that it has at most `most` UTF-16 units with the escapes, an ellipsis included. */
export function escapeWithin(text: string, most: number): string {
  const letters: string[] = [];
  let length = 0;
  let fits = 0;
  for (const letter of visible(text)) {
    const escaped = escapeLetter(letter);
    if (length + escaped.length > most) return `${letters.slice(0, fits).join("")}…`;
    letters.push(escaped);
    length += escaped.length;
    if (length <= most - 1) fits = letters.length;
  }
  return letters.join("");
}

/** One line from outside. A backtick could open code that swallows the lines after it. */
export function oneLine(text: string, most = 300): string {
  return escapeWithin(visible(text).replace(/\s+/gu, " ").replaceAll("`", "'").trim(), most);
}

/** A link whose label came from outside; the label alone when the address is not one of the web. */
export function link(url: string | undefined, label: string, most = 300): string {
  const address = url === undefined ? undefined : webUrl(url)?.replaceAll("&", "&amp;");
  const shown = oneLine(label, most).replaceAll("|", "¦");
  return address === undefined ? shown : `<${address}|${shown}>`;
}

function isSlackUser(user: string | undefined): user is string {
  return user !== undefined && /^[UW][A-Z0-9]{2,20}$/u.test(user);
}

/** Mentions the person, who is told by it; without a user of Slack's, the name alone. */
export function mention(slackUser: string | undefined, name: string, most = 60): string {
  return isSlackUser(slackUser) ? `<@${slackUser}>` : oneLine(name, most);
}

/** An address of the web as a button takes it: not text, so nothing in it is escaped; undefined for anything else. */
export function webUrl(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || (parsed.protocol !== "https:" && parsed.protocol !== "http:")) return undefined;
  const href = parsed.href.replaceAll("|", "%7C").replaceAll("<", "%3C").replaceAll(">", "%3E");
  return href.length > 1_000 ? undefined : href;
}

/** The last lines of an output as a code block of at most `most` units; undefined when there is nothing to show. */
export function outputBlock(output: string | undefined, mostLines: number, most: number): string | undefined {
  const all = visible(output ?? "")
    .replaceAll("```", "'''")
    .replace(/\s+$/u, "")
    .split("\n");
  const last = all.slice(-mostLines);
  const kept: string[] = [];
  let left = most - "```\n\n```".length;
  for (const line of last.toReversed()) {
    const escaped = escapeWithin(line, 500);
    if (escaped.length + 1 > left) break;
    kept.unshift(escaped);
    left -= escaped.length + 1;
  }
  return kept.join("").trim() === "" ? undefined : `\`\`\`\n${kept.join("\n")}\n\`\`\``;
}
