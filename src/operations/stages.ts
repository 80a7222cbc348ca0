/** Which stages a running deployment has, and where it stands among them. Pure. */
import type { EnvironmentPolicy, StageDefinition } from "../policy/pipeline.ts";
import type { AttemptRow, DeploymentRow } from "../store/schema.ts";

export type PlannedStage = {
  readonly phase: "deploy" | "verify";
  readonly position: number;
  readonly definition: StageDefinition;
};

/** All stages in order: the deploy stages chosen at the start, then the verification. */
export function plannedStages(row: Pick<DeploymentRow, "policy" | "stages">): readonly PlannedStage[] {
  const policy: EnvironmentPolicy | null = row.policy;
  if (policy === null) return [];
  const chosen = row.stages ?? policy.deploy.map((stage) => stage.name);
  const deploy = policy.deploy.filter((stage) => chosen.includes(stage.name));
  return [
    ...deploy.map((definition, position) => ({ phase: "deploy" as const, position, definition })),
    ...policy.verify.map((definition, position) => ({ phase: "verify" as const, position, definition })),
  ];
}

export type Standing =
  | { readonly kind: "next"; readonly stage: PlannedStage }
  | { readonly kind: "attempt"; readonly stage: PlannedStage; readonly attempt: AttemptRow }
  /** A stage ended otherwise than in success. */
  | { readonly kind: "stopped"; readonly stage: PlannedStage; readonly attempt: AttemptRow }
  | { readonly kind: "done" };

/** The first stage that is not yet a success decides what is to be done. */
export function standing(stages: readonly PlannedStage[], attempts: readonly AttemptRow[]): Standing {
  for (const stage of stages) {
    const attempt = attemptOf(attempts, stage);
    if (attempt === undefined) return { kind: "next", stage };
    if (attempt.state !== "ended") return { kind: "attempt", stage, attempt };
    if (attempt.outcome !== "success") return { kind: "stopped", stage, attempt };
  }
  return { kind: "done" };
}

/** A stage is tried once in a deployment: what is tried again is a deployment of its own. */
export function attemptOf(attempts: readonly AttemptRow[], stage: PlannedStage): AttemptRow | undefined {
  return attempts.find((attempt) => attempt.phase === stage.phase && attempt.position === stage.position);
}
