/**
 * SIGTERM and Ctrl-C: the first stops everything in order, another one ends the process at once. What comes right after
 * the first is the same wish: npm passes on what the terminal, or a supervisor that tells every process of a service,
 * has given to this one already.
 */
import type { Clock } from "../context.ts";

const sameWishMs = 1_000;

export function stopOnSignals(given: {
  readonly clock: Pick<Clock, "monotonic">;
  readonly process: Pick<NodeJS.EventEmitter, "on"> & { exit(code: number): void };
  /** Called once. When it rejects, the process ends with 1. */
  readonly stop: (signal: string) => Promise<void>;
}): void {
  let asked: number | undefined;
  for (const signal of ["SIGTERM", "SIGINT"]) {
    given.process.on(signal, () => {
      const now = given.clock.monotonic();
      if (asked !== undefined) {
        if (now - asked >= sameWishMs) given.process.exit(1);
        return;
      }
      asked = now;
      given.stop(signal).then(
        () => given.process.exit(0),
        () => given.process.exit(1),
      );
    });
  }
}
