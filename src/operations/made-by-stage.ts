/**
 * The GitHub Deployment that a stage of a deployment makes for a worker. It shows the deployment on GitHub as well: a
 * second one would be a second order to the worker. While the worker has it, nobody else writes to it. Pure.
 */
import { z } from "zod";
import type { EnvironmentPolicy } from "../policy/pipeline.ts";
import type { AttemptRow } from "../store/schema.ts";

export type MadeByStage = {
  /** GitHub's number, once the worker's part has ended. */
  readonly githubDeployment?: number;
};

const handleShape = z.object({ githubDeployment: z.number() });

/** Undefined when no stage makes one. Of several the last that has begun counts. */
export function madeByStage(
  policy: Pick<EnvironmentPolicy, "deploy"> | undefined,
  attempts: readonly AttemptRow[],
): MadeByStage | undefined {
  const stages = (policy?.deploy ?? []).filter((stage) => stage.deployer.kind === "deployment").map(({ name }) => name);
  if (stages.length === 0) return undefined;
  const last = attempts
    .filter(({ phase, stage, state }) => phase === "deploy" && stages.includes(stage) && state !== "claimed")
    .toSorted((a, b) => b.position - a.position || b.number - a.number)[0];
  const handle = handleShape.safeParse(last?.handle);
  return last?.state === "ended" && handle.success ? handle.data : {};
}
