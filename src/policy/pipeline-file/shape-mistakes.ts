/** What the schema has against a file, told as what was found and what was expected. */
import type * as z from "zod";
import { nearest } from "../nearest.ts";
import { entriesOf, quoted, shown, valueAt } from "./found.ts";
import { type Path, placeAt } from "./places.ts";
import { pipelineFileSchema } from "./schema.ts";

/** A mistake that is known by its path; `read.ts` finds the file, line and column. */
export type Finding = {
  readonly path: Path;
  /** Where to point: at the key or at its value. */
  readonly at: "key" | "value";
  readonly found: string;
  readonly expected: string;
  readonly nearest?: string;
};

export function shapeMistakes(data: unknown): readonly Finding[] {
  const reading = pipelineFileSchema.safeParse(data);
  return reading.success ? [] : reading.error.issues.flatMap((issue) => findings(issue, [], data));
}

type Issue = z.core.$ZodIssue;

function findings(issue: Issue, prefix: Path, data: unknown): readonly Finding[] {
  const path = [...prefix, ...partsOf(issue.path)];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(path, key));
    case "invalid_union": {
      // The choices differ in kind (text, list, map). The one of the kind that was found says what is wrong inside it.
      const inside = issue.errors.find((errors) => !errors.some(isOfAnotherKind));
      if (inside !== undefined) return inside.flatMap((error) => findings(error, path, data));
      return [valueMistake(path, issue.message, data)];
    }
    case "invalid_key": {
      const key = String(path.at(-1) ?? "");
      const expected = issue.issues[0]?.message ?? issue.message;
      return [{ path, at: "key", found: quoted(key), expected }];
    }
    default:
      return [valueMistake(path, issue.message, data, choicesOf(issue))];
  }
}

function partsOf(path: readonly PropertyKey[]): Path {
  return path.map((part) => (typeof part === "symbol" ? String(part) : part));
}

function isOfAnotherKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value");
}

function choicesOf(issue: Issue): readonly string[] {
  return issue.code === "invalid_value" ? issue.values.map(String) : [];
}

function unknownKey(parent: Path, key: string): Finding {
  const place = placeAt(parent);
  const path = [...parent, key];
  const keys = place?.keys ?? [];
  const near = nearest(key, keys);
  const phase = parent.at(-1);
  const example = phases.get(String(phase));
  const stages = example === undefined ? "" : `, or a list of stages such as \`- ${example}\``;
  return {
    path,
    at: "key",
    found: named(key),
    expected: `one of ${keys.join(", ")}${stages}`,
    ...(near === undefined ? {} : { nearest: near }),
  };
}

const phases: ReadonlyMap<string, string> = new Map([
  ["deploy", "build: make build"],
  ["verify", "smoke: make smoke"],
  ["destroy", "destroy: make demo-destroy"],
]);

/** A key as it is written; an empty one would not be seen without its quotes. */
function named(key: string): string {
  return key.trim() === "" ? quoted(key) : quoted(key).slice(1, -1);
}

function valueMistake(path: Path, expected: string, data: unknown, choices: readonly string[] = []): Finding {
  const value = valueAt(data, path);
  const near = typeof value === "string" ? likely(value, expected, choices, path) : undefined;
  // A key that is not written can only be missed where it should stand.
  const at = value === undefined ? "key" : "value";
  return { path, at, found: shown(value), expected, ...(near === undefined ? {} : { nearest: near }) };
}

function likely(value: string, expected: string, choices: readonly string[], path: Path): string | undefined {
  if (expected === "true or false") return booleanWords.get(value.toLowerCase());
  if ([1, 3].includes(path.length) && path.at(-1) === "channel" && /^[^\s#]+$/u.test(value)) return `"#${value}"`;
  if (path.at(-1) === "approvals") return nearest(value, ["off"]);
  return nearest(value, choices);
}

/** YAML 1.2 reads these as text, though older YAML and many people mean a truth by them. */
const booleanWords: ReadonlyMap<string, string> = new Map([
  ["yes", "true"],
  ["on", "true"],
  ["true", "true"],
  ["no", "false"],
  ["off", "false"],
  ["false", "false"],
]);

/** Zod leaves this one key out of what it reads, so it would be silently ignored. */
export function strangeKeys(data: unknown): readonly Finding[] {
  const strange: Finding[] = [];
  // Aliases may make a value contain itself.
  const seen = new Set<object>();
  const look = (value: unknown, path: Path): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (Array.isArray(value)) {
      value.forEach((item, i) => {
        look(item, [...path, i]);
      });
    } else {
      for (const [key, inside] of entriesOf(value)) {
        if (key !== "__proto__") look(inside, [...path, key]);
        else strange.push({ path: [...path, key], at: "key", found: key, expected: "another name" });
      }
    }
  };
  look(data, []);
  return strange;
}
