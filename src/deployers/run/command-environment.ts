/**
 * What a command finds in its environment: what DESIGN promises it, the service's own values, its granted secrets, and
 * nothing of the bot's. The values that say what is deployed come last, so that no setting can contradict them.
 */
import type { Attempt } from "../contract.ts";
import { deploymentVariables } from "../variables.ts";

export function commandEnvironment(
  attempt: Attempt,
  options: { readonly path: string; readonly secrets: Readonly<Record<string, string>> },
): Readonly<Record<string, string>> {
  return {
    PATH: options.path,
    LANG: "C.UTF-8",
    ...attempt.env,
    ...options.secrets,
    ...deploymentVariables(attempt),
  };
}
