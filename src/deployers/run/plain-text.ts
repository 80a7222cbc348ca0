/**
 * Makes text of what a command or a far side wrote: valid UTF-8 without escape sequences and control characters, so
 * that it can neither move a cursor nor turn the reading direction of what stands around it.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

export function plainText(text: string): string {
  return text.replace(escapes, "").replace(/\r\n?/g, "\n").replace(controls, "").toWellFormed();
}

/** One line, at most `limit` characters, for a message. */
export function plainLine(text: string, limit: number): string {
  const line = plainText(text).replace(/\s+/g, " ").trim();
  return line.length <= limit
    ? line
    : `${line
        .slice(0, limit - 1)
        .toWellFormed()
        .replace(/\ufffd$/, "")}…`;
}

/** The last `limit` bytes at most, never cutting a character in two. */
export function lastBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= limit) return text;
  let from = bytes.length - limit;
  // 10xxxxxx continues a character that began before the cut.
  while (from < bytes.length && ((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
  return bytes.subarray(from).toString("utf8");
}
