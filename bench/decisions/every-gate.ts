/**
 * Snapshots for a pipeline in which every gate has something to say: half of them could go, each of the others is held
 * or stopped by one gate.
 */
import type { ApprovalFacts, Facts } from "../../src/policy/model.ts";
import { meaningOf } from "../../src/policy/pipeline-file/meaning.ts";
import { pipelineFileSchema } from "../../src/policy/pipeline-file/schema.ts";

const minute = 60_000;
const hour = 60 * minute;
/** A Wednesday, 09:00 UTC. */
const now = Date.UTC(2026, 10, 11, 9, 0);
const sha = (digit: string) => digit.repeat(40);

const file = {
  groups: { managers: ["rosa", "dora", "erin"], fixers: ["bob"] },
  environments: {
    staging: { branch: "main", deploy: "make deploy" },
    production: {
      soak: "30m",
      checks: ["ci/test", "ci/lint"],
      approvals: { count: 2, from: ["managers"] },
      window: { allow: "Mon-Fri 07:00-18:00", timezone: "Europe/Berlin" },
      who: ["managers", "bob"],
      hotfix: { from: ["fixers"] },
      migrations: ["db/migrate/**"],
      deploy: [{ build: "make build" }, { deploy: "make deploy" }],
    },
  },
};

const policy = meaningOf(pipelineFileSchema.parse(file), "acme/shop").services[0]?.environments[1];

function yes(login: string): ApprovalFacts {
  return {
    ...{ login, person: `U-${login}`, answer: "approve", at: now - minute, via: "reaction" },
    ask: { from: sha("b"), tree: sha("3"), policy: "policy-1" },
    ...{ bot: false, guest: false, stranger: false },
  };
}

function goes(): Facts {
  if (policy === undefined) throw new Error("The file names no production.");
  const live = { deployment: 10, revision: { sha: sha("b"), tree: sha("2") }, since: now - 24 * hour };
  const before = { deployment: 20, revision: { sha: sha("c"), tree: sha("3") }, since: now - 2 * hour };
  return {
    ...{ now, service: "shop", repository: "acme/shop", policy, policyHash: "policy-1" },
    environment: {
      ...{ name: "production", live },
      queue: [
        {
          ...{ deployment: 30, kind: "deploy", status: "waiting", sha: sha("a"), requestedBy: "carol" },
          ...{ requestedAt: now - hour, ready: false },
        },
      ],
    },
    before: { name: "staging", live: before, sameContent: { deployment: 20, at: now - 2 * hour, rolledBack: false } },
    revision: {
      ...{ sha: sha("c"), tree: sha("3"), inRepository: true, comparedToLive: "ahead" },
      checks: [
        { name: "ci/test", state: "success" },
        { name: "ci/lint", state: "success" },
      ],
      ...{ authors: ["carol", "frank"], mergers: ["carol"] },
    },
    request: {
      ...{ kind: "promotion", typed: true, requestedBy: "bob", requestedAt: now - 10 * minute, permission: "write" },
    },
    askedAt: now - 10 * minute,
    approvals: [yes("rosa"), yes("dora")],
    approvers: ["rosa", "dora", "erin"],
    mayAsk: ["rosa", "dora", "erin", "bob"],
    mayHotfix: ["bob"],
  };
}

const held: readonly ((facts: Facts) => Facts)[] = [
  (facts) => ({ ...facts, request: { ...facts.request, requestedBy: "mallory" } }),
  (facts) => ({ ...facts, environment: { ...facts.environment, lock: { by: "erin", reason: "stock", at: now } } }),
  (facts) => ({ ...facts, now: now + 12 * hour }),
  (facts) => ({ ...facts, revision: { ...facts.revision, comparedToLive: "behind" } }),
  (facts) => ({ ...facts, revision: { ...facts.revision, checks: [{ name: "ci/test", state: "failure" }] } }),
  (facts) => ({ ...facts, now: now - 100 * minute }),
  (facts) => ({
    ...facts,
    revision: {
      ...facts.revision,
      quarantine: { environment: "staging", by: "erin", reason: "it broke", since: now - hour },
    },
  }),
  (facts) => ({ ...facts, approvals: [yes("rosa")] }),
];

/** As many that go as that do not. */
export function everyGate(): readonly Facts[] {
  return held.flatMap((change) => [goes(), change(goes())]);
}
