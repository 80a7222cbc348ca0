/** What the keys of one stage say of one another: one deployer carries it out. */
import { actionsMistakes } from "./deployers/actions.ts";
import { checkMistakes } from "./deployers/check.ts";
import { pinMistakes } from "./deployers/pin.ts";
import { isMap, shown } from "./found.ts";
import type { Path } from "./places.ts";
import type { Finding } from "./shape-mistakes.ts";
import { deployerKeys } from "./shape-stages.ts";

/** Each looks at a stage that may have another deployer, and then finds nothing. */
const ownRules = [checkMistakes, actionsMistakes, pinMistakes] as const;

export function deployerMistakes(path: Path, value: unknown): readonly Finding[] {
  if (!isMap(value)) return [];
  const has = (key: string) => value[key] !== undefined;
  const found = shown(value);
  const named = deployerKeys.filter(has);
  if (named.length > 1) {
    const expected = `${named.join(" or ")}, not ${named.length === 2 ? "both" : "several"}`;
    return [{ path, at: "value", found, expected }];
  }
  if (has("confirm") && !has("run")) {
    return [{ path: [...path, "confirm"], at: "key", found: "confirm", expected: "confirm only beside run" }];
  }
  // With a key that is not known, that key is the mistake.
  const others = Object.keys(value).some((key) => key !== "confirm" && !deployerKeys.includes(key));
  if (named.length === 0 && !others) {
    return [{ path, at: "value", found, expected: `a command, or one deployer: ${deployerKeys.join(", ")}` }];
  }
  return ownRules.flatMap((rule) => rule(path, value));
}
