/**
 * A story told in steps, and told with the bot killed at a point that it passes. Whoever told it what was lost tells it
 * again, as GitHub, Slack and the inbox do.
 */
import { seeRepository } from "../../src/operations/see-repository.ts";
import { InjectedCrash } from "../harness/fault-points.ts";
import { repository, type World } from "./world.ts";

export type Step = (world: World) => Promise<unknown>;
/** Each step with its name. */
export type KillStory = readonly (readonly [string, Step])[];

/**
 * Tells the story in an emptied world and resolves with how often the bot was killed. With a point it is killed there in
 * each step that comes by it, so often, one pass later each time.
 */
export async function tellStory(
  world: World,
  story: KillStory,
  killed?: { readonly point: string; readonly atMost: number },
): Promise<number> {
  let kills = 0;
  const atMost = killed?.atMost ?? 0;
  await world.empty();
  world.github.commits.length = 0;
  world.github.branches.clear();
  world.deployer.starts.length = 0;
  world.deployer.onFind = (attempt) =>
    world.deployer.starts.some((started) => started.token === attempt.token)
      ? { kind: "started", handle: {} }
      : { kind: "impossible" };
  await seeRepository(world.bot, repository);
  await world.settle();
  for (const [, step] of story) {
    for (let told = 0; told <= atMost; told += 1) {
      if (killed !== undefined && told < atMost) world.faults.arm(killed.point, undefined, { skip: told });
      try {
        await step(world);
        break;
      } catch (error) {
        if (!(error instanceof InjectedCrash)) throw error;
        kills += 1;
        world.restart();
        // Longer than any call may be under way, after which somebody else takes over.
        await world.clock.advance(10_000);
      }
    }
    world.faults.disarm();
    await world.clock.advance(10_000);
    await world.sweep(true);
  }
  return kills;
}
