/**
 * The bot that is measured: the ordinary one as a process of its own, with its private PostgreSQL that really syncs,
 * between the sandbox's GitHub and Slack, which run in the bench's process.
 */

import { type BotProcess, createBotProcess } from "../sandbox/bot-process.ts";
import { type OpenScene, openScene } from "../sandbox/open-scene.ts";
import type { Scene } from "../sandbox/scene.ts";
import type { SandboxMessage } from "../sandbox/slack-contract.ts";
import type { Bench } from "./measure.ts";

export const [developer, releaseManager] = ["U0ALICE", "U0ROSA"] as const;

/** Longer than anything may take; whoever waits longer has found a fault, and says what the bot logged last. */
const patienceMs = 30_000;

export type BenchedBot = OpenScene<BotProcess> & {
  /** Resolves when it is so. Looks whenever GitHub or Slack changed, and every few milliseconds. */
  until<Seen>(what: string, look: () => Seen | undefined): Promise<Seen>;
  /** Deliveries that the bot has stored and not handled yet, as its own metrics say. */
  waiting(): Promise<number>;
};

export async function openBot(
  bench: Bench,
  options: { readonly settings?: Readonly<Record<string, string>>; readonly scene?: Scene } = {},
): Promise<BenchedBot> {
  const { context } = bench;
  const sample = await openScene({
    ...{ ...options, context, createBot: createBotProcess },
    ...{ folder: await bench.folder(), siteUrl: "https://shop.example" },
  });
  bench.onEnd(() => sample.close());
  return {
    ...sample,
    async until(what, look) {
      const began = context.clock.monotonic();
      for (;;) {
        const seen = look();
        if (seen !== undefined) return seen;
        if (context.clock.monotonic() - began > patienceMs) {
          throw new Error(`waited in vain for ${what}\n${sample.log.slice(-15).join("\n")}`);
        }
        await context.clock.sleep(5);
      }
    },
    async waiting() {
      const response = await context.fetch(`${sample.botUrl}/metrics`);
      const found = /^signalbox_inbox_waiting (\d+)$/m.exec(await response.text());
      if (found === null) throw new Error("the bot's metrics do not say how many deliveries wait");
      return Number(found[1]);
    },
  };
}

/** Starts it; rejects with its last lines when it does not become ready. */
export async function startBot(bot: OpenScene<BotProcess>): Promise<void> {
  await bot.bot.start();
  if (bot.bot.state() !== "running") throw new Error(`the bot did not start\n${bot.log.slice(-15).join("\n")}`);
}

function toldOnly(bot: OpenScene<BotProcess>, user: string): readonly SandboxMessage[] {
  return bot.slack.messages(bot.channel).filter((one) => one.ephemeralFor === user);
}

/** In ms since the command was typed. */
export type Times = { readonly acknowledged: number; readonly answered: number };

/** Types a command as the developer; resolves when the answer can be read. */
export async function typeCommand(bench: Bench, bot: BenchedBot, text: string): Promise<Times> {
  const { clock } = bench.context;
  const before = toldOnly(bot, developer).length;
  let shown: (() => void) | undefined;
  const answer = new Promise<void>((resolve) => {
    shown = resolve;
  });
  const forget = bot.slack.onChange(() => {
    if (toldOnly(bot, developer).length > before) shown?.();
  });
  const began = clock.monotonic();
  const { status } = await bot.slack.command(developer, bot.channel, text);
  const acknowledged = clock.monotonic() - began;
  if (status !== 200) throw new Error(`${text} was answered with ${status}`);
  await answer;
  const answered = clock.monotonic() - began;
  forget();
  return { acknowledged, answered };
}
