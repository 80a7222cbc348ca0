/** The version that a service's file holds belongs to each revision: stages are told it, and people can go back to it. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWorld, push, shopPipeline, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld({ file: `versions: {from: package.json}\n${shopPipeline}` });
});
afterEach(async () => {
  await world.close();
});

async function merge(letter: string, version: string | undefined): Promise<string> {
  const text = JSON.stringify(version === undefined ? {} : { version });
  world.github.files.set(`${letter.repeat(40)}:package.json`, text);
  return await push(world, letter);
}

async function toProduction(): Promise<number> {
  const reply = await world.command("U0000ALICE", { kind: "promote", environment: "production" });
  if (reply.code !== "requested") throw new Error(`it was answered with ${reply.code}`);
  await world.react("U0000ROSA", reply.deployment);
  return reply.deployment;
}

const toldLast = () => {
  const { environment, version, previousVersion } = world.deployer.starts.at(-1) ?? {};
  return { environment, version, previousVersion };
};

describe("a service whose version stands in a file", () => {
  test("a merge has the version that its own revision holds, and so has what was there before", async () => {
    await merge("a", "1.4.0");
    expect(toldLast()).toEqual({ environment: "staging", version: "1.4.0", previousVersion: undefined });
    await merge("b", "1.5.0");
    expect(toldLast()).toEqual({ environment: "staging", version: "1.5.0", previousVersion: "1.4.0" });
  });

  test("a promotion takes it along, and a rollback goes to a version by its number", async () => {
    await merge("a", "1.4.0");
    await toProduction();
    await merge("b", "1.5.0");
    await toProduction();
    expect(toldLast()).toEqual({ environment: "production", version: "1.5.0", previousVersion: "1.4.0" });
    const back = { kind: "rollback", environment: "production", to: "1.4.0" } as const;
    expect(await world.command("U0000ALICE", back)).toMatchObject({
      code: "requested",
      revision: { sha: "a".repeat(40), version: "1.4.0" },
    });
    expect(toldLast()).toEqual({ environment: "production", version: "1.4.0", previousVersion: "1.5.0" });
  });

  test("what a person asks for is answered with it, also where it is refused, and by why", async () => {
    const commit = await merge("a", "1.4.0");
    const deploy = { kind: "deploy", environment: "staging", revision: commit } as const;
    expect(await world.command("U0000ALICE", deploy)).toMatchObject({ revision: { version: "1.4.0" } });
    expect(await world.command("U0000OLAF", deploy)).toMatchObject({ code: "stopped", revision: { version: "1.4.0" } });
    const why = { kind: "why", environment: "staging" } as const;
    expect(await world.command("U0000ALICE", why)).toMatchObject({ code: "verdict", revision: { version: "1.4.0" } });
  });

  test("what was deployed by other means has it too", async () => {
    await merge("a", "1.4.0");
    world.github.permissions.set("rosa", "admin");
    const adopt = { kind: "adopt", environment: "production", revision: "a".repeat(40) } as const;
    expect(await world.command("U0000ROSA", adopt)).toMatchObject({ code: "adopted" });
    expect(await world.environment("production")).toMatchObject({ live_version: "1.4.0" });
  });

  test("a revision whose file holds none has none", async () => {
    await merge("a", undefined);
    expect(toldLast()).toEqual({ environment: "staging", version: undefined, previousVersion: undefined });
  });

  test("with tags as the source no file is read", async () => {
    await world.pipeline(shopPipeline);
    world.github.calls.clear();
    await merge("a", "1.4.0");
    expect(toldLast().version).toBeUndefined();
    expect(world.github.calls.get("fileAt")).toBeUndefined();
  });
});
