/**
 * Runs "look again" for keys: never two looks at the same key at once, at most so many at a time, and a look asked for
 * while one runs comes after it, since the running one may have read the state too early. Errors of one key are told
 * to `onError` and never stop the others.
 */
import PQueue from "p-queue";

export type LookQueue = {
  /** Resolves when a look that began after this call has ended, well or not. */
  look(key: string): Promise<void>;
  /** Looks that wait or run. */
  readonly size: number;
  /** Resolves when nothing waits or runs. */
  idle(): Promise<void>;
};

type Entry = { readonly begun: () => boolean; readonly ended: Promise<void> };

export function createLookQueue(parts: {
  readonly concurrency: number;
  readonly look: (key: string) => Promise<void>;
  readonly onError: (key: string, error: unknown) => void;
}): LookQueue {
  const queue = new PQueue({ concurrency: parts.concurrency });
  /** The last look asked for of each key. */
  const last = new Map<string, Entry>();

  function enqueue(key: string, after: Promise<void> | undefined): Entry {
    let begun = false;
    const run = async () => {
      begun = true;
      try {
        await parts.look(key);
      } catch (error) {
        parts.onError(key, error);
      }
    };
    // The wait for the look before is outside of the queue, so that it holds no place in it.
    const ended = (after ?? Promise.resolve())
      .then(() => queue.add(run))
      .then(() => {
        if (last.get(key) === entry) last.delete(key);
      });
    const entry: Entry = { begun: () => begun, ended };
    last.set(key, entry);
    return entry;
  }

  return {
    look(key) {
      const before = last.get(key);
      if (before !== undefined && !before.begun()) return before.ended;
      return enqueue(key, before?.ended).ended;
    },
    get size() {
      return last.size;
    },
    async idle() {
      while (last.size > 0) await Promise.all([...last.values()].map((entry) => entry.ended));
    },
  };
}
