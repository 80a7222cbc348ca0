/** One hash for one meaning: the order of keys and how a file was laid out do not matter. */
import { createHash } from "node:crypto";
import { groupsBehind } from "./groups.ts";
import type { EnvironmentPolicy, Pipeline } from "./pipeline.ts";

/** SHA-256, lower-case hex, over the value's JSON with sorted keys. Properties that are undefined count as absent. */
export function canonicalHash(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, inside]) => inside !== undefined);
  // Plain comparison of code units: a locale would sort differently on another machine.
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${sorted.map(([key, inside]) => `${JSON.stringify(key)}:${canonicalJson(inside)}`).join(",")}}`;
}

/** Every name of a person or group that the environment's policy holds. */
export function namesIn(environment: EnvironmentPolicy): readonly string[] {
  return [...(environment.approvals?.from ?? []), ...environment.who, ...(environment.hotfix?.from ?? [])];
}

/**
 * What an approval is bound to: the environment's policy, and who is in the groups that it names. Another group, another
 * environment or the rules for pull requests may change without asking anyone anew.
 */
export function policyHash(environment: EnvironmentPolicy, groups: Pipeline["groups"]): string {
  return canonicalHash({ environment, groups: groupsBehind(groups, namesIn(environment)) });
}
