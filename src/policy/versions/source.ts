/**
 * Where a service's version is written: its tags, or a file. The file's name says how it is read, unless a pattern
 * does. Pure.
 */
export type VersionFile = {
  readonly kind: "file";
  /** From the repository's root, for example `packages/api/package.json`. */
  readonly path: string;
  /** With one group, which holds the version. */
  readonly pattern?: string;
};

export type VersionSource = { readonly kind: "tags" } | VersionFile;

export type VersionFormat = "package.json" | "pyproject.toml" | "Cargo.toml" | "python" | "pattern";

/** Undefined when neither the name nor a pattern says how to read the file. */
export function formatOf({ path, pattern }: Pick<VersionFile, "path" | "pattern">): VersionFormat | undefined {
  if (pattern !== undefined) return "pattern";
  const name = path.split("/").at(-1);
  if (name === "package.json" || name === "pyproject.toml" || name === "Cargo.toml") return name;
  return name?.endsWith(".py") ? "python" : undefined;
}

/** A path as git has it: from the root, with slashes, and never out of the repository. */
export function isPath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (path.length > 500 || /[\x00-\x1f\\]/u.test(path)) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
