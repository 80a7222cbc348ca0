/** What a command or a pipeline finds of its deployment among its variables, by DESIGN's names. */
import type { Attempt } from "./contract.ts";

export function deploymentVariables(attempt: Attempt): Readonly<Record<string, string>> {
  return {
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
