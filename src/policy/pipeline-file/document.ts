/** A YAML text with the positions of everything in it, and what is wrong with it as YAML. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type Range,
} from "yaml";
import type { Mistake, PipelineSource } from "../pipeline.ts";
import { quoted } from "./found.ts";
import type { Path } from "./places.ts";

export type Place = { readonly line: number; readonly column: number };

export type SourceDocument = {
  readonly name: string;
  readonly mistakes: readonly Mistake[];
  /** False when the text is no YAML at all and its content cannot be relied on. */
  readonly readable: boolean;
  readonly data: unknown;
  /** How many parts of the path this text has, and where the last of them stands: its key, or its value. */
  locate(path: Path, at: "key" | "value"): { readonly depth: number; readonly place: Place };
};

/** A pipeline file is some hundred lines; what is far larger is none, and would hold everything else up. */
const longest = 256 * 1024;
/** Aliases can make a short text enormous. */
const mostAliases = 100;

export function readDocument({ name, text }: PipelineSource): SourceDocument {
  const start = { line: 1, column: 1 };
  const whole = (found: string, expected: string): Mistake => ({
    file: name,
    ...start,
    path: "(file)",
    found,
    expected,
  });
  if (text.length > longest) {
    const mistakes = [whole(`${text.length} characters`, `at most ${longest} characters`)];
    return { name, mistakes, readable: false, data: undefined, locate: () => ({ depth: 0, place: start }) };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, merge: true });
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const mistakes = document.errors.map((error): Mistake => {
    const place = placeOf(error.pos[0]);
    const at = text.slice(error.pos[0]).split("\n", 1)[0]?.trim() ?? "";
    return { file: name, ...place, path: "(file)", ...yamlMistake(error.code, error.message, at) };
  });
  const readable = document.errors.every((error) => error.code === "DUPLICATE_KEY");
  let data: unknown;
  if (readable) {
    try {
      data = document.toJS({ maxAliasCount: mostAliases });
    } catch (error) {
      // The library refuses too many aliases, and aliases of what is not there, only when the values are built.
      mistakes.push(whole("aliases that cannot be followed", error instanceof Error ? error.message : "no aliases"));
      return { name, mistakes, readable: false, data: undefined, locate: () => ({ depth: 0, place: start }) };
    }
  }
  const resolve = (node: Node | null | undefined) => (isAlias(node) ? node.resolve(document) : node);
  const locate: SourceDocument["locate"] = (path, at) => {
    let node: Node | null | undefined = resolve(document.contents);
    let place = offsetOf(document.contents) ?? 0;
    let depth = 0;
    for (const part of path) {
      const step = stepInto(node, part);
      if (step === undefined) break;
      depth += 1;
      const last = depth === path.length;
      place = (last && at === "value" ? offsetOf(step.value) : undefined) ?? step.key ?? offsetOf(step.value) ?? place;
      node = resolve(step.value);
    }
    return { depth, place: placeOf(place) };
  };
  return { name, mistakes, readable, data, locate };
}

type Step = { readonly key: number | undefined; readonly value: Node | null | undefined };

function stepInto(node: Node | null | undefined, part: string | number): Step | undefined {
  if (isMap<ParsedNode, ParsedNode | null>(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
    return pair === undefined ? undefined : { key: offsetOf(pair.key), value: pair.value };
  }
  if (isSeq<ParsedNode>(node) && typeof part === "number") {
    const item = node.items[part];
    return item === undefined ? undefined : { key: offsetOf(item), value: item };
  }
  return undefined;
}

function offsetOf(node: { readonly range?: Range | null | undefined } | null | undefined): number | undefined {
  return node?.range?.[0];
}

function yamlMistake(code: string, message: string, at: string): Pick<Mistake, "found" | "expected"> {
  switch (code) {
    case "DUPLICATE_KEY":
      return { found: quoted(at), expected: "each key once" };
    case "TAB_AS_INDENT":
      return { found: "a tab", expected: "spaces for indentation" };
    case "MULTIPLE_DOCS":
      return { found: "a second document", expected: "one document in the file" };
    default:
      return { found: at === "" ? "the end of the line" : quoted(at), expected: `valid YAML (${message})` };
  }
}
