/** What `versions.from` may name, and which rule needs it. */
import { nearest } from "../nearest.ts";
import { readPattern } from "../versions/pattern.ts";
import { formatOf, isPath } from "../versions/source.ts";
import { entriesOf, isMap, quoted, valueAt } from "./found.ts";
import type { Path } from "./places.ts";
import type { Finding } from "./shape-mistakes.ts";

const fileNames = ["package.json", "pyproject.toml", "Cargo.toml"] as const;
const at: Path = ["versions", "from"];

export function versionMistakes(data: unknown): readonly Finding[] {
  return sourceMistakes(valueAt(data, at));
}

function sourceMistakes(from: unknown): readonly Finding[] {
  if (typeof from === "string") return from === "tags" ? [] : pathMistakes(from, undefined, at);
  if (!isMap(from)) return [];
  const { path, pattern } = from;
  const found = typeof path === "string" ? pathMistakes(path, pattern, [...at, "path"]) : [];
  if (typeof pattern !== "string") return found;
  const read = readPattern(pattern);
  if (read.kind === "pattern") return found;
  return [...found, { path: [...at, "pattern"], at: "value", found: quoted(pattern), expected: read.why }];
}

function pathMistakes(path: string, pattern: unknown, place: Path): readonly Finding[] {
  const found = quoted(path);
  if (!isPath(path)) {
    return [
      { path: place, at: "value", found, expected: "a path from the repository's root, such as api/package.json" },
    ];
  }
  if (pattern !== undefined || formatOf({ path }) !== undefined) return [];
  const near = nearest(path, ["tags", ...fileNames]);
  return [
    {
      path: place,
      at: "value",
      found,
      expected: `tags, ${fileNames.join(", ")}, a Python file, or {path: …, pattern: …} for any other`,
      ...(near === undefined ? {} : { nearest: near }),
    },
  ];
}

/** Nobody can raise a version in a pull request when it is a tag that makes it. One service that has a file is enough. */
export function bumpMistakes(data: unknown): readonly Finding[] {
  const level = valueAt(data, ["pull_requests", "version_bump"]);
  const services = entriesOf(valueAt(data, ["services"])).map(([, service]) => valueAt(service, at));
  const froms = [valueAt(data, at), ...services].filter((from) => from !== undefined && from !== "tags");
  if ((level !== "required" && level !== "suggested") || froms.length > 0) return [];
  const expected = "off, or a file in versions.from: tags hold no version that a pull request could raise";
  return [{ path: ["pull_requests", "version_bump"], at: "value", found: level, expected }];
}
