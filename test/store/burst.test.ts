import { expect, test } from "vitest";
import { burstAtMostMs, burstWithinMs, createBurst } from "../../src/store/burst.ts";
import { fakeClock } from "../harness/fake-clock.ts";

const enough = 20;

function burst() {
  const clock = fakeClock(1_000_000);
  const { arrived, over } = createBurst({ clock, isIdle: () => true, idle: async () => {} });
  const seen: string[] = [];
  return {
    clock,
    seen,
    arrive: (count: number) => {
      for (let index = 0; index < count; index += 1) arrived();
    },
    /** Notes when it is over. */
    wait: (name: string) => over().then(() => void seen.push(name)),
    /** Lets so much time pass, with something arriving all the while. */
    async goOnFor(ms: number) {
      for (let passed = 0; passed < ms; passed += 5) {
        arrived();
        await clock.advance(5);
      }
    },
  };
}

test("where little arrives nobody waits", async () => {
  const { arrive, wait, seen } = burst();
  await wait("before anything");
  arrive(enough - 1);
  await wait("after little");
  expect(seen).toEqual(["before anything", "after little"]);
});

test("a burst is over when nothing more has arrived for a moment", async () => {
  const { arrive, wait, clock, seen } = burst();
  arrive(enough);
  const waiting = wait("over");
  await clock.advance(burstWithinMs / 2);
  arrive(enough);
  await clock.advance(burstWithinMs - 1);
  expect(seen).toEqual([]);
  await clock.advance(1);
  await waiting;
  expect(clock.waiting).toBe(0);
});

test("a burst that does not end is waited for once, and the next one again", async () => {
  const { goOnFor, arrive, wait, clock, seen } = burst();
  arrive(enough);
  const first = wait("long enough");
  await goOnFor(burstAtMostMs - 5);
  expect(seen).toEqual([]);
  await goOnFor(5);
  await first;
  await goOnFor(500);
  await wait("at once");
  // Nobody looks while it is calm: what comes next is a burst of its own all the same.
  await clock.advance(60_000);
  arrive(enough);
  const next = wait("the next one is over");
  await clock.advance(burstWithinMs - 1);
  expect(seen).toEqual(["long enough", "at once"]);
  await clock.advance(1);
  await next;
});
