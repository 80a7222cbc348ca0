/**
 * What a command finds in its environment: what DESIGN promises it, the service's own values, its granted secrets, and
 * nothing of the bot's. The values that say what is deployed come last, so that no setting can contradict them.
 */
import type { Attempt } from "../contract.ts";

export function commandEnvironment(
  attempt: Attempt,
  options: { readonly path: string; readonly secrets: Readonly<Record<string, string>> },
): Readonly<Record<string, string>> {
  return {
    PATH: options.path,
    LANG: "C.UTF-8",
    ...attempt.env,
    ...options.secrets,
    SIGNALBOX_SERVICE: attempt.service,
    SIGNALBOX_ENVIRONMENT: attempt.environment,
    SIGNALBOX_KIND: attempt.kind,
    SIGNALBOX_SHA: attempt.sha,
    // Empty rather than absent, so that scripts under `set -u` run.
    SIGNALBOX_REF: attempt.ref ?? "",
    SIGNALBOX_VERSION: attempt.version ?? "",
    SIGNALBOX_PREVIOUS_SHA: attempt.previousSha ?? "",
    SIGNALBOX_PREVIOUS_VERSION: attempt.previousVersion ?? "",
    SIGNALBOX_DEPLOYMENT: String(attempt.deployment),
  };
}
