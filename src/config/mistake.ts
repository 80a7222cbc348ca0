/**
 * One thing that is wrong with how the bot was set up, and how a person reads all of them. It must never hold the
 * value of a secret: whoever makes a mistake says "a value that is not shown here" in its place.
 */
import { createRedact } from "../log/redact.ts";

export type SettingMistake = {
  /** The setting's name, or the place in the file, for example `secrets.DEPLOY_SECRET.env`. */
  readonly name: string;
  readonly found: string;
  readonly expected: string;
  /** Set for what stands in a file. */
  readonly file?: string;
  /** Both count from 1. */
  readonly line?: number;
  readonly column?: number;
};

/** Longer values say nothing more, and a terminal should not be filled by one mistake. */
const longestShown = 80;

/** A secret that was put under the wrong name is still known by its form. */
const redact = createRedact([]);

/** A value as it may be shown: on one line, without control characters or anything secret, of a bounded length. */
export function shown(value: string): string {
  const safe = redact.text(value);
  const cut = safe.length > longestShown ? `${safe.slice(0, longestShown)}…` : safe;
  return JSON.stringify(cut);
}

export const hiddenValue = "a value that is not shown here";

function place(mistake: SettingMistake): string {
  if (mistake.file === undefined) return mistake.name;
  const line = mistake.line === undefined ? "" : `:${mistake.line}:${mistake.column ?? 1}`;
  return mistake.name === "" ? `${mistake.file}${line}` : `${mistake.file}${line} ${mistake.name}`;
}

/** What is printed when the bot does not start. */
export function describeMistakes(mistakes: readonly SettingMistake[]): string {
  const count = mistakes.length === 1 ? "one setting is" : `${mistakes.length} settings are`;
  const lines = mistakes.map(
    (mistake) => `  ${place(mistake)}\n    found:    ${mistake.found}\n    expected: ${mistake.expected}`,
  );
  return [
    `Signalbox does not start: ${count} missing or malformed.`,
    ...lines,
    "Every setting is described in .env.example and operator.example.yml.",
  ].join("\n");
}
