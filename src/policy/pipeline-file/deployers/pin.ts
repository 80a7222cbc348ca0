/** `pin: {repository, file, image | package | pattern, …}`: which version a file of another repository names. */
import * as z from "zod";
import type { PinDeployer, Pinned } from "../../deployers.ts";
import { revisionPlaces } from "../../value-template.ts";
import { readPattern } from "../../versions/pattern.ts";
import { isPath } from "../../versions/source.ts";
import { isMap, quoted, shown } from "../found.ts";
import type { Path } from "../places.ts";
import type { Finding } from "../shape-mistakes.ts";
import { flag, text } from "../shape-parts.ts";
import { templateMistakes } from "../template-rules.ts";

export const pinShape = {
  repository: text("a repository as owner/name", /^[A-Za-z0-9][A-Za-z0-9_-]*\/[A-Za-z0-9._-]+$/u).describe(
    "The repository that holds the file, as owner/name; the operator says who may pin into it.",
  ),
  branch: text("the name of a branch", /^[^\s~^:?*[\\]+$/u)
    .optional()
    .describe("Default: that repository's default branch."),
  file: text("a path from the repository's root", /\S/u).describe("The file, from the repository's root."),
  image: text("an image without its tag, such as ghcr.io/acme/shop-api", /^[a-z0-9][a-z0-9._:/-]{0,254}$/u)
    .optional()
    .describe("An image whose tag is pinned, without the tag: in a compose file, Helm values or any other file."),
  package: text("a package's name", /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,99}[A-Za-z0-9])?$/u)
    .optional()
    .describe("A package whose version a requirements.txt pins with ==."),
  pattern: text("a regular expression with one group in brackets, which holds the version", /\S/u)
    .optional()
    .describe("A regular expression as RE2 reads it, whose one group is replaced; ^ and $ match at every line."),
  value: text("text such as v{version}", /\S/u)
    .optional()
    .describe("What is written: {version}, {sha} and {short_sha} are filled in. Default: the version, else the SHA."),
  pull_request: flag.optional().describe("true: by a pull request, whose merge is the success. Default: false."),
};

export const pinEntry = z.strictObject(pinShape, {
  error: "a repository, a file, and an image, a package or a pattern",
});

export function readPin(entry: z.infer<typeof pinEntry>): PinDeployer {
  const { repository, branch, file, value, pull_request: pullRequest } = entry;
  return {
    ...{ kind: "pin", repository, file, pinned: pinnedBy(entry), pullRequest: pullRequest ?? false },
    ...(branch === undefined ? {} : { branch }),
    ...(value === undefined ? {} : { value }),
  };
}

function pinnedBy({ image, package: name, pattern }: z.infer<typeof pinEntry>): Pinned {
  if (image !== undefined) return { kind: "image", image };
  if (name !== undefined) return { kind: "package", package: name };
  // The rules have refused an entry with none of them.
  return { kind: "pattern", pattern: pattern ?? "" };
}

const kinds = ["image", "package", "pattern"] as const;

export function pinMistakes(path: Path, value: Readonly<Record<string, unknown>>): readonly Finding[] {
  const pin = value["pin"];
  if (!isMap(pin)) return [];
  const at: Path = [...path, "pin"];
  const found: Finding[] = [];
  const named = kinds.filter((kind) => pin[kind] !== undefined);
  // With a key that is not known, that key is the mistake.
  const strange = Object.keys(pin).some((key) => !Object.hasOwn(pinShape, key));
  if (named.length > 1 || (named.length === 0 && !strange)) {
    const expected = `${named.length > 1 ? "only one of" : "one of"} image, package and pattern`;
    found.push({ path: at, at: "value", found: shown(pin), expected });
  }
  const { file, pattern, value: template } = pin;
  if (typeof file === "string" && !isPath(file)) {
    const expected = "a path from the repository's root, such as production/compose.yml";
    found.push({ path: [...at, "file"], at: "value", found: quoted(file), expected });
  }
  if (typeof pattern === "string") {
    const read = readPattern(pattern);
    if (read.kind === "no-pattern") {
      found.push({ path: [...at, "pattern"], at: "value", found: quoted(pattern), expected: read.why });
    }
  }
  return [...found, ...templateMistakes([...at, "value"], template, revisionPlaces)];
}
