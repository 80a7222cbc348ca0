/** Bounds a measure in count and in time: on a machine that is busy with other things, fewer rounds must do. */
import type { Context } from "../src/context.ts";

export type Bounds = {
  readonly most: number;
  /** So many are done whatever time they take. */
  readonly least: number;
  readonly withinMs: number;
};

export async function repeat(
  { clock }: Pick<Context, "clock">,
  bounds: Bounds,
  once: (round: number) => Promise<void>,
): Promise<void> {
  const began = clock.monotonic();
  for (let round = 0; round < bounds.most; round += 1) {
    if (round >= bounds.least && clock.monotonic() - began > bounds.withinMs) return;
    await once(round);
  }
}
