/** What runs or waits where the pipeline file names nothing any more can still be stopped and settled. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ask, slowly, statusOf } from "./steps.ts";
import { openWorld, push, shopPipeline, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

const withoutProduction = shopPipeline.slice(0, shopPipeline.indexOf("  production:"));

/** Nobody can tell how what runs in production ends. */
function endsUnknown(): void {
  world.deployer.script = ({ environment }) =>
    environment === "production" ? { state: "unknown", proven: false } : { state: "success", proven: true };
}

async function runsInProduction(): Promise<number> {
  await push(world, "a");
  const running = await ask(world, "production");
  await world.react("U0000ROSA", running);
  return running;
}

describe.each([
  ["an environment that left the file", withoutProduction],
  ["a service that left the file", `service: another\n${shopPipeline}`],
])("%s", (_, file) => {
  test("its running deployment is cancelled by whoever might have asked for it", async () => {
    slowly(world, "production");
    const running = await runsInProduction();
    await world.pipeline(file);
    expect(await world.command("U0000OLAF", { kind: "cancel", deployment: running })).toMatchObject({
      code: "may-not",
    });
    expect(await world.command("U0000ALICE", { kind: "cancel", deployment: running })).toEqual({
      code: "cancel-asked",
      deployment: running,
    });
    expect(await world.said()).toContainEqual({ code: "cancel-asked", by: "alice" });
    await world.tick(2_000);
    expect(await statusOf(world, running)).toBe("cancelled");
    expect(await world.command("U0000ALICE", { kind: "retry", deployment: running })).toEqual({
      code: "left-pipeline",
      deployment: running,
    });
    expect(await world.click("U0000ALICE", "retry", running)).toEqual({ code: "left-pipeline", deployment: running });
  });

  test("one whose end is not known is settled by those who approved there", async () => {
    endsUnknown();
    const unsure = await runsInProduction();
    await world.pipeline(file);
    const settle = { kind: "resolve", deployment: unsure, outcome: "success", reason: "it is up" } as const;
    expect(await world.command("U0000ALICE", settle)).toMatchObject({ code: "may-not", needs: "approve" });
    expect(await world.command("U0000ROSA", settle)).toEqual({ code: "settled", deployment: unsure, as: "success" });
    expect(await statusOf(world, unsure)).toBe("success");
  });
});

test("who is in a group is said by the file in force", async () => {
  endsUnknown();
  const unsure = await runsInProduction();
  await world.pipeline(withoutProduction.replace("[rosa, bob]", "[bob]"));
  const settle = { kind: "resolve", deployment: unsure, outcome: "failure", reason: "it is gone" } as const;
  expect(await world.command("U0000ROSA", settle)).toMatchObject({ code: "may-not" });
  expect(await world.command("U0000BOB", settle)).toMatchObject({ code: "settled" });
});
