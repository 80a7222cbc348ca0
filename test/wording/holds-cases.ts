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

export const holdsNotes: Cases<HoldsNote> = {
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
  frozen: [
    [
      { where: one, reason: "the sale", until },
      "shop production is frozen until 2026-11-23 08:00 UTC: “the sale”. An approver can end that with /deploy thaw.",
    ],
    [
      { where: many, reason: "the sale", until },
      "api staging and production and shop production are frozen until 2026-11-23 08:00 UTC: “the sale”. An approver can end that with /deploy thaw.",
    ],
  ],
  thawed: [[{ where: one }, "shop production is no longer frozen. What waited goes on."]],
  "not-frozen": [
    [
      { where: [{ service: "shop", environments: ["staging", "production"] }] },
      "shop staging and production are not frozen.",
    ],
  ],
};
