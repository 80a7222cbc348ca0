/**
 * Gathers what is to be written while earlier writes are under way, so that what arrives together is written together.
 * It knows nothing of what is written; whoever writes tells each item what became of it, and never throws.
 */
export type Batches<Item> = {
  add(item: Item): void;
  /** Resolves when nothing waits or is being written. */
  idle(): Promise<void>;
};

export function createBatches<Item>(parts: {
  readonly rowsAtMost: number;
  /** More than one lets the next be gathered and sent while the database syncs the one before. */
  readonly writesAtOnce: number;
  readonly write: (batch: readonly Item[]) => Promise<void>;
}): Batches<Item> {
  const { rowsAtMost, writesAtOnce, write } = parts;
  let waiting: Item[] = [];
  let writing = 0;
  let whenIdle: (() => void)[] = [];

  async function writeWhatWaits(): Promise<void> {
    if (writing >= writesAtOnce) return;
    writing += 1;
    // What arrives in the same turn of the event loop goes into the first write as well.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, rowsAtMost);
      waiting = waiting.slice(rowsAtMost);
      await write(batch);
    }
    writing -= 1;
    if (writing > 0) return;
    for (const tell of whenIdle) tell();
    whenIdle = [];
  }

  return {
    add(item) {
      waiting.push(item);
      void writeWhatWaits();
    },
    idle: () =>
      writing === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            whenIdle.push(resolve);
          }),
  };
}
