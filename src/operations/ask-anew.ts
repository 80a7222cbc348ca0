/**
 * A message stands for one immutable thing to approve. Here is decided when it no longer does, until when it stands, and
 * when the passing of time alone can change what it says. Pure.
 */
import { evaluate } from "../policy/evaluate.ts";
import { askExpiresAt, remindAt } from "../policy/gates/approvals.ts";
import type { Facts, Verdict } from "../policy/model.ts";
import type { DeploymentRow } from "../store/schema.ts";

/** How soon is asked again who is in a group, when that could not be read. */
const membershipAgainMs = 30_000;

export type AskChange = {
  readonly changes: Partial<Pick<DeploymentRow, "ask" | "asked_at" | "ask_from" | "ask_policy">>;
  /** What an approver had been shown and is no longer so. */
  readonly changed: readonly ("from" | "policy")[];
  /** The facts and the verdict as the ask stands from now on: its own time, and nobody's answer to an older one. */
  readonly facts: Facts;
  readonly verdict: Verdict;
  /** The present ask's time is over with nothing but approvals missing. */
  readonly expired: boolean;
};

type Asked = Pick<DeploymentRow, "ask" | "ask_from" | "ask_policy" | "verdict">;

/**
 * When from or policy moved, a new ask is put up. Its time starts anew when the last waiting gate besides approvals
 * opens: until then there is nothing that a yes could start, so nobody is late.
 */
export function askAnew(row: Asked, facts: Facts, verdict: Verdict): AskChange {
  if (verdict.outcome === "stop") return { changes: {}, changed: [], facts, verdict, expired: false };
  const from = facts.environment.live?.revision.sha ?? null;
  const renewal = { asked_at: new Date(facts.now) };
  const ask = { ...renewal, ask_from: from, ask_policy: facts.policyHash };
  if (row.ask === 0) return renewed(facts, { ...ask, ask: 1 }, []);
  const approvals = verdict.gates.filter((gate) => gate.gate === "approvals");
  const needed = approvals.some(({ reason }) => !reason.code.startsWith("approvals.not-required"));
  const changed = [
    ...(needed && row.ask_from !== from ? (["from"] as const) : []),
    ...(needed && row.ask_policy !== facts.policyHash ? (["policy"] as const) : []),
  ];
  if (changed.length > 0) return renewed(facts, { ...ask, ask: row.ask + 1 }, changed);
  const expiresAt = approvals.some(({ result }) => result === "wait") ? askExpiresAt(facts) : undefined;
  const isOver = expiresAt !== undefined && expiresAt <= facts.now;
  const opened = othersWait(row.verdict) && !othersWait(verdict);
  if (opened || (isOver && othersWait(verdict))) return renewed(facts, renewal, []);
  return { changes: {}, changed: [], facts, verdict, expired: isOver && verdict.outcome === "wait" };
}

function renewed(facts: Facts, changes: AskChange["changes"], changed: AskChange["changed"]): AskChange {
  const asked = { ...facts, askedAt: facts.now, ...(changed.length === 0 ? {} : { approvals: [] }) };
  return { changes, changed, facts: asked, verdict: evaluate(asked), expired: false };
}

function othersWait(verdict: Verdict | null): boolean {
  return (
    verdict?.gates.some((gate) => gate.result === "wait" && gate.gate !== "approvals" && gate.gate !== "queue") ?? false
  );
}

/** The earliest time at which the passing of time alone can change the verdict. */
export function nextLook(facts: Facts, verdict: Verdict): number | undefined {
  const times = verdict.gates.flatMap((gate) => [
    ...gate.clearedBy.flatMap((clearer) => (clearer.kind === "time" ? [clearer.at] : [])),
    ...(gate.gate === "approvals" && gate.result === "wait"
      ? [remindAt(facts) ?? facts.now, askExpiresAt(facts) ?? facts.now]
      : []),
    ...(gate.clearedBy.some(({ kind }) => kind === "membership") ? [facts.now + membershipAgainMs] : []),
  ]);
  const later = times.filter((at) => at > facts.now);
  return later.length === 0 ? undefined : Math.min(...later);
}
