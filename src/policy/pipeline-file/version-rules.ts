/** What `versions` may name, which keys need which, and which rule needs a file. */
import { nearest } from "../nearest.ts";
import { readPattern } from "../versions/pattern.ts";
import { formatOf, isPath } from "../versions/source.ts";
import { templateMistake } from "../versions/tags.ts";
import { entriesOf, isMap, itemsOf, quoted, valueAt } from "./found.ts";
import type { Path } from "./places.ts";
import type { Finding } from "./shape-mistakes.ts";

const fileNames = ["package.json", "pyproject.toml", "Cargo.toml"] as const;
const at: Path = ["versions", "from"];

export function versionMistakes(data: unknown): readonly Finding[] {
  const from = valueAt(data, at);
  return [
    ...(from === "tags" ? [] : fileMistakes(from, at)),
    ...tagMistakes(valueAt(data, ["versions", "tag"])),
    ...filesMistakes(valueAt(data, ["versions", "files"])),
    ...branchMistakes(valueAt(data, ["versions"])),
  ];
}

function fileMistakes(entry: unknown, place: Path): readonly Finding[] {
  if (typeof entry === "string") return pathMistakes(entry, undefined, place);
  if (!isMap(entry)) return [];
  const { path, pattern } = entry;
  const found = typeof path === "string" ? pathMistakes(path, pattern, [...place, "path"]) : [];
  if (typeof pattern !== "string") return found;
  const read = readPattern(pattern);
  if (read.kind === "pattern") return found;
  return [...found, { path: [...place, "pattern"], at: "value", found: quoted(pattern), expected: read.why }];
}

function tagMistakes(tag: unknown): readonly Finding[] {
  const expected = typeof tag === "string" && tag.trim() !== "" ? templateMistake(tag) : undefined;
  if (expected === undefined) return [];
  return [{ path: ["versions", "tag"], at: "value", found: quoted(String(tag)), expected }];
}

/** One file named twice would be written twice by one commit. */
function filesMistakes(files: unknown): readonly Finding[] {
  const paths = itemsOf(files).map((entry) => (isMap(entry) ? entry["path"] : entry));
  return itemsOf(files).flatMap((entry, i): readonly Finding[] => {
    const path = ["versions", "files", i];
    const twice = typeof paths[i] === "string" && paths.indexOf(paths[i]) < i;
    if (!twice) return fileMistakes(entry, path);
    return [{ path, at: "value", found: quoted(String(paths[i])), expected: "each file once" }];
  });
}

function branchMistakes(versions: unknown): readonly Finding[] {
  const [release, back] = [valueAt(versions, ["release_branch"]), valueAt(versions, ["back_merge"])];
  if (back === undefined) return [];
  const path = ["versions", "back_merge"];
  if (release === undefined) {
    return [{ path, at: "key", found: "back_merge", expected: "back_merge only beside release_branch" }];
  }
  if (release !== back) return [];
  return [{ path, at: "value", found: quoted(String(back)), expected: "another branch than release_branch" }];
}

function pathMistakes(path: string, pattern: unknown, place: Path): readonly Finding[] {
  const found = quoted(path);
  if (!isPath(path)) {
    return [
      { path: place, at: "value", found, expected: "a path from the repository's root, such as api/package.json" },
    ];
  }
  if (pattern !== undefined || formatOf({ path }) !== undefined) return [];
  const tags = place[1] === "from" ? "tags, " : "";
  const near = nearest(path, [...(tags === "" ? [] : ["tags"]), ...fileNames]);
  return [
    {
      path: place,
      at: "value",
      found,
      expected: `${tags}${fileNames.join(", ")}, a Python file, or {path: …, pattern: …} for any other`,
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
