/** A snapshot in which every gate passes, and short ways to say what differs from it. */
import type { ApprovalFacts, EnvironmentFacts, Facts, RequestFacts, RevisionFacts } from "../../src/policy/model.ts";
import type { EnvironmentPolicy } from "../../src/policy/pipeline.ts";

export const now = Date.UTC(2026, 10, 11, 9, 0, 0);
export const minute = 60_000;
export const hour = 60 * minute;

/** A SHA that is easy to read: the digit forty times. */
export const sha = (digit: string) => digit.repeat(40).slice(0, 40);

export const policy: EnvironmentPolicy = {
  name: "production",
  auto: true,
  timeout: hour,
  env: {},
  secrets: [],
  deploy: [{ name: "deploy", deployer: { kind: "run", run: "make deploy" }, changesEnvironment: true }],
  verify: [],
  production: true,
  after: "staging",
  checks: [],
  who: [],
  queue: "supersede",
  rollbackStages: ["deploy"],
};

export const approvalRules = { count: 1, from: ["managers"], requester: false, authors: false, expires: 8 * hour };

type Change = {
  readonly now?: number;
  readonly policy?: Partial<EnvironmentPolicy>;
  readonly environment?: Partial<EnvironmentFacts>;
  readonly before?: Partial<NonNullable<Facts["before"]>> | "none";
  readonly revision?: Partial<RevisionFacts>;
  readonly request?: Partial<RequestFacts>;
  readonly approvals?: readonly ApprovalFacts[];
  readonly approvers?: readonly string[] | "unknown";
  readonly mayAsk?: readonly string[];
  readonly mayHotfix?: readonly string[] | "unknown";
  readonly askedAt?: number;
} & Partial<Pick<Facts, "unreadApprovers" | "unreadMayAsk" | "unreadMayHotfix" | "emptyGroups" | "earlier">>;

/** Bob asks to promote what staging has (c) to production, where b is live. */
export function facts(change: Change = {}): Facts {
  return {
    now: change.now ?? now,
    service: "shop",
    repository: "acme/shop",
    policy: { ...policy, ...change.policy },
    policyHash: "policy-1",
    environment: {
      name: "production",
      live: { deployment: 10, revision: { sha: sha("b"), tree: sha("2") }, since: now - 24 * hour },
      queue: [],
      ...change.environment,
    },
    ...(change.before === "none"
      ? {}
      : {
          before: {
            name: "staging",
            live: { deployment: 20, revision: { sha: sha("c"), tree: sha("3") }, since: now - hour },
            sameContent: { deployment: 20, at: now - hour, rolledBack: false },
            ...change.before,
          },
        }),
    revision: {
      sha: sha("c"),
      tree: sha("3"),
      inRepository: true,
      comparedToLive: "ahead",
      checks: [],
      authors: ["carol"],
      mergers: [],
      ...change.revision,
    },
    request: {
      kind: "promotion",
      typed: true,
      requestedBy: "bob",
      requestedAt: now - 10 * minute,
      permission: "write",
      ...change.request,
    },
    askedAt: change.askedAt ?? now - 10 * minute,
    approvals: change.approvals ?? [],
    approvers: change.approvers === "unknown" ? undefined : (change.approvers ?? ["alice", "dora", "erin"]),
    mayAsk: change.mayAsk,
    mayHotfix: change.mayHotfix === "unknown" ? undefined : change.mayHotfix,
    ...(change.unreadApprovers === undefined ? {} : { unreadApprovers: change.unreadApprovers }),
    ...(change.unreadMayAsk === undefined ? {} : { unreadMayAsk: change.unreadMayAsk }),
    ...(change.unreadMayHotfix === undefined ? {} : { unreadMayHotfix: change.unreadMayHotfix }),
    ...(change.emptyGroups === undefined ? {} : { emptyGroups: change.emptyGroups }),
    ...(change.earlier === undefined ? {} : { earlier: change.earlier }),
  };
}

export function approval(login: string | undefined, change: Partial<ApprovalFacts> = {}): ApprovalFacts {
  return {
    login,
    person: "U1",
    answer: "approve",
    at: now - minute,
    via: "reaction",
    ask: { from: sha("b"), tree: sha("3"), policy: "policy-1" },
    bot: false,
    guest: false,
    stranger: false,
    ...change,
  };
}

export const rollback: Partial<RequestFacts> = { kind: "rollback", rollbackTarget: "previous" };
export const olderRollback: Partial<RequestFacts> = { kind: "rollback", rollbackTarget: "older" };
export const merge: Partial<RequestFacts> = { kind: "merge", typed: false, pullRequest: 7, mergedBy: "bob" };
/** Bob, who may, asks for a hotfix. */
export const hotfix = { policy: { hotfix: { from: ["fixers"] } }, mayHotfix: ["Bob"], request: { hotfix: true } };
