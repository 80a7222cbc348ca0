/** The shape of `versions`: where a version is written, what it looks like, and where candidates go. */
import * as z from "zod";
import { schemeNames } from "../versions/scheme.ts";
import { listOf, text } from "./shape-parts.ts";

const versionFile = "tags, the path of a file, or {path: …, pattern: …}";
const fileOf = "the path of a file, or {path: …, pattern: …}";
const fileList = "a list of files in which the version is written";
const branch = text("the name of a branch", /^[^\s~^:?*[\\]+$/u);

export const versionFromShape = {
  path: text("the path of a file", /\S/u).describe("From the repository's root."),
  pattern: text("a regular expression with one group in brackets, which holds the version", /\S/u)
    .optional()
    .describe("A regular expression as RE2 reads it, with one group; ^ and $ match at every line."),
};

export const versionsShape = {
  from: z
    .union([text(versionFile, /\S/u), z.strictObject(versionFromShape, { error: versionFile })], { error: versionFile })
    .optional()
    .describe("tags, package.json, pyproject.toml, Cargo.toml, a Python file with __version__, or {path, pattern}."),
  tag: text("the name of a tag with {version} in it once, such as v{version}", /\S/u)
    .optional()
    .describe("How the tag of a version is named. Default: v{version}."),
  scheme: z
    .enum(schemeNames, { error: `one of ${schemeNames.join(", ")}` })
    .optional()
    .describe("semver 1.4.0-rc.1, pep440 1.4.0rc1, dotted 1.4.0.RC1 or calver 2026.11.0. Default: semver."),
  files: listOf(
    z.union([text(fileOf, /\S/u), z.strictObject(versionFromShape, { error: fileOf })], { error: fileOf }),
    fileList,
  )
    .max(20, { error: "at most 20" })
    .optional()
    .describe("Files in which `/rc` writes the version. Default: none, the tag alone says it."),
  release_branch: branch
    .optional()
    .describe(
      "The branch that candidates are merged into and made final on. Default: none, the default branch is tagged.",
    ),
  back_merge: branch
    .optional()
    .describe("The branch to which a pull request brings back what only the release branch has."),
};
