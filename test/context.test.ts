/** The machine's own clock. */
import { expect, test, vi } from "vitest";
import { createContext } from "../src/context.ts";

test("a timer may be longer than Node's own, and be given up on the way", () => {
  vi.useFakeTimers();
  try {
    const { clock } = createContext();
    const day = 24 * 3_600_000;
    const fired: number[] = [];
    const began = clock.now();
    const note = () => void fired.push((clock.now() - began) / day);
    clock.after(60 * day, note);
    clock.after(1, note).cancel();
    const given = clock.after(70 * day, note);
    vi.advanceTimersByTime(59 * day);
    given.cancel();
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(30 * day);
    expect(fired).toEqual([60]);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
