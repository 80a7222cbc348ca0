/**
 * Gathers what is to be written, so that what arrives together is written together. It knows nothing of what is
 * written; whoever writes tells each item what became of it, and never throws.
 */
import type { Clock } from "../context.ts";

export type Batches<Item> = {
  add(item: Item): void;
  isIdle(): boolean;
  /** Resolves when nothing waits or is being written. */
  idle(): Promise<void>;
};

export function createBatches<Item>(parts: {
  readonly clock: Pick<Clock, "atTurnsEnd">;
  readonly rowsAtMost: number;
  /**
   * So many that have gathered are written beside a write that is under way, so that the database and whoever gathers
   * work at the same time; fewer wait for its end, since many small writes cost far more than a large one. Undefined:
   * there is never more than one write.
   */
  readonly besideFrom?: number;
  readonly write: (batch: readonly Item[]) => Promise<void>;
}): Batches<Item> {
  const { clock, rowsAtMost, besideFrom = Number.POSITIVE_INFINITY, write } = parts;
  let waiting: Item[] = [];
  let writing = 0;
  let gathering = false;
  let whenIdle: (() => void)[] = [];

  function isIdle(): boolean {
    return writing === 0 && waiting.length === 0;
  }

  function isWorthAWrite(): boolean {
    return waiting.length > 0 && (writing === 0 || (writing === 1 && waiting.length >= besideFrom));
  }

  async function writeWhatWaits(): Promise<void> {
    while (isWorthAWrite()) {
      const batch = waiting.slice(0, rowsAtMost);
      waiting = waiting.slice(rowsAtMost);
      writing += 1;
      await write(batch);
      writing -= 1;
    }
    if (!isIdle()) return;
    for (const tell of whenIdle) tell();
    whenIdle = [];
  }

  return {
    add(item) {
      waiting.push(item);
      // What is added at once, without a pause, stays together.
      if (waiting.length >= besideFrom) return void Promise.resolve().then(writeWhatWaits);
      if (gathering || writing > 0) return;
      gathering = true;
      clock.atTurnsEnd(() => {
        gathering = false;
        void writeWhatWaits();
      });
    },
    isIdle,
    idle: () =>
      isIdle()
        ? Promise.resolve()
        : new Promise((resolve) => {
            whenIdle.push(resolve);
          }),
  };
}
