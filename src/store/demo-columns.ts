/** What the row of an environment says besides when it is a demo. */
import type { ColumnType, Generated } from "kysely";
import type { EnvironmentPolicy } from "../policy/pipeline.ts";

export type DemoColumns = {
  /** The branch that it is a demo of; null for an environment of the pipeline file. */
  demo_branch: string | null;
  /** The policy under which it was pushed last: for when the pipeline file no longer names its branch. */
  demo_policy: ColumnType<EnvironmentPolicy | null, string | null | undefined, string | null>;
  /** Who pushed last. */
  demo_by: string | null;
  /** Since when there is one, without a break. */
  demo_since: Date | null;
  /** When it is to be destroyed, or its destruction is to be asked for again. */
  demo_ends_at: Date | null;
  /** Counts what was heard of the branch, so that each is asked for once. */
  demo_pushes: Generated<number>;
};
