/**
 * Makes text fit for the database: PostgreSQL keeps neither the character U+0000 nor half of a surrogate pair, in text or
 * in JSON. Anyone can put both into a title, and one row that is refused would fail every delivery that is written with
 * it. It never changes anything else.
 */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "");
}

/** Whether the text is kept as it is. Names and ids are compared, so they are refused rather than mended. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}

/** The value as JSON that `jsonb` takes, with every text in it made fit, names of fields too. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  // Most have no escape at all, which is found out far sooner.
  return text.includes("\\u") && /\\u(?:0000|d[89a-f])/iu.test(text) ? JSON.stringify(mended(value)) : text;
}

function mended(value: unknown): unknown {
  if (typeof value === "string") return storable(value);
  if (Array.isArray(value)) return value.map(mended);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), mended(item)]));
}
