/** Workflow runs as the sandbox's GitHub remembers them: plain records, changed only by `engine.ts`. */
import type { Account, CheckRun } from "../hub/state.ts";

export type Conclusion = "success" | "failure" | "cancelled" | "skipped" | "startup_failure";

export type StepRecord = {
  readonly number: number;
  readonly name: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: Conclusion | null;
  startedAt: number | null;
  completedAt: number | null;
};

export type JobRecord = {
  readonly id: number;
  /** Its key in the workflow. */
  readonly key: string;
  readonly name: string;
  readonly attempt: number;
  status: "queued" | "in_progress" | "completed";
  conclusion: Conclusion | null;
  startedAt: number | null;
  completedAt: number | null;
  readonly steps: StepRecord[];
  log: string;
  readonly check: CheckRun;
};

export type ActionsRun = {
  readonly id: number;
  readonly number: number;
  readonly workflow: WorkflowIdentity;
  /** The workflow file. */
  readonly text: string;
  readonly title: string;
  readonly event: string;
  /** What set it off, as workflows see it. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, string>>;
  /** A full ref. */
  readonly ref: string;
  readonly sha: string;
  readonly actor: Account;
  attempt: number;
  status: "queued" | "in_progress" | "completed";
  conclusion: Conclusion | null;
  /** Of every attempt, the newest last. */
  readonly attempts: { readonly number: number; jobs: JobRecord[]; conclusion: Conclusion | null; startedAt: number }[];
  /** Why it could not even begin. */
  readonly problem?: string;
  cancelled: boolean;
  readonly createdAt: number;
  updatedAt: number;
};

export type WorkflowIdentity = { readonly id: number; readonly path: string; readonly name: string };

export type Actions = {
  readonly runs: Map<number, ActionsRun>;
  /** By path; a workflow keeps its number. */
  readonly workflows: Map<string, WorkflowIdentity>;
};
