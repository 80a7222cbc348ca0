/** The table of promotions by pull request. */
import type { ColumnType, Generated, Selectable } from "kysely";
import type { ReleaseNotes } from "../policy/release-notes.ts";

export type PromotionTable = {
  id: Generated<number>;
  environment_id: number;
  request_key: string;
  /** What is promoted: it was live in the environment before when it was asked for last. */
  sha: string;
  tree: string;
  before: string;
  snapshot: boolean;
  branch: string;
  base: string;
  notes: ColumnType<ReleaseNotes, string, string>;
  /** Null where a schedule asked. */
  requested_by: string | null;
  requested_by_slack: string | null;
  channel: string | null;
  requested_at: Date;
  /** The one that took its place. */
  replaced_by: number | null;
};

export type PromotionRow = Selectable<PromotionTable>;
