/** What a far side said a moment ago, so that a burst of questions is one call. It saves calls and decides nothing. */
import type { Context } from "./context.ts";

export type ShortMemory<T> = {
  /** What was answered within the time, else what `ask` answers now; a failure is not remembered. */
  get(key: string, ask: () => Promise<T>, fresh?: boolean): Promise<T>;
};

/** `most` keys are remembered, each for `forMs` milliseconds from when it was asked. */
export function createShortMemory<T>(
  context: Pick<Context, "clock">,
  { forMs, most }: { readonly forMs: number; readonly most: number },
): ShortMemory<T> {
  const remembered = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();
  return {
    async get(key, ask, fresh = false) {
      const now = context.clock.now();
      const before = remembered.get(key);
      if (!fresh && before !== undefined && before.until > now) return await before.answer;
      const entry = { until: now + forMs, answer: ask() };
      remembered.delete(key);
      remembered.set(key, entry);
      const oldest = remembered.keys().next().value;
      if (remembered.size > most && oldest !== undefined) remembered.delete(oldest);
      try {
        return await entry.answer;
      } catch (error) {
        if (remembered.get(key) === entry) remembered.delete(key);
        throw error;
      }
    },
  };
}
