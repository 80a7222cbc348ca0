/** Releases on GitHub before a deployment and after it: when they are wanted, and what waits for them. */
import { afterEach, expect, test } from "vitest";
import { tellRelease, wantVersionRelease } from "../../src/operations/releases.ts";
import { openWorld, push, type World } from "./world.ts";

const file = `
channel: "#shop-deploys"
people: {alice: U0000ALICE, rosa: U0000ROSA}
environments:
  staging: {branch: main, release: before, deploy: [{test: make test}, {deploy: make deploy}]}
  production: {approvals: off, release: after, deploy: make deploy}
`;

let world: World;
afterEach(async () => {
  await world.close();
});

const wanted = async () => {
  const rows = await world.db
    .selectFrom("projection")
    .select("subject")
    .where("surface", "=", "github.release")
    .orderBy("subject")
    .execute();
  return rows.map(({ subject }) => Number(subject));
};

/** What the surface does. */
async function made(deployment: number): Promise<void> {
  const external = JSON.stringify({ release: 5, tag: "v1.4.0", url: "https://github.example/releases/v1.4.0" });
  const key = `github.release/${deployment}`;
  await world.db.updateTable("projection").set({ external }).where("key", "=", key).execute();
  await tellRelease(world.bot, `${deployment}`);
  await world.settle();
}

const started = () => world.deployer.starts.map(({ environment, stage }) => `${environment} ${stage.name}`);

test("before: no stage begins until the release stands, also after a crash", async () => {
  world = await openWorld({ file });
  await push(world, "a");
  expect(await wanted()).toEqual([1]);
  expect(started()).toEqual([]);
  world.restart();
  await world.sweep(true);
  expect(started()).toEqual([]);
  await made(1);
  expect(started()).toEqual(["staging test", "staging deploy"]);
  expect((await world.deployment(1)).status).toBe("success");
  expect((await world.said()).find(({ code }) => code === "release-stands")).toMatchObject({ tag: "v1.4.0" });
});

test("before: what GitHub refuses for good ends the deployment, and nothing was changed", async () => {
  world = await openWorld({ file });
  await push(world, "a");
  await world.db
    .updateTable("projection")
    .set({ refused: 3, error: "Not Found" })
    .where("surface", "=", "github.release")
    .execute();
  await world.tick(30_000);
  const row = await world.deployment(1);
  expect(row).toMatchObject({
    status: "failure",
    outcome: { code: "stage-failed", stage: "release", message: "Not Found" },
  });
  expect((await world.environment("staging")).uncertain_deployment_id).toBeNull();
});

test("after: a success asks for it, and neither a failure nor a rollback does", async () => {
  world = await openWorld({ file: file.replace("release: before, ", "") });
  const deploy = { kind: "promote", environment: "production" } as const;
  await push(world, "a");
  world.deployer.script = () => ({ state: "failure", proven: true });
  await world.command("U0000ALICE", deploy);
  expect(await wanted()).toEqual([]);
  world.deployer.script = () => ({ state: "success", proven: true });
  await world.command("U0000ALICE", deploy);
  expect(await wanted()).toEqual([3]);
  await push(world, "b");
  await world.command("U0000ALICE", deploy);
  expect(await wanted()).toEqual([3, 5]);
  await world.command("U0000ALICE", { kind: "rollback", environment: "production" });
  expect((await world.deployment(6)).status).toBe("success");
  expect(await wanted()).toEqual([3, 5]);
});

test("that GitHub refuses one is told once where nothing waits for it: of a success, and of a finished version", async () => {
  world = await openWorld({ file });
  await push(world, "a");
  await made(1);
  await world.command("U0000ALICE", { kind: "promote", environment: "production" });
  await push(world, "b");
  const { id: service } = await world.db.selectFrom("service").select("id").executeTakeFirstOrThrow();
  const { id: candidate } = await world.db
    .insertInto("candidate")
    .values({
      ...{ service_id: service, request_key: "rc", step: "finish", version: "1.4.0", tag: "v1.4.0", channel: null },
      ...{ asked_by: "alice", asked_at: new Date(0), ended_at: new Date(0), plan: "{}" },
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await world.db.transaction().execute((trx) => wantVersionRelease(trx, world.bot.wake, candidate, 1));
  const refusedTimes = async (refused: number) => {
    const rows = world.db.updateTable("projection").set({ refused, error: "Not Found" }).where("external", "is", null);
    await rows.where("surface", "=", "github.release").execute();
    for (const subject of ["2", "3", `version/${candidate}`]) await tellRelease(world.bot, subject);
    return (await world.said()).filter(({ code }) => code === "release-refused");
  };
  expect(await refusedTimes(2)).toEqual([]);
  const ofBoth = [
    { code: "release-refused", said: "Not Found" },
    { code: "release-refused", tag: "v1.4.0", said: "Not Found" },
  ];
  // The stage of the third waits for its own, and says so when it ends.
  expect(await refusedTimes(3)).toEqual(ofBoth);
  expect(await refusedTimes(4)).toEqual(ofBoth);
});

test("a rollback makes no release before it either", async () => {
  world = await openWorld({ file });
  for (const [letter, deployment] of [
    ["a", 1],
    ["b", 2],
  ] as const) {
    await push(world, letter);
    await made(deployment);
  }
  await world.command("U0000ALICE", { kind: "rollback", environment: "staging" });
  expect(started().slice(4)).toEqual(["staging test", "staging deploy"]);
  expect(await wanted()).toEqual([1, 2]);
});
