/** Who looks again when an environment has moved: whose verdict may follow from it, and nobody else. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { wakeEnvironment, wakeEnvironments } from "../../src/operations/environment.ts";
import { recordedWake } from "../harness/recorded-wake.ts";
import { ask } from "./steps.ts";
import { openWorld, push, type World } from "./world.ts";

const shop = (canaryAfter: string) => `
channel: "#shop-deploys"
people: {alice: U0000ALICE, rosa: U0000ROSA}
environments:
  staging: {branch: main, deploy: make deploy}
  production: {after: staging, approvals: {from: [rosa]}, deploy: make deploy}
  canary: {after: ${canaryAfter}, approvals: {from: [rosa]}, deploy: make deploy}
  archive: {after: production, approvals: {from: [rosa]}, deploy: make deploy}
`;

let world: World;
beforeEach(async () => {
  world = await openWorld({ file: shop("staging") });
  await world.pipeline(world.github.file);
  await push(world, "a");
});
afterEach(async () => {
  await world.close();
});

async function live(environment: string): Promise<void> {
  const asked = await ask(world, environment);
  await world.react("U0000ROSA", asked);
  expect(await world.deployment(asked)).toMatchObject({ status: "success" });
}

/** Something waits everywhere but on staging. */
async function waiting(): Promise<void> {
  await live("production");
  await ask(world, "archive");
  await push(world, "b");
  for (const name of ["production", "canary"]) await ask(world, name);
}

/** The names of the environments, oldest request first, of which a request is looked at again when this one has moved. */
async function lookedAt(
  wake: (trx: Parameters<typeof wakeEnvironment>[0], recorded: ReturnType<typeof recordedWake>, id: number) => unknown,
  moved: string,
): Promise<readonly string[]> {
  const recorded = recordedWake();
  const { id } = await world.environment(moved);
  await world.db.transaction().execute(async (trx) => await wake(trx, recorded, id));
  const rows = await world.db
    .selectFrom("deployment")
    .innerJoin("environment", "environment.id", "deployment.environment_id")
    .select(["deployment.id", "environment.name"])
    .execute();
  const names = new Map(rows.map((row) => [String(row.id), row.name]));
  return recorded.woken.flatMap(({ queue, key }) => (queue === "advance" ? [names.get(key) ?? key] : []));
}

test("those of the environment itself, and of the ones that come after it", async () => {
  await waiting();
  expect(await lookedAt(wakeEnvironment, "staging")).toEqual(["production", "canary"]);
  expect(await lookedAt(wakeEnvironment, "production")).toEqual(["archive", "production"]);
  expect(await lookedAt(wakeEnvironment, "canary")).toEqual(["canary"]);
});

test("also of one that came after it when what is live there was deployed, whose policy of then has to pass too", async () => {
  await live("canary");
  await push(world, "b");
  await live("production");
  await world.pipeline(shop("production"));
  await ask(world, "canary");
  expect(await lookedAt(wakeEnvironment, "staging")).toEqual(["canary"]);
  expect(await lookedAt(wakeEnvironment, "production")).toEqual(["canary"]);
});

test("what is taken out of service there is so in every later one", async () => {
  await waiting();
  const all = (...[trx, wake, id]: Parameters<typeof wakeEnvironment>) =>
    wakeEnvironments(trx, wake, [id], { reach: "later" });
  expect(await lookedAt(all, "production")).toEqual(["archive", "production", "canary"]);
  expect(await lookedAt(all, "canary")).toEqual(["archive", "canary"]);
});
