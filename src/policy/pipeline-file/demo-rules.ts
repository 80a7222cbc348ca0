/** What `demos` says of its own parts, and of the branches that environments follow. */
import { pathMatcher } from "../paths.ts";
import { isMap, quoted, valueAt } from "./found.ts";
import type { Finding } from "./shape-mistakes.ts";
import { secretMistakes, stageMistakes } from "./stage-rules.ts";
import { templateMistakes } from "./template-rules.ts";

export function demoMistakes(data: unknown, environments: readonly (readonly [string, unknown])[]): readonly Finding[] {
  const demos = valueAt(data, ["demos"]);
  if (!isMap(demos)) return [];
  return [
    ...branchMistakes(demos["branches"], environments),
    ...templateMistakes(["demos", "url"], demos["url"], ["slug"]),
    ...stageMistakes(["demos"], demos, ["deploy", "verify"]),
    ...stageMistakes(["demos"], demos, ["destroy"]),
    ...secretMistakes(["demos"], demos),
  ];
}

/** A branch that an environment follows would be deployed twice, and its demo be destroyed. */
function branchMistakes(branches: unknown, environments: readonly (readonly [string, unknown])[]): readonly Finding[] {
  const patterns = Array.isArray(branches) ? branches : [branches];
  return patterns.flatMap((pattern, i): readonly Finding[] => {
    if (typeof pattern !== "string" || pattern === "") return [];
    const matches = pathMatcher([pattern]);
    const taken = environments.find(([, environment]) => {
      const branch = valueAt(environment, ["branch"]);
      return typeof branch === "string" && matches(branch);
    });
    if (taken === undefined) return [];
    const path = ["demos", "branches", ...(Array.isArray(branches) ? [i] : [])];
    const expected = `a pattern without ${String(valueAt(taken[1], ["branch"]))}, which ${taken[0]} follows`;
    return [{ path, at: "value", found: quoted(pattern), expected }];
  });
}
