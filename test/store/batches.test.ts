import { expect, test } from "vitest";
import { createBatches } from "../../src/store/batches.ts";
import { fakeClock } from "../harness/fake-clock.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

function batches(besideFrom?: number) {
  const written: (readonly number[])[] = [];
  const ends: (() => void)[] = [];
  const made = createBatches<number>({
    clock: fakeClock(0),
    rowsAtMost: 6,
    ...(besideFrom === undefined ? {} : { besideFrom }),
    write: (batch) => {
      written.push(batch);
      return new Promise((resolve) => void ends.push(resolve));
    },
  });
  const add = (...items: readonly number[]) => {
    for (const item of items) made.add(item);
  };
  return { ...made, add, written, end: (at: number) => ends[at]?.() };
}

test("what arrives in one turn is written together, though it does not arrive in one step", async () => {
  const { add, written } = batches();
  add(1);
  await Promise.resolve();
  add(2);
  await turn();
  expect(written).toEqual([[1, 2]]);
});

test("few wait for the end of a write, enough are written beside it, and never a third time", async () => {
  const { add, written, end } = batches(3);
  add(1);
  await turn();
  add(2, 3);
  await turn();
  expect(written).toEqual([[1]]);
  add(4);
  await turn();
  expect(written).toEqual([[1], [2, 3, 4]]);
  add(5, 6, 7, 8);
  await turn();
  expect(written).toHaveLength(2);
  end(0);
  await turn();
  expect(written[2]).toEqual([5, 6, 7, 8]);
});

test("without a number to be written beside, there is one write at a time", async () => {
  const { add, written, end } = batches();
  add(1);
  await turn();
  add(2, 3, 4, 5, 6, 7, 8);
  await turn();
  expect(written).toHaveLength(1);
  end(0);
  await turn();
  expect(written).toEqual([[1], [2, 3, 4, 5, 6, 7]]);
});

test("it is idle when nothing waits and nothing is written", async () => {
  const { add, isIdle, idle, end } = batches();
  expect(isIdle()).toBe(true);
  add(1);
  expect(isIdle()).toBe(false);
  await turn();
  let told = false;
  const waiting = idle().then(() => {
    told = true;
  });
  await turn();
  expect(told).toBe(false);
  end(0);
  await waiting;
  expect(isIdle()).toBe(true);
});
