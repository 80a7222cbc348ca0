/** What a workflow is told, by the inputs that the pipeline file writes. Pure. */
import type { ActionsDeployer } from "../../policy/deployers.ts";
import type { inputPlaces } from "../../policy/pipeline-file/deployers/actions.ts";
import { fillIn, revisionValues } from "../../policy/value-template.ts";
import type { Attempt } from "../contract.ts";

/** Where there is no value, such as no version, the input is empty: GitHub knows texts only. */
export function inputsOf(definition: ActionsDeployer, attempt: Attempt): Readonly<Record<string, string>> {
  const values: Readonly<Record<(typeof inputPlaces)[number], string | undefined>> = {
    ...{ service: attempt.service, environment: attempt.environment, kind: attempt.kind },
    ...{ deployment: String(attempt.deployment), requested_by: attempt.requestedBy, ref: attempt.ref ?? "" },
    ...{ previous_sha: attempt.previousSha ?? "", previous_version: attempt.previousVersion ?? "" },
    ...revisionValues({ sha: attempt.sha, version: attempt.version ?? "" }),
  };
  const filled = Object.entries(definition.inputs).map(([name, template]) => {
    const text = fillIn(template, values);
    return [name, text.kind === "text" ? text.text : ""] as const;
  });
  return Object.fromEntries(filled);
}
