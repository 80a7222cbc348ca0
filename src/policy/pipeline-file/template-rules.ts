/** What a text with places for values, such as `v{version}`, must not name. */
import { nearest } from "../nearest.ts";
import { placesIn } from "../value-template.ts";
import { quoted } from "./found.ts";
import type { Path } from "./places.ts";
import type { Finding } from "./shape-mistakes.ts";

/** A place that no value goes to would stay as it is written: what is looked for would never be found. */
export function templateMistakes(path: Path, template: unknown, known: readonly string[]): readonly Finding[] {
  if (typeof template !== "string") return [];
  const names = known.map((name) => `{${name}}`).join(", ");
  const expected = known.length === 1 ? names : `one of ${names}`;
  return placesIn(template).flatMap((name): readonly Finding[] => {
    if (known.includes(name)) return [];
    const near = nearest(name, known);
    const found = quoted(`{${name}}`);
    return [{ path, at: "value", found, expected, ...(near === undefined ? {} : { nearest: `{${near}}` }) }];
  });
}
