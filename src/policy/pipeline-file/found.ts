/** Values of a file that has not been understood yet: looked at without trusting their shape, and shown to people. */
import type { Path } from "./places.ts";

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Entries in the order of the file; none when `value` is no map. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isMap(value) ? Object.entries(value) : [];
}

export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Own keys only: `constructor` is no value of a map that does not say so. */
export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, part)) return undefined;
    current = Reflect.get(current, part);
  }
  return current;
}

const longest = 60;

/** What stands there, on one line and short enough for a sentence. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (isMap(value))
    return Object.keys(value).length === 0 ? "an empty map" : `a map with ${listed(Object.keys(value))}`;
  return String(value);
}

export function quoted(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
}

export function listed(words: readonly string[]): string {
  const few = words.slice(0, 5).map((word) => quoted(word).slice(1, -1));
  return words.length > few.length ? `${few.join(", ")}, …` : few.join(", ");
}
