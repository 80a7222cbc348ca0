/** The project's own TypeScript files and what they import, read from the files themselves. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export type Import = {
  /** A path from the project's root for a file of ours, else the package's or built-in module's name. */
  readonly to: string;
  readonly own: boolean;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
};

export type Source = { readonly path: string; readonly text: string; readonly imports: readonly Import[] };

export function readSources(pattern: string): readonly Source[] {
  return globSync(pattern, { cwd: root })
    .toSorted()
    .map((path) => {
      const text = readFileSync(join(root, path), "utf8");
      return { path, text, imports: importsOf(text, path) };
    });
}

/** Static imports and re-exports begin a line; dynamic ones may stand anywhere. */
export function importsOf(text: string, path: string): readonly Import[] {
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean, dynamic: boolean) => {
    const own = specifier.startsWith(".");
    const to = own ? normalize(join(dirname(path), specifier)) : packageOf(specifier);
    found.push({ to, own, typeOnly, dynamic });
  };
  for (const [, type, specifier] of text.matchAll(/^(?:import|export)\s+(type\s)?[^;"'=]*?from\s+"([^"]+)"/gmu)) {
    add(specifier ?? "", type !== undefined, false);
  }
  for (const [, specifier] of text.matchAll(/^import\s+"([^"]+)"/gmu)) add(specifier ?? "", false, false);
  for (const [, specifier] of text.matchAll(/\bimport\(\s*["'`]([^"'`]+)["'`]/gu)) add(specifier ?? "", false, true);
  return found;
}

/** `@slack/bolt/dist/x` is the package `@slack/bolt`; `node:fs/promises` is a module of its own. */
function packageOf(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}
