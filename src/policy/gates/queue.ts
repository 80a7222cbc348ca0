/**
 * One deployment at a time for each environment: first in, first out among those that are otherwise ready, rollbacks
 * before all. An attempt whose end is not proven keeps the slot until a person settles it.
 */
import type { Facts, GateResult, QueueEntry } from "../model.ts";
import { settlersOf } from "../rights.ts";
import { isEnded } from "../transitions.ts";
import { pass, wait } from "./gate.ts";

export function queue(facts: Facts): GateResult {
  if (facts.request.unmerged === true) return pass("queue", { code: "queue.after-merge" });
  const { slot } = facts.environment;
  const front = inFront(facts);
  const position = front.length + 1;
  if (slot !== undefined && !isEnded(slot.status)) {
    const { deployment } = slot;
    return wait("queue", { code: "queue.running", deployment, position }, { kind: "deployment", deployment });
  }
  if (slot !== undefined && !slot.proven) {
    const { deployment } = slot;
    const settling = [{ kind: "deployment", deployment } as const, { kind: settlersOf(facts.policy) } as const];
    return wait("queue", { code: "queue.unsettled", deployment }, ...settling);
  }
  const { undoing } = facts.environment;
  if (undoing !== undefined && facts.request.kind !== "rollback") {
    return wait(
      "queue",
      { code: "queue.before-rollback", deployment: undoing },
      { kind: "deployment", deployment: undoing },
    );
  }
  const next = front.at(-1);
  if (next === undefined) return pass("queue", { code: "queue.free" });
  const { deployment } = next;
  return wait("queue", { code: "queue.behind", deployment, position }, { kind: "deployment", deployment });
}

/**
 * Those that go first, in the order in which they go. Only what is strictly older goes before its own kind: with equal
 * times neither is in front of the other, so two requests can never wait for each other.
 */
function inFront({ environment, request }: Facts): readonly QueueEntry[] {
  const rollback = request.kind === "rollback";
  const older = (entry: QueueEntry) => entry.requestedAt < request.requestedAt;
  const ready = environment.queue.filter((entry) => entry.ready);
  const rollbacks = ready.filter((entry) => entry.kind === "rollback" && (!rollback || older(entry)));
  const others = rollback ? [] : ready.filter((entry) => entry.kind !== "rollback" && older(entry));
  const byAge = (a: QueueEntry, b: QueueEntry) => a.requestedAt - b.requestedAt || a.deployment - b.deployment;
  return [...rollbacks.toSorted(byAge), ...others.toSorted(byAge)];
}
