/** What the keys about an environment's branch need of the environment itself and of the one before it. */
import { isMap, valueAt } from "./found.ts";
import type { Path } from "./places.ts";
import type { Finding } from "./shape-mistakes.ts";

/** `above`: the environments that stand above this one, in order. */
export function branchMistakes(
  name: string,
  environment: unknown,
  above: readonly (readonly [string, unknown])[],
): readonly Finding[] {
  const at: Path = ["environments", name];
  if (!isMap(environment) || environment["snapshot"] === undefined) return [];
  const after = environment["after"] ?? above.at(-1)?.[0];
  const before = above.find(([other]) => other === after)?.[1];
  const branch = environment["branch"];
  const place = { path: [...at, "snapshot"], at: "key", found: "snapshot" } as const;
  if (branch === undefined || before === undefined) {
    return [{ ...place, expected: "snapshot only where the environment has a branch and one before it" }];
  }
  const from = valueAt(before, ["branch"]);
  if (environment["snapshot"] !== false || (from !== undefined && from !== branch)) return [];
  const expected = `a branch of its own in ${String(after)}, from which the pull request goes, or no snapshot`;
  return [{ path: [...at, "snapshot"], at: "value", found: "false", expected }];
}
