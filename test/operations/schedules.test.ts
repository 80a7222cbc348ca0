/** Promotions that a schedule asks for: at their time, once, and what is said when there is nothing to ask for. */
import { afterEach, describe, expect, test } from "vitest";
import { lookAtSchedule } from "../../src/operations/schedule.ts";
import { loseInstallation, seeRepository } from "../../src/operations/see-repository.ts";
import { wordReply } from "../../src/wording/reply.ts";
import { openWorld, push, repository, type World } from "./world.ts";

const file = `
channel: "#shop-deploys"
people: {alice: U0000ALICE, rosa: U0000ROSA}
environments:
  staging: {branch: main, deploy: make deploy}
  production:
    approvals: off
    schedule: {every: day, at: "09:00", timezone: UTC}
    deploy: make deploy
`;
const hour = 3_600_000;

let world: World;
afterEach(async () => {
  await world.close();
});

async function until(time: string): Promise<void> {
  const now = new Date(world.clock.now());
  const at = Date.parse(`${now.toISOString().slice(0, 10)}T${time}:00Z`);
  await world.tick((at > now.getTime() ? at : at + 24 * hour) - now.getTime());
}

const deployments = async () => {
  const rows = await world.db
    .selectFrom("deployment")
    .innerJoin("environment", "environment.id", "deployment.environment_id")
    .where("environment.name", "=", "production")
    .select([
      "deployment.sha",
      "deployment.status",
      "deployment.kind",
      "deployment.requested_by",
      "deployment.scheduled",
    ])
    .orderBy("deployment.id")
    .execute();
  return rows.map(
    ({ sha, status, kind, requested_by: by, scheduled }) => `${sha.slice(0, 1)} ${status} ${kind} ${by} ${scheduled}`,
  );
};

const skipped = async () =>
  (await world.said()).flatMap((note) => (note.code === "schedule-skipped" ? [note.why.code] : []));

describe("a schedule", () => {
  test("asks for what is live before, at its time and not before it", async () => {
    world = await openWorld({ file });
    await push(world, "a");
    await until("08:59");
    expect(await deployments()).toEqual([]);
    await until("09:00");
    expect(await deployments()).toEqual(["a success promotion signalbox true"]);
    expect(await skipped()).toEqual([]);
    const next = (await world.environment("production")).schedule_at;
    expect(next?.toISOString().slice(11, 16)).toBe("09:00");
    expect((next?.getTime() ?? 0) - world.clock.now()).toBeGreaterThan(23 * hour);
  });

  test("passes who may ask, and waits for approvals and holds as anybody", async () => {
    const approved = file.replace("approvals: off", "approvals: {from: [rosa]}\n    who: [rosa]");
    world = await openWorld({ file: approved });
    await push(world, "a");
    await until("09:00");
    expect(await deployments()).toEqual(["a waiting promotion signalbox true"]);
    await world.react("U0000ROSA", 2);
    expect(await deployments()).toEqual(["a success promotion signalbox true"]);
  });

  test("says that nothing is new, that nothing is live, and that it is frozen", async () => {
    world = await openWorld({ file });
    await until("09:00");
    expect(await skipped()).toEqual(["nothing-live"]);
    await push(world, "a");
    await until("09:00");
    await until("09:00");
    expect(await skipped()).toEqual(["nothing-live", "nothing-new"]);
    await push(world, "b");
    const freeze = {
      kind: "freeze",
      environment: "production",
      reason: "fair",
      until: world.clock.now() + 48 * hour,
    } as const;
    await world.command("U0000ALICE", freeze);
    await until("09:00");
    expect(await skipped()).toEqual(["nothing-live", "nothing-new", "frozen"]);
    expect(await deployments()).toHaveLength(1);
  });

  test.each(["schedule.asked", "schedule.planned", "request.committed"])(
    "killed at %s, it asks once",
    async (point) => {
      world = await openWorld({ file });
      await push(world, "a");
      await until("08:59");
      await world.clock.advance(60_000);
      world.faults.arm(point);
      const { id } = await world.environment("production");
      await lookAtSchedule(world.bot, id).catch(() => undefined);
      world.restart();
      await lookAtSchedule(world.bot, id);
      await world.sweep(true);
      expect(await deployments()).toEqual(["a success promotion signalbox true"]);
    },
  );

  test("what was missed is made up for on the same day, and not later", async () => {
    world = await openWorld({ file });
    await push(world, "a");
    const { id, schedule_at: at } = await world.environment("production");
    await world.clock.advance((at?.getTime() ?? 0) - world.clock.now() + 11 * hour);
    await lookAtSchedule(world.bot, id);
    await world.settle();
    expect(await deployments()).toHaveLength(1);
    await push(world, "b");
    await world.clock.advance(30 * hour);
    await lookAtSchedule(world.bot, id);
    expect(await skipped()).toEqual(["too-late"]);
    expect(await deployments()).toHaveLength(1);
  });

  test("follows the pipeline file: another time, and none any more", async () => {
    world = await openWorld({ file });
    await world.pipeline(file.replace("09:00", "10:30"));
    expect((await world.environment("production")).schedule_at?.toISOString()).toContain("T10:30");
    await world.pipeline(file.replace(/ {4}schedule.*\n/u, ""));
    expect(await world.environment("production")).toMatchObject({ schedule_at: null, look_at: null });
  });

  test("its next time is told by the board", async () => {
    world = await openWorld({ file });
    await push(world, "a");
    const at = (await world.environment("production")).schedule_at?.getTime();
    const board = await world.command("U0000ALICE", { kind: "status" });
    expect(board).toMatchObject({ services: [{ environments: [{ name: "staging" }, { scheduled: at }] }] });
    expect(wordReply(board, { now: world.clock.now() })).toMatch(/Its schedule promotes next at \S+ 09:00 UTC\./);
  });

  test("taken out of the pipeline file and put back, it goes on", async () => {
    world = await openWorld({ file });
    const { id } = await world.environment("production");
    await world.pipeline(undefined);
    await until("09:00");
    const row = await world.db.selectFrom("environment").select("schedule_at").where("id", "=", id).executeTakeFirst();
    expect(row?.schedule_at).toBeNull();
    await world.pipeline(file);
    expect((await world.environment("production")).schedule_at?.toISOString()).toContain("T09:00");
  });

  test("out of the App's reach at its time and then back within it, it goes on", async () => {
    world = await openWorld({ file });
    await loseInstallation(world.bot, repository.installationId);
    await until("09:00");
    await seeRepository(world.bot, repository);
    const { schedule_at: at, look_at: lookAt } = await world.environment("production");
    expect(at?.toISOString()).toContain("T09:00");
    expect(lookAt).toEqual(at);
    await push(world, "a");
    await until("09:00");
    expect(await deployments()).toEqual(["a success promotion signalbox true"]);
  });

  test("asks for a pull request where promoting is one", async () => {
    world = await openWorld({ file: file.replace("approvals: off", "approvals: off\n    branch: production") });
    world.commit("1", { branch: "production" });
    await push(world, "a", { branch: "main" });
    await until("09:00");
    const [row] = await world.db.selectFrom("promotion").selectAll().execute();
    expect(row).toMatchObject({ sha: "a".repeat(40), base: "production", requested_by: null });
    expect(await deployments()).toEqual([]);
    expect(await skipped()).toEqual([]);
  });
});
