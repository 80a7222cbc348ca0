/** Why a schedule asked for nothing at its time, as data. `wording/schedule.ts` makes sentences of it. */
import type { Instant, Verdict } from "../policy/model.ts";

export type ScheduleSkip =
  | { readonly code: "frozen"; readonly by: string; readonly until: Instant }
  | { readonly code: "nothing-new" }
  | { readonly code: "nothing-live" }
  /** Its time was so long ago, while the bot was down, that nobody expects it now. */
  | { readonly code: "too-late"; readonly at: Instant }
  | { readonly code: "stopped"; readonly verdict: Verdict }
  /** People have pushed onto the pull request that promotes. */
  | { readonly code: "pushed-onto"; readonly number?: number }
  | { readonly code: "no-branch"; readonly branch: string };

export type ScheduleNote = {
  readonly code: "schedule-skipped";
  readonly service: string;
  readonly environment: string;
  readonly before: string;
  readonly why: ScheduleSkip;
  readonly next?: Instant;
};
