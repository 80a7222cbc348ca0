/** The stages that a `deploy` or `verify` names, in all three ways of writing them, with their places in the file. */
import { entriesOf, isMap } from "./found.ts";
import type { Path } from "./places.ts";

export type StageEntry = { readonly name: string; readonly path: Path; readonly value: unknown };

/** One command or deployer is one stage, named like the key; a list has a stage for each entry. */
export function stageEntries(path: Path, value: unknown): readonly StageEntry[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, i) =>
      entriesOf(item).map(([name, stage]) => ({ name, path: [...path, i, name], value: stage })),
    );
  }
  if (typeof value === "string" || isMap(value)) return [{ name: String(path.at(-1)), path, value }];
  return [];
}

const productionNames: readonly string[] = ["production", "prod", "live"];

export function isProduction(name: string, environment: Readonly<Record<string, unknown>>): boolean {
  const written = environment["production"];
  return typeof written === "boolean" ? written : productionNames.includes(name.toLowerCase());
}

/** Stages of these names only prove or prepare something; any other is taken to change the environment. */
const preparing: readonly string[] = ["test", "build", "scan", "release", "lint", "check"];

export function changesEnvironment(stage: string): boolean {
  return !preparing.includes(stage.toLowerCase());
}
