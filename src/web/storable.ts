/**
 * Makes text fit for the database: PostgreSQL's `jsonb` takes neither the character U+0000 nor half of a surrogate
 * pair, and one row that it refuses would fail every delivery that is written with it. It never changes anything else.
 */
function storableText(value: string): string {
  return value.replaceAll("\u0000", "").toWellFormed();
}

export function storable(value: unknown): unknown {
  if (typeof value === "string") return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), storable(item)]));
}
