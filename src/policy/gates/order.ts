/**
 * What goes into an environment was live and verified in the one before, and does not lie behind what is live here.
 *
 * A rollback goes back on purpose and passes. A hotfix passes too, but for one that lies behind what is live: going back
 * is what a rollback is for, which leaves a hold. Deploying again what is live brings nothing new and passes too, which is
 * how an uncertain environment is made certain again.
 */
import type { Facts, GateResult } from "../model.ts";
import { block, pass } from "./gate.ts";

export function order(facts: Facts): GateResult {
  if (facts.request.kind === "rollback") return pass("order", { code: "order.passed-by-rollback" });
  // A demo shows its branch wherever that was moved to.
  if (facts.policy.demo !== undefined) return pass("order", { code: "order.demo" });
  const result = againstLive(facts) ?? againstBefore(facts);
  if (facts.request.hotfix !== true || result.result === "pass") return result;
  const { code } = result.reason;
  // What cannot be compared may lie behind too, and nobody could say whose work it is.
  if (code === "order.behind-live" || code === "order.comparison-unknown") return result;
  return pass("order", { code: "order.passed-by-hotfix" });
}

/** The answer that what is live here already gives, if it gives one. */
function againstLive({ environment, revision, policy, mayHotfix = [] }: Facts): GateResult | undefined {
  if (environment.live === undefined) return undefined;
  const live = environment.live.revision.sha;
  if (live === revision.sha) return pass("order", { code: "order.redeploy" });
  switch (revision.comparedToLive) {
    case "identical":
      return pass("order", { code: "order.redeploy" });
    case "ahead":
      return undefined;
    case "behind":
      // Whoever may ask can ask for the rollback that this would be.
      return block("order", { code: "order.behind-live", live }, { kind: "whoever-may-ask" });
    case "diverged":
      return block(
        "order",
        { code: "order.diverged-from-live", live, hotfix: policy.hotfix?.from ?? [] },
        ...(mayHotfix.length === 0 ? [] : [{ kind: "people", logins: mayHotfix } as const]),
      );
    default:
      return block("order", { code: "order.comparison-unknown", live });
  }
}

function againstBefore({ policy, before, revision, mayHotfix = [] }: Facts): GateResult {
  if (before === undefined) {
    if (policy.after === undefined) return pass("order", { code: "order.first-environment" });
    // The policy names an environment before this one and nothing is known of it: that is no leave to skip it.
    return block("order", { code: "order.nothing-live-before", before: policy.after }, { kind: "approvers" });
  }
  const { name, live, uncertain, sameContent } = before;
  if (uncertain !== undefined) {
    const { deployment } = uncertain;
    const reason = { code: "order.uncertain-before", before: name, deployment } as const;
    return block("order", reason, { kind: "approvers" });
  }
  if (sameContent?.rolledBack === false && sameContent.patchedIn !== undefined) {
    const { deployment, patchedIn } = sameContent;
    return pass("order", { code: "order.patched", before: name, deployment, pullRequest: patchedIn });
  }
  if (sameContent?.rolledBack === false) {
    return pass("order", { code: "order.ok", before: name, deployment: sameContent.deployment });
  }
  if (sameContent !== undefined) {
    return block("order", { code: "order.rolled-back-before", before: name, sha: revision.sha });
  }
  // With nothing live there, `adopt` starts the history, and approvers may do that.
  if (live === undefined) {
    return block("order", { code: "order.nothing-live-before", before: name }, { kind: "approvers" });
  }
  const reason = { code: "order.never-live-before", before: name, sha: revision.sha } as const;
  if (mayHotfix.length > 0) return block("order", reason, { kind: "people", logins: mayHotfix });
  return block("order", reason, { kind: "whoever-may-ask" });
}
