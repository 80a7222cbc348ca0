/** The stages that a `deploy` or `verify` names, in all three ways of writing them, with their places in the file. */
import { entriesOf, isMap } from "./found.ts";
import type { Path } from "./places.ts";

export type StageEntry = { readonly name: string; readonly path: Path; readonly value: unknown };

/**
 * One command or deployer is one stage, named like the key; a list has a stage for each entry. In `verify`, a probe
 * without a name of its own is called by its kind, and numbered from the second on.
 */
export function stageEntries(path: Path, value: unknown): readonly StageEntry[] {
  if (!Array.isArray(value)) {
    return typeof value === "string" || isMap(value) ? [{ name: String(path.at(-1)), path, value }] : [];
  }
  const probes = new Map<string, number>();
  const nameOf = (key: string) => {
    if (path.at(-1) !== "verify" || !probeKinds.includes(key)) return key;
    const count = (probes.get(key) ?? 0) + 1;
    probes.set(key, count);
    return count === 1 ? key : `${key}-${count}`;
  };
  return value.flatMap((item, i) =>
    entriesOf(item).map(([key, stage]) => ({ name: nameOf(key), path: [...path, i, key], value: stage })),
  );
}

/** In a list under `verify`, these keys are probes and not names. */
export const probeKinds: readonly string[] = ["http", "prometheus"];

const productionNames: readonly string[] = ["production", "prod", "live"];

export function isProduction(name: string, environment: Readonly<Record<string, unknown>>): boolean {
  const written = environment["production"];
  return typeof written === "boolean" ? written : productionNames.includes(name.toLowerCase());
}

/** Stages of these names only prove or prepare something; any other is taken to change the environment. */
const preparing: readonly string[] = ["test", "build", "scan", "release", "lint", "check", "backup"];

export function changesEnvironment(stage: string): boolean {
  return !preparing.includes(stage.toLowerCase());
}
