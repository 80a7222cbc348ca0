/** What is said of locks, freezes, retries and what a person settles, each with its words; `said.test.ts` holds them. */
import type { HoldsNote, HoldsReply } from "../../src/operations/holds-said.ts";

/** A code that is added without its words here does not compile. */
type Cases<Said extends { readonly code: string }> = {
  readonly [C in Said["code"]]: readonly (readonly [Omit<Extract<Said, { code: C }>, "code">, string])[];
};

const until = Date.UTC(2026, 10, 23, 8);
const one = [{ service: "shop", environments: ["production"] }] as const;
const many = [
  { service: "api", environments: ["staging", "production"] },
  { service: "shop", environments: ["production"] },
] as const;

const place = { service: "shop", environment: "production" } as const;

export const holdsNotes: Cases<HoldsNote> = {
  "run-in-the-way": [
    [
      { deployment: 41, rollback: 42 },
      "Rollback 42 waits for deployment 41, which a workflow carries out and I cannot end. Cancel its run on GitHub; the rollback starts when it has ended.",
    ],
  ],
  "cancel-asked": [[{ by: "rosa" }, "rosa asked this deployment to stop. The environment stays busy until it has."]],
  allowed: [
    [
      { service: "shop", revision: { sha: "a1b2c3d4", tree: "t" }, by: "rosa", reason: "not its fault" },
      "rosa took a1b2c3d of shop out of quarantine, saying “not its fault”.",
    ],
  ],
  retried: [
    [
      { by: "alice", of: 41, as: 42, from: "deploy", kept: ["test", "build"] },
      "alice tries deployment 41 again as deployment 42, beginning at deploy. test and build had succeeded and are not done again.",
    ],
    [
      { by: "alice", of: 41, as: 42, from: "test", kept: [] },
      "alice tries deployment 41 again as deployment 42, beginning at test.",
    ],
  ],
  "lock-taken": [
    [
      { ...place, by: "rosa", from: "alice", reason: "the sale", until },
      "rosa took the lock of shop production over from alice until 2026-11-23 08:00 UTC, saying “the sale”.",
    ],
  ],
  "lock-ended": [
    [
      { ...place, by: "alice", reason: "the sale" },
      "The lock of shop production, which alice held, saying “the sale”, has ended.",
    ],
  ],
  "lock-forgotten": [
    [
      { ...place, environmentId: 2, by: "alice", reason: "the sale", lockedAt: until },
      "alice has held the lock of shop production since 2026-11-23 08:00 UTC, saying “the sale”. It has no end. Is it still needed?",
    ],
  ],
  frozen: [
    [
      { where: one, by: "alice", reason: "the sale", until },
      "alice froze shop production until 2026-11-23 08:00 UTC, saying “the sale”. What is asked for by a merge waits until then; a rollback and a hotfix pass.",
    ],
  ],
  thawed: [
    [
      { where: many, by: "rosa" },
      "rosa ended the freeze of api staging and production and shop production. What waited for it goes on.",
    ],
  ],
  "freeze-ended": [[{ where: one, by: "alice" }, "The freeze of shop production, which alice began, has ended."]],
};

export const holdsReplies: Cases<HoldsReply> = {
  "not-retriable": [
    [
      { deployment: 41, status: "success" },
      "Deployment 41 cannot be tried again: it succeeded. Only what failed, met an error or was cancelled can be.",
    ],
  ],
  "not-latest": [
    [
      { deployment: 41, latest: 43 },
      "Deployment 41 is not the environment's latest any more: deployment 43 came after it. Ask for the revision itself with /deploy if it is still wanted.",
    ],
  ],
  "retry-unsettled": [
    [
      { deployment: 41 },
      "It is not known whether deployment 41 has ended, so it cannot be tried again. Look at the environment, then settle it with /deploy resolve 41 success|failure <reason>.",
    ],
  ],
  "cancel-elsewhere": [
    [
      { deployment: 41 },
      "Deployment 41 is carried out by a workflow, which I cannot end. Cancel its run on GitHub; I hear of it.",
    ],
  ],
  "retry-elsewhere": [[{ deployment: 41 }, "Deployment 41 is carried out by a workflow. Run that again on GitHub."]],
  "left-pipeline": [
    [
      { deployment: 41 },
      "The pipeline file no longer names the environment of deployment 41, so it can only be cancelled or settled.",
    ],
  ],
  "unknown-stage": [
    [
      { deployment: 41, found: "bild", nearest: "build", choices: ["test", "build", "deploy"] },
      "Deployment 41 has no stage “bild”. Did you mean build? It has test, build and deploy.",
    ],
  ],
  "stage-not-reached": [
    [
      { deployment: 41, stage: "deploy", first: "build" },
      "Deployment 41 cannot begin at deploy: build comes before it and has not succeeded. /deploy retry 41 begins there.",
    ],
  ],
  "already-locked": [
    [
      { environment: "production", by: "alice", reason: "load test", settledBy: "approvers" },
      "alice already holds the lock of production: “load test”. Talk to alice, or ask an approver to unlock it.",
    ],
    [
      { environment: "production", by: "alice", reason: "load test", settledBy: "administrators" },
      "alice already holds the lock of production: “load test”. Talk to alice, or ask an administrator of the repository to unlock it.",
    ],
    [
      {
        environment: "production",
        by: "alice",
        reason: "load test",
        until,
        settledBy: "approvers",
        offer: { token: "t", environmentId: 2, heldBy: "alice", lockedAt: 0, reason: "the sale" },
      },
      "alice already holds the lock of production until 2026-11-23 08:00 UTC: “load test”. You may take it over; alice is told.",
    ],
  ],
  "lock-kept": [
    [{ environment: "production" }, "You keep the lock of production. If it still stands, I ask again in a day."],
  ],
  "lock-moved": [[{}, "That lock has changed since; nothing was done. /deploy status says who holds what."]],
  frozen: [
    [
      { where: one, reason: "the sale", until, settledBy: ["approvers"] },
      "shop production is frozen until 2026-11-23 08:00 UTC: “the sale”. An approver can end that with /deploy thaw.",
    ],
    [
      { where: one, reason: "the sale", until, settledBy: ["administrators"] },
      "shop production is frozen until 2026-11-23 08:00 UTC: “the sale”. An administrator of the repository can end that with /deploy thaw.",
    ],
    [
      { where: many, reason: "the sale", until, settledBy: ["administrators", "approvers"] },
      "api staging and production and shop production are frozen until 2026-11-23 08:00 UTC: “the sale”. An approver can end that with /deploy thaw; where there are none, an administrator of the repository.",
    ],
  ],
  thawed: [[{ where: one }, "shop production is no longer frozen. What waited goes on."]],
  "not-frozen": [
    [
      { where: [{ service: "shop", environments: ["staging", "production"] }] },
      "shop staging and production are not frozen.",
    ],
  ],
  "frozen-since": [
    [
      { where: one },
      "shop production is frozen anew since you asked; nothing was thawed. /deploy status says who holds what.",
    ],
  ],
};
