/** How what may be left out in a file is told as plain data. */
import { readDuration } from "./duration.ts";

/** In ms. */
export function duration(text: string | undefined): number | undefined {
  return text === undefined ? undefined : readDuration(text);
}

/** A property that is left out altogether when there is nothing to say. */
export function given<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  const empty: { [K in Key]?: Value } = {};
  return value === undefined ? empty : { ...empty, [key]: value };
}
