/** What the stages of an environment or a demo, and their variables, say of one another. */
import { deployerMistakes } from "./deployer-rules.ts";
import { entriesOf, isMap, itemsOf, quoted, shown, valueAt } from "./found.ts";
import type { Path } from "./places.ts";
import type { Finding } from "./shape-mistakes.ts";
import { stageEntries } from "./stage-entries.ts";
import { verifierMistakes } from "./verify-rules.ts";

/** What stands in these phases of an environment, whose stages share their names. */
export function stageMistakes(
  environmentAt: Path,
  environment: unknown,
  phases: readonly ("deploy" | "verify" | "destroy")[],
): readonly Finding[] {
  const found: Finding[] = [];
  const seen = new Set<string>();
  for (const phase of phases) {
    const at = [...environmentAt, phase];
    for (const [i, item] of itemsOf(valueAt(environment, [phase])).entries()) {
      const keys = entriesOf(item).map(([key]) => key);
      if (isMap(item) && keys.length !== 1) {
        const expected = "one stage in each entry, such as `- build: make build`";
        found.push({ path: [...at, i], at: "value", found: shown(item), expected });
      }
    }
    for (const { name: stage, path, value } of stageEntries(at, valueAt(environment, [phase]))) {
      if (seen.has(stage)) {
        found.push({ path, at: "key", found: quoted(stage), expected: "a name that no other stage here has" });
      }
      seen.add(stage);
      found.push(...(phase === "verify" ? verifierMistakes(path, value, environment) : deployerMistakes(path, value)));
    }
  }
  return found;
}

/** A name in both would leave it to chance which value a command sees. */
export function secretMistakes(environmentAt: Path, environment: unknown): readonly Finding[] {
  const variables = entriesOf(valueAt(environment, ["env"])).map(([key]) => key);
  return itemsOf(valueAt(environment, ["secrets"])).flatMap((secret, i): readonly Finding[] => {
    if (typeof secret !== "string" || !variables.includes(secret)) return [];
    const expected = "a name that env does not have";
    return [{ path: [...environmentAt, "secrets", i], at: "value", found: quoted(secret), expected }];
  });
}
