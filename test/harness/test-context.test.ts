import { expect, test } from "vitest";
import { InjectedCrash } from "./fault-points.ts";
import { testContext } from "./test-context.ts";

test("the clock fires timers in the order of their times, each at its own time", async () => {
  const { context, clock } = testContext({ start: 1000 });
  const fired: string[] = [];
  const note = (name: string) => () => void fired.push(`${name}@${context.clock.now()}`);
  context.clock.after(30, note("late"));
  context.clock.after(10, note("early"));
  const every = context.clock.every(15, note("every"));
  context.clock.after(10, () => context.clock.after(5, note("set on the way")));
  context.clock.after(20, note("cancelled")).cancel();
  void context.clock.sleep(12).then(note("slept"));
  await clock.advance(30);
  expect(fired).toEqual(["early@1010", "slept@1012", "every@1015", "set on the way@1015", "late@1030", "every@1030"]);
  every.cancel();
  expect(clock.waiting).toBe(0);
});

test("a sleep that is aborted rejects with the reason and leaves no timer", async () => {
  const { context, clock } = testContext();
  const controller = new AbortController();
  const slept = context.clock.sleep(1000, controller.signal);
  controller.abort(new Error("stopping"));
  await expect(slept).rejects.toThrow("stopping");
  expect(clock.waiting).toBe(0);
});

test("ids and numbers come from the seed", () => {
  const draw = (seed: string) => {
    const { context } = testContext({ seed });
    return [context.ids.uuid(), context.ids.secret(20), context.random()];
  };
  expect(draw("a")).toEqual(draw("a"));
  expect(draw("a")).not.toEqual(draw("b"));
  expect(draw("a")[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("an armed point breaks as often as told, then no more", async () => {
  const { context, faults } = testContext();
  faults.arm("inbox.stored", undefined, { times: 1, skip: 1 });
  await context.faults.at("inbox.stored");
  await expect(context.faults.at("inbox.stored")).rejects.toThrow(InjectedCrash);
  await context.faults.at("inbox.stored");
  expect(faults.reached).toEqual(["inbox.stored", "inbox.stored", "inbox.stored"]);
});
