/** Which of a scene's things to try have happened. It looks and remembers; it never does anything itself. */
import type { SandboxRepositoryView } from "../contract.ts";
import type { Seen, Step } from "../scene.ts";

/** Deployments on GitHub that have begun and not ended, with their ids. */
export function runningDeployments(repository: SandboxRepositoryView): readonly number[] {
  return repository.deployments.filter((one) => one.statuses.at(-1)?.state === "in_progress").map((one) => one.id);
}

export type Trip = { observe(seen: Seen): ReadonlySet<string> };

/** A thing once seen stays ticked. */
export function createTrip(steps: readonly Step[]): Trip {
  const done = new Set<string>();
  return {
    observe(seen) {
      for (const step of steps) {
        if (!done.has(step.id) && step.happened(seen, done)) done.add(step.id);
      }
      return done;
    },
  };
}
