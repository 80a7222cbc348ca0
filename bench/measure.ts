/**
 * What a measure is: a name by which it is asked for, and the rows that it brings home. A measure starts what it needs
 * and ends it, is bounded in count and time, and never reaches beyond loopback.
 */
import type { Context } from "../src/context.ts";

export type Goal = {
  readonly of: "median" | "p99";
  /** `at most` for times and memory, `at least` for ratios of speed. */
  readonly holds: "at most" | "at least";
  readonly value: number;
};

export type Row = {
  readonly what: string;
  readonly unit: "ms" | "s" | "MB" | "per s" | "×" | "calls";
  /** How many measurements the median and the percentile are of. */
  readonly n: number;
  readonly median: number;
  /** Left out where it would say nothing: with few measurements, or for a ratio. */
  readonly p99?: number | undefined;
  readonly goal?: Goal;
};

export type Bench = {
  readonly context: Context;
  /** A new empty folder, gone when the bench ends. */
  folder(): Promise<string>;
  /** Something that must be ended, also when the bench is interrupted. The latest is ended first. */
  onEnd(end: () => Promise<void>): void;
  /** A line for whoever watches, besides the table. */
  say(line: string): void;
};

export type Measure = {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<readonly Row[]>;
};
