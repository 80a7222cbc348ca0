/** `check: SonarQube`: the name of a GitHub check or status that the stage waits for. */
import type { CheckDeployer } from "../../deployers.ts";
import { quoted } from "../found.ts";
import type { Path } from "../places.ts";
import type { Finding } from "../shape-mistakes.ts";
import { text } from "../shape-parts.ts";

export const checkEntry = text("the name of a GitHub check or status", /\S/u).describe(
  "The name of a GitHub check or status on the revision that the stage waits for.",
);

/** GitHub's names have no space before or after them. */
export function readCheckName(entry: string): string {
  return entry.trim();
}

export function readCheck(entry: string): CheckDeployer {
  return { kind: "check", name: readCheckName(entry) };
}

/** What the bot says itself is no news to it, and waiting for that would never end. */
export function checkNameMistakes(path: Path, name: unknown): readonly Finding[] {
  if (typeof name !== "string" || !readCheckName(name).startsWith("signalbox/")) return [];
  const expected = "a check or status of somebody else: those that begin with signalbox/ are the bot's own";
  return [{ path, at: "value", found: quoted(name), expected }];
}

export function checkMistakes(path: Path, value: Readonly<Record<string, unknown>>): readonly Finding[] {
  return checkNameMistakes([...path, "check"], value["check"]);
}
