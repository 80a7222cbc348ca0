/** Workflows that do not fit the pipeline file: told once for each file, by whichever reading puts it in force. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { readPipeline } from "../../src/operations/read-pipeline.ts";
import { openWorld, repository, shopPipeline, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

const path = ".github/workflows/cd.yml";
const changed = (n: number) => `${shopPipeline}\n# ${n}\n`;
const told = async () => (await world.said()).filter(({ code }) => code === "workflow-problems");

test("told with the file that comes into force, and once, however often that is read", async () => {
  world.github.workflowFiles = new Map([[path, "on: deployment"]]);
  await world.pipeline(changed(1));
  const once = [{ code: "workflow-problems", repository: "acme/shop", problems: [{ code: "listens", path }] }];
  expect(await told()).toEqual(once);
  const calls = world.github.calls.get("workflows");
  await readPipeline(world.bot, repository);
  expect(await told()).toEqual(once);
  // A file that has not changed costs no call.
  expect(world.github.calls.get("workflows")).toBe(calls);
  await world.pipeline(changed(2));
  expect(await told()).toHaveLength(2);
  await world.pipeline(changed(1));
  expect(await told()).toHaveLength(2);
});

test("killed before it was kept, it is told by the next reading", async () => {
  world.github.workflowFiles = new Map([[path, "on: deployment"]]);
  world.github.file = changed(1);
  world.faults.arm("pipeline.fetched");
  await readPipeline(world.bot, repository).catch(() => undefined);
  expect(await told()).toEqual([]);
  await readPipeline(world.bot, repository);
  expect(await told()).toHaveLength(1);
});

test("nothing is told where all fits, where GitHub does not tell, and of a file with mistakes", async () => {
  world.github.workflowFiles = new Map([[path, "on: push"]]);
  await world.pipeline(changed(1));
  world.github.workflowFiles = undefined;
  await world.pipeline(changed(2));
  world.github.workflowFiles = new Map([[path, "on: deployment"]]);
  const calls = world.github.calls.get("workflows");
  await world.pipeline("environments: {");
  expect(await told()).toEqual([]);
  expect(world.github.calls.get("workflows")).toBe(calls);
});
