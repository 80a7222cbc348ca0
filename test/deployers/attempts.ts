/** Attempts as the operations make them, and the patience to see how one ends. */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Attempt, Deployer, Handle, Observation, Started } from "../../src/deployers/contract.ts";
import type { StageDefinition } from "../../src/policy/pipeline.ts";

export type AttemptOptions = Partial<Omit<Attempt, "stage">> & { readonly sha: string };

export function makeAttempt(deployer: StageDefinition["deployer"], options: AttemptOptions): Attempt {
  return {
    token: randomUUID(),
    deployment: 1,
    checkout: options.deployment ?? 1,
    stage: { name: "deploy", deployer, changesEnvironment: true },
    service: "shop-api",
    environment: "staging",
    production: false,
    kind: "deploy",
    repository: { id: 7, fullName: "acme/shop", installationId: 1, defaultBranch: "main" },
    ref: undefined,
    version: undefined,
    previousSha: undefined,
    previousVersion: undefined,
    requestedBy: "alice",
    env: {},
    secrets: [],
    deadlineAt: Date.now() + 60_000,
    cancelAsked: false,
    calledBefore: false,
    ...options,
  };
}

export function handleOf(started: Started): Handle {
  if (started.kind !== "started") throw new Error(`it was refused: ${started.message}`);
  return started.handle;
}

/** Looks until the condition holds; the test's own time limit ends what never comes. */
export async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await pause(10);
  }
}

/** As the operations do it: each look goes by the handle that the one before left. */
export async function untilEnded(deployer: Deployer, attempt: Attempt, handle: Handle): Promise<Observation> {
  let present = handle;
  return until(async () => {
    const seen = await deployer.observe(attempt, present);
    present = seen.handle ?? present;
    return seen.state === "running" ? undefined : seen;
  });
}
