/** What is said of locks, freezes, retries and what a person settles, as data. `wording/holds.ts` makes sentences of it. */
import type { Instant } from "../policy/model.ts";

/** Environments of one service. */
export type FrozenPlace = { readonly service: string; readonly environments: readonly string[] };

export type HoldsNote =
  | {
      readonly code: "frozen";
      readonly where: readonly FrozenPlace[];
      readonly by: string;
      readonly reason: string;
      readonly until: Instant;
    }
  | { readonly code: "thawed"; readonly where: readonly FrozenPlace[]; readonly by: string }
  /** Its time has come. */
  | { readonly code: "freeze-ended"; readonly where: readonly FrozenPlace[]; readonly by: string };

export type HoldsReply =
  | {
      readonly code: "frozen";
      readonly where: readonly FrozenPlace[];
      readonly reason: string;
      readonly until: Instant;
    }
  | { readonly code: "thawed"; readonly where: readonly FrozenPlace[] }
  | { readonly code: "not-frozen"; readonly where: readonly FrozenPlace[] };
