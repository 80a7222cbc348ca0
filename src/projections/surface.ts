/**
 * A surface is one thing that people see: a Slack message, a check, a comment, a GitHub Deployment. The engine
 * (`engine.ts`) keeps it true to the state; a face implements this for each kind of surface.
 */
import { OutsideError } from "../operations/ports.ts";
import type { ProjectionRow } from "../store/schema.ts";

/** Where the thing is, as the far side names it; stored as JSON. */
export type External = Readonly<Record<string, string | number>>;

/** It waits for something else that is to be made first. That is no failure, and `retryAt` says when to look again. */
export class NotYet extends OutsideError {}

/**
 * What was refused so often no longer holds up what comes after it in its lane: order is worth less than being told.
 * While the far side is down everything waits for it, but not for ever, since it may be down for this one alone.
 */
export const refusalsInOrder = 5;
export const triesInOrder = 20;

export function holdsOthers({ refused, attempts }: Pick<ProjectionRow, "refused" | "attempts">): boolean {
  return refused < refusalsInOrder && attempts < triesInOrder;
}

export type Rendering<Content> = {
  /** What is written; equal JSON means nothing to write. */
  readonly content: Content;
};

export type Surface<Content = unknown> = {
  /** For example `slack.message`; also the first part of the row's key, `slack.message/<subject>`. */
  readonly surface: string;
  /** From state alone; undefined when there is nothing to show (yet). */
  render(subject: string): Promise<Rendering<Content> | undefined>;
  /** After a crash while posting: what we may have made, or undefined when there is none. */
  find(subject: string, content: Content): Promise<External | undefined>;
  create(subject: string, content: Content): Promise<External>;
  /** Absent for things that are said once. */
  update?(external: External, content: Content, subject: string): Promise<External | undefined>;
  /**
   * Subjects are numbers, or numbers with slashes between them, and within a lane a smaller one is made before a greater:
   * what is said stays in order. What stands already is written at once.
   */
  readonly inOrder?: boolean;
  /**
   * Until when (epoch ms) a write waits, because what the far side still allows is kept for what is more urgent, or
   * because others of its kind come first; undefined when it may go on at once. Asked only when there is something to
   * write.
   */
  heldUntil?(row: Pick<ProjectionRow, "subject" | "lane">): number | undefined;
  /** The shortest time between two writes of the same thing, in ms. */
  readonly spacingMs?: number;
};

export type Surfaces = ReadonlyMap<string, Surface>;
