/**
 * Reads `operator.yml`: what no repository may decide for itself. All mistakes are found at once, with their places.
 * It must never show the value of a secret, and never grants one of the bot's own settings to a repository.
 */
import { isNode, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { nearest } from "../policy/nearest.ts";
import type { SettingMistake } from "./mistake.ts";

const patternExpected = "a repository as owner/name; the name, but not the owner, may hold *, for example acme/*";
const pattern = z.string(patternExpected).regex(/^[A-Za-z0-9][A-Za-z0-9_-]*\/[A-Za-z0-9._*-]+$/u, patternExpected);
const patterns = z.array(pattern, "a list of repositories, for example [acme/shop]");

const secretNameExpected = "the name of an environment variable that does not begin with SIGNALBOX_";
const secretName = z.string().regex(/^(?!SIGNALBOX_)[A-Za-z_][A-Za-z0-9_]*$/u, secretNameExpected);
const envExpected = "the name of the environment variable of the bot that holds the secret";
const hostExpected = "a host name or an address, without scheme, port or path, for example prometheus.internal";

const schema = z.strictObject(
  {
    commands: patterns.default([]),
    secrets: z
      .record(
        secretName,
        z.strictObject(
          { env: z.string(envExpected).regex(/^[A-Za-z_][A-Za-z0-9_]*$/u, envExpected), for: patterns },
          "{env: NAME, for: [owner/name]}",
        ),
        "a map of secret names",
      )
      .default({}),
    outbound: z
      .array(z.string(hostExpected).regex(/^[A-Za-z0-9.:-]+$/u, hostExpected), "a list of host names")
      .default([]),
    pins: z.record(pattern, patterns, "a map of repositories to the repositories that may pin into them").default({}),
  },
  "a map with the keys commands, secrets, outbound and pins",
);
export type OperatorFile = z.infer<typeof schema>;

export type ReadOperatorFile =
  | { readonly kind: "file"; readonly file: OperatorFile }
  | { readonly kind: "mistakes"; readonly mistakes: readonly SettingMistake[] };

/** Large enough for thousands of repositories; beyond it the file is certainly not ours. */
const longestFile = 1024 * 1024;
/** YAML aliases can make a small text into an endless one. */
const mostAliases = 50;
const keysHere: Readonly<Record<string, readonly string[]>> = {
  0: ["commands", "secrets", "outbound", "pins"],
  2: ["env", "for"],
};

type Path = readonly (string | number)[];

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  const text = JSON.stringify(value);
  return text.length > 82 ? `${text.slice(0, 81)}…"` : text;
}

function at(data: unknown, path: Path): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** Reads the text of the file called `file`. */
export function readOperatorFile(text: string, file: string): ReadOperatorFile {
  if (text.length > longestFile) {
    const mistake = { name: "", file, found: `${text.length} characters`, expected: "a file of at most 1 MiB" };
    return { kind: "mistakes", mistakes: [mistake] };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  if (document.errors.length > 0) {
    const mistakes = document.errors.map((error) => ({
      name: "",
      ...place(error.pos[0]),
      found: error.message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/u, "") ?? "a mistake",
      expected: "a well-formed YAML file",
    }));
    return { kind: "mistakes", mistakes };
  }
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: mostAliases }) ?? {};
  } catch {
    const mistake = { name: "", file, found: "too many aliases", expected: `at most ${mostAliases} uses of an alias` };
    return { kind: "mistakes", mistakes: [mistake] };
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return { kind: "file", file: parsed.data };

  /** The offset of the value at the path, or of the nearest thing around it that stands in the file. */
  const offsetOf = (path: Path): number => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  };
  const offsetOfKey = (path: Path, key: string): number => {
    const map = path.length === 0 ? document.contents : document.getIn(path, true);
    if (isNode(map) && "items" in map) {
      for (const pair of map.items) {
        if (!isNode(pair) && pair !== null && typeof pair === "object" && "key" in pair && isNode(pair.key)) {
          if ("value" in pair.key && pair.key.value === key && pair.key.range) return pair.key.range[0];
        }
      }
    }
    return offsetOf(path);
  };
  const mistakes: SettingMistake[] = [];
  for (const issue of parsed.error.issues) {
    const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
    if (issue.code === "unrecognized_keys") {
      const known = keysHere[path.length] ?? [];
      for (const key of issue.keys) {
        const meant = nearest(key, known);
        mistakes.push({
          name: [...path, key].join("."),
          ...place(offsetOfKey(path, key)),
          found: `the unknown key ${kindOf(key)}`,
          expected: `one of ${known.join(", ")}${meant === undefined ? "" : `; ${meant} is the nearest`}`,
        });
      }
    } else if (issue.code === "invalid_key") {
      const key = String(path.at(-1));
      mistakes.push({
        name: path.join("."),
        ...place(offsetOfKey(path.slice(0, -1), key)),
        found: `the key ${kindOf(key)}`,
        expected: issue.issues[0]?.message ?? issue.message,
      });
    } else {
      mistakes.push({
        name: path.join("."),
        ...place(offsetOf(path)),
        found: kindOf(at(data, path)),
        expected: issue.message,
      });
    }
  }
  return { kind: "mistakes", mistakes };
}
