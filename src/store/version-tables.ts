/** The tables of versions on their way, as Kysely sees them. */
import type { ColumnType, Generated, Selectable } from "kysely";
import type { LackingCommits } from "../operations/back-merge.ts";
import type { StepProblem } from "../operations/candidate-said.ts";
import type { Ships } from "../operations/ships.ts";
import type { Brought } from "../operations/unshared.ts";
import type { CandidatePlan, CandidateStep } from "../policy/versions/candidate.ts";

type Json<T> = ColumnType<T, string, string>;

export type CandidateTable = {
  id: Generated<number>;
  service_id: number;
  step: CandidateStep;
  version: string;
  tag: string;
  asked_by: string;
  asked_by_slack: string | null;
  channel: string | null;
  asked_at: Date;
  request_key: string;
  plan: Json<CandidatePlan>;
  sha: string | null;
  /** Of one that was finished. */
  ships: Json<Ships> | null;
  problem: Json<StepProblem> | null;
  tries: Generated<number>;
  epoch: Generated<number>;
  look_at: Date | null;
  ended_at: Date | null;
};

export type BackMergeTable = {
  id: Generated<number>;
  repository_id: number;
  source: string;
  target: string;
  lacking: Json<LackingCommits> | null;
  brought: Json<Brought> | null;
  opening: Generated<number>;
  look_at: Date | null;
  removed_at: Date | null;
};

export type CandidateRow = Selectable<CandidateTable>;
export type BackMergeRow = Selectable<BackMergeTable>;
