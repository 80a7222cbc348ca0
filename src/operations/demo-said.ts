/** What is said of demos, as data. */
import type { Instant, Verdict } from "../policy/model.ts";
import type { EnvironmentStanding } from "./standing.ts";

/** Why a demo is destroyed. */
export type DemoEnds = "branch-deleted" | "time-over" | "asked";

export type DemoShown = {
  readonly slug: string;
  readonly branch: string;
  /** Who pushed last. */
  readonly by: string;
  /** When it was made. */
  readonly since: Instant;
  /** When it is destroyed, or that is tried again. */
  readonly endsAt: Instant;
  readonly standing: EnvironmentStanding;
};

export type DemosOfService = {
  readonly service: string;
  /** Which branches get one, and how many there may be; absent where the pipeline file has no demos. */
  readonly made?: { readonly branches: readonly string[]; readonly most: number };
  readonly demos: readonly DemoShown[];
};

export type DemoReply =
  | { readonly code: "demos"; readonly services: readonly DemosOfService[] }
  | {
      readonly code: "unknown-demo";
      readonly service: string;
      readonly found: string;
      readonly nearest?: string;
      readonly choices: readonly string[];
    }
  /** Nothing of it had ever been started. */
  | { readonly code: "demo-gone"; readonly service: string; readonly demo: string }
  | {
      readonly code: "demo-destroying";
      readonly service: string;
      readonly demo: string;
      readonly deployment: number;
      readonly verdict: Verdict;
    }
  | { readonly code: "demo-kept"; readonly service: string; readonly demo: string; readonly verdict: Verdict };

export type DemoNote =
  | {
      readonly code: "demo-ends";
      readonly demo: string;
      readonly branch: string;
      readonly because: DemoEnds;
      readonly by: string;
    }
  | {
      readonly code: "demo-limit";
      readonly service: string;
      readonly branch: string;
      readonly most: number;
    };
