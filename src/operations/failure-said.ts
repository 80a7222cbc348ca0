/** What is said of rollbacks beyond their own message, as data. `wording/rollbacks.ts` makes sentences of it. */
import type { Sha } from "../policy/model.ts";
import type { LeftBecause } from "../policy/on-failure.ts";

export type RollbackNote =
  /** Signalbox asks for a rollback, as the pipeline file says. */
  | {
      readonly code: "rolled-back-by-itself";
      readonly deployment: number;
      readonly rollback: number;
      readonly to: Sha;
      /** It waits for a person, since migrations lie in between. */
      readonly asksPerson?: true;
    }
  | { readonly code: "not-rolled-back"; readonly deployment: number; readonly why: LeftBecause }
  | { readonly code: "migrations-confirmed"; readonly by: string }
  | { readonly code: "revert-asked"; readonly by: string; readonly pullRequests: readonly number[] };

export type RollbackReply =
  | { readonly code: "migrations-confirmed"; readonly deployment: number }
  | { readonly code: "revert-asked"; readonly deployment: number; readonly pullRequests: readonly number[] }
  /** It takes nothing back that a pull request brought, or too many. */
  | { readonly code: "nothing-to-revert"; readonly deployment: number; readonly found: number };
