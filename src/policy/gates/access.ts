/**
 * Whether this person may ask for this revision at all: the revision belongs to the repository, the person may push or
 * is named by `who` (for a hotfix: by `hotfix`), and the operator lets the repository have what its stages need.
 */
import { hasLogin } from "../logins.ts";
import type { Facts, GateResult, NotGranted } from "../model.ts";
import type { Reason } from "../reasons.ts";
import { mayPush } from "../rights.ts";
import { block, pass, wait } from "./gate.ts";

export function access(facts: Facts): GateResult {
  const { revision, request, repository } = facts;
  if (!revision.inRepository) return block("access", { code: "access.not-in-repository", sha: revision.sha });
  const refusal = request.unmerged === true || request.scheduled === true ? undefined : refuseAsker(facts);
  if (refusal !== undefined) return refusal;
  const [missing] = request.notGranted ?? [];
  if (missing !== undefined) return block("access", notGranted(missing, repository), { kind: "operator" });
  if (request.unmerged === true) return pass("access", { code: "access.by-merging", who: facts.policy.who });
  return pass("access", { code: request.scheduled === true ? "access.scheduled" : "access.ok" });
}

function notGranted(missing: NotGranted, repository: string): Reason {
  switch (missing.kind) {
    case "commands":
      return { code: "access.commands-not-allowed", repository };
    case "secrets":
      return { code: "access.secrets-not-granted", repository, names: missing.names };
    case "pins":
      return { code: "access.pins-not-allowed", repository, into: missing.into };
  }
}

function refuseAsker(facts: Facts): GateResult | undefined {
  const { policy, request, mayAsk, unreadMayAsk } = facts;
  if (request.hotfix === true) return refuseHotfix(facts);
  const { requestedBy: login, permission } = request;
  // `who` was written but its members could not be told: then nobody is known to be among them, or not to be.
  const unknown = mayAsk === undefined && policy.who.length > 0;
  const who = unknown ? [] : mayAsk;
  const named = who !== undefined && hasLogin(who, login);
  // Going back to what ran before is safe and urgent: whoever can push may ask for it, whatever `who` says.
  const pushIsEnough = who === undefined || (request.kind === "rollback" && request.rollbackTarget === "previous");
  if (named ? permission !== "none" : pushIsEnough && mayPush({ permission })) return undefined;
  if (unknown && !pushIsEnough) return unknownMembership(login, unreadMayAsk);
  if (named || pushIsEnough) {
    return block("access", { code: "access.no-permission", login, permission }, { kind: "whoever-may-ask" });
  }
  return block("access", { code: "access.not-in-who", login, who: policy.who }, { kind: "people", logins: who });
}

/** It waits, since it is as little known that the asker is not among them; GitHub or Slack is asked again. */
function unknownMembership(login: string, groups: readonly string[] = []): GateResult {
  return wait("access", { code: "access.membership-unknown", login, groups }, { kind: "membership", groups });
}

/** Only those whom the environment names; when it is not known who they are, nobody is known to be among them. */
function refuseHotfix({ policy, request, mayHotfix, unreadMayHotfix }: Facts): GateResult | undefined {
  const { requestedBy: login, permission } = request;
  if (policy.hotfix === undefined) return block("access", { code: "access.no-hotfixes" });
  const { from } = policy.hotfix;
  if (mayHotfix === undefined) return unknownMembership(login, unreadMayHotfix);
  const people = { kind: "people", logins: mayHotfix } as const;
  if (!hasLogin(mayHotfix, login)) return block("access", { code: "access.not-in-hotfix", login, from }, people);
  if (permission === "none") return block("access", { code: "access.no-permission", login, permission }, people);
  return undefined;
}
