/**
 * What reading one setting after another has in common: the values as they are found, and the mistakes as they add up.
 * It must never show a secret's value.
 */
import type { z } from "zod";
import { editDistance } from "../policy/nearest.ts";
import { hiddenValue, type SettingMistake, shown } from "./mistake.ts";
import { secretSettings, settingNames } from "./settings.ts";

export type Env = Readonly<Record<string, string | undefined>>;
/** The one part of `Context.files` that is needed. */
export type Files = { readFile(path: string, encoding: "utf8"): Promise<string> };
export type Values = Readonly<Record<string, string>>;

export type Reading = {
  readonly values: Values;
  readonly files: Files;
  readonly cwd: string;
  readonly mistakes: SettingMistake[];
};

/** Whether the name is one that the bot itself reads. */
export function isOwnSetting(name: string): boolean {
  return settingNames.some((own) => own === name);
}

export async function textOf(files: Files, path: string): Promise<string | undefined> {
  try {
    return await files.readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return `a file that cannot be read (${code})`;
}

/** A name in the environment that is one slip away from the one that is missing. */
function misspelt(name: string, values: Values): string | undefined {
  return Object.keys(values).find((other) => !isOwnSetting(other) && editDistance(name, other.toUpperCase()) <= 2);
}

export function isSecret(name: string): boolean {
  return secretSettings.some((secret) => secret === name);
}

export function foundOf(name: string, values: Values): string {
  const value = values[name];
  if (value !== undefined) return isSecret(name) ? hiddenValue : shown(value);
  const near = misspelt(name, values);
  return near === undefined ? "nothing" : `nothing; there is ${near}, which may be meant`;
}

export function mistakesOf(error: z.ZodError, values: Values): SettingMistake[] {
  const seen = new Map<string, SettingMistake>();
  for (const issue of error.issues) {
    const name = String(issue.path[0]);
    // One setting may break several rules at once; the first says enough.
    if (!seen.has(name)) seen.set(name, { name, found: foundOf(name, values), expected: issue.message });
  }
  return [...seen.values()];
}

/** What is set to nothing is not set: a compose file and many shells have no other way to say so. */
export function valuesOf(env: Env): Values {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value.trim() !== "")
      values[name] = isOwnSetting(name) && !isSecret(name) ? value.trim() : value;
  }
  return values;
}
