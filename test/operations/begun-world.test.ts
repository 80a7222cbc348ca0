/** A world whose beginning was kept is the same as one that began with the same just now, and becomes the same. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { type Begin, rememberedBy } from "./begun-world.ts";
import { branchesPipeline, firstLive } from "./branches-world.ts";
import { released, file as versionsPipeline } from "./versions-world.ts";
import { openWorld, push, shopPipeline, type World } from "./world.ts";

async function stateOf(world: World) {
  const { github, versions, deployer, faults, clock, context } = { ...world, context: world.bot.context };
  const { rows } = await sql<{ kept: Record<string, unknown> }>`select harness.rows() as kept`.execute(world.db);
  const memory = [world, github, versions, deployer, faults].map(rememberedBy);
  return { rows: rows[0]?.kept, memory, at: clock.now(), timers: clock.waiting, next: context.ids.uuid() };
}

/** As it begins and after what follows: a merge, a request, an answer, and an hour. */
async function story(file: string, begin: Begin) {
  const world = await openWorld({ file, begin });
  try {
    const first = await stateOf(world);
    await push(world, "a");
    const reply = await world.command("U0000ALICE", { kind: "deploy", environment: "production" });
    if (reply.code === "requested") await world.react("U0000ROSA", reply.deployment);
    await world.tick(3_600_000);
    return { first, reply, last: await stateOf(world) };
  } finally {
    await world.close();
  }
}

const oneLive: Begin = async (world) => void (await push(world, "1"));

test.each([
  ["one commit on its way", shopPipeline, oneLive],
  ["three branches", branchesPipeline, firstLive],
  ["versions", versionsPipeline, released],
])("%s", async (_name, file, begin) => {
  const anew: Begin = (world) => begin(world);
  const [built] = [await story(file, anew), await story(file, begin)];
  expect(await story(file, begin)).toEqual(built);
});
