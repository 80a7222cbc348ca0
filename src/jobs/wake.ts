/**
 * "Look again", sent in the transaction that made it needful. A job carries an id and nothing else; what there is to
 * do is read from the tables.
 */
import type { Transaction } from "kysely";
import type { Database } from "../store/schema.ts";

export const queues = ["inbox", "advance", "judge", "project", "version"] as const;
export type QueueName = (typeof queues)[number];

export type Wake = {
  /** Wakes `advance(deployment)` of one or of each of several; with `at` (epoch ms), not before then. */
  advance(trx: Transaction<Database>, deployments: number | readonly number[], at?: number): Promise<void>;
  /**
   * Wakes `advance` of what has just been committed, by whoever runs in this process: somebody waits, and the way through
   * the table of jobs takes longer than the look. It comes beside the wake that was committed, never instead of it.
   */
  soon(deployment: number): void;
  /** Wakes the judging of the open pull requests into this environment's branch that have to be looked at again. */
  judge(trx: Transaction<Database>, environment: number, at?: number): Promise<void>;
  /** Wakes the step of a version with this id. */
  version(trx: Transaction<Database>, step: number, at?: number): Promise<void>;
  /** Wakes the projection with this key, or those with these. */
  project(trx: Transaction<Database>, keys: string | readonly string[], at?: number): Promise<void>;
  /** Wakes whoever takes stored deliveries up, at `at` (epoch ms). */
  inbox(trx: Transaction<Database>, at: number): Promise<void>;
  /**
   * The same for what has just been committed, by whoever runs in this process: nothing is written for it. A job would
   * cost more than storing the delivery. What a crash in between leaves is found by the next sweep, the one at the start
   * included.
   */
  stored(): void;
};
