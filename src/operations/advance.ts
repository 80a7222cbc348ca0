/**
 * `advance(id)`: looks at a deployment and takes the next step, whatever that is. It is idempotent: called twice, late,
 * or again after a crash, it reads from the tables what there is to do. Calls for one id run one after another.
 */
import type { Timer } from "../context.ts";
import type { Bot } from "./bot.ts";
import { decide } from "./decide.ts";
import { runStages } from "./run-stages.ts";

/** More steps than any pipeline has stages times the steps of one; a loop beyond it is a bug. */
const mostSteps = 500;

export type Advancer = {
  advance(deployment: number): Promise<void>;
  /** Resolves when nothing is under way; timers that are set stay set. */
  idle(): Promise<void>;
  /** Waits for what is under way and takes nothing new up. */
  stop(): Promise<void>;
};

export function createAdvancer(bot: Bot): Advancer {
  const underWay = new Map<number, { promise: Promise<void>; again: boolean }>();
  const timers = new Map<number, Timer>();
  let stopping = false;

  async function advance(deployment: number): Promise<void> {
    if (stopping) return;
    const current = underWay.get(deployment);
    if (current !== undefined) {
      current.again = true;
      return await current.promise;
    }
    const entry = { promise: Promise.resolve(), again: false };
    entry.promise = (async () => {
      do {
        entry.again = false;
        await steps(deployment);
      } while (entry.again && !stopping);
    })().finally(() => underWay.delete(deployment));
    underWay.set(deployment, entry);
    await entry.promise;
  }

  async function steps(deployment: number): Promise<void> {
    timers.get(deployment)?.cancel();
    timers.delete(deployment);
    await decide(bot, deployment);
    for (let count = 0; count < mostSteps && !stopping; count += 1) {
      const step = await runStages(bot, deployment);
      if (step === "again") continue;
      if (step !== undefined) lookAgain(deployment, step);
      return;
    }
  }

  function lookAgain(deployment: number, inMs: number): void {
    if (stopping) return;
    const timer = bot.context.clock.after(inMs, () => {
      timers.delete(deployment);
      advance(deployment).catch((error) =>
        bot.log.error({ err: error, deployment }, "a deployment could not be looked at"),
      );
    });
    timers.set(deployment, timer);
  }

  async function idle(): Promise<void> {
    while (underWay.size > 0) await Promise.allSettled([...underWay.values()].map((entry) => entry.promise));
  }

  return {
    advance,
    idle,
    async stop() {
      stopping = true;
      for (const timer of timers.values()) timer.cancel();
      await idle();
    },
  };
}
