/**
 * Whether this person may ask for this revision at all: the revision belongs to the repository, the person may push or
 * is named by `who` (for a hotfix: by `hotfix`), and the operator lets the repository run its commands.
 */
import { hasLogin } from "../logins.ts";
import type { Facts, GateResult } from "../model.ts";
import { mayPush } from "../rights.ts";
import { block, pass } from "./gate.ts";

export function access(facts: Facts): GateResult {
  const { revision, request, repository } = facts;
  if (!revision.inRepository) return block("access", { code: "access.not-in-repository", sha: revision.sha });
  const refusal = request.unmerged === true ? undefined : refuseAsker(facts);
  if (refusal !== undefined) return refusal;
  if (request.commandsAllowed === false) {
    return block("access", { code: "access.commands-not-allowed", repository }, { kind: "operator" });
  }
  if (request.unmerged === true) return pass("access", { code: "access.by-merging", who: facts.policy.who });
  return pass("access", { code: "access.ok" });
}

function refuseAsker(facts: Facts): GateResult | undefined {
  const { policy, request, mayAsk } = facts;
  if (request.hotfix === true) return refuseHotfix(facts);
  const { requestedBy: login, permission } = request;
  // `who` was written but its members could not be told: then nobody is known to be among them.
  const who = mayAsk ?? (policy.who.length > 0 ? [] : undefined);
  const named = who !== undefined && hasLogin(who, login);
  // Going back to what ran before is safe and urgent: whoever can push may ask for it, whatever `who` says.
  const pushIsEnough = who === undefined || (request.kind === "rollback" && request.rollbackTarget === "previous");
  if (named ? permission !== "none" : pushIsEnough && mayPush({ permission })) return undefined;
  if (named || pushIsEnough) {
    return block("access", { code: "access.no-permission", login, permission }, { kind: "whoever-may-ask" });
  }
  return block("access", { code: "access.not-in-who", login, who: policy.who }, { kind: "people", logins: who });
}

/** Only those whom the environment names; when it is not known who they are, nobody is known to be among them. */
function refuseHotfix({ policy, request, mayHotfix = [] }: Facts): GateResult | undefined {
  const { requestedBy: login, permission } = request;
  if (policy.hotfix === undefined) return block("access", { code: "access.no-hotfixes" });
  const { from } = policy.hotfix;
  const people = { kind: "people", logins: mayHotfix } as const;
  if (!hasLogin(mayHotfix, login)) return block("access", { code: "access.not-in-hotfix", login, from }, people);
  if (permission === "none") return block("access", { code: "access.no-permission", login, permission }, people);
  return undefined;
}
