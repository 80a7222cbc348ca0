/** The bot's process as the sandbox handles it, with real processes. */
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { type BotProcess, createBotProcess, freePort } from "../../sandbox/bot-process.ts";
import { createContext } from "../../src/context.ts";

const script = fileURLToPath(new URL("stand-in-bot.ts", import.meta.url));
const started: BotProcess[] = [];
afterEach(async () => {
  for (const bot of started.splice(0)) await bot.kill();
});

async function botWith(dataDir: string) {
  const lines: string[] = [];
  const port = await freePort("127.0.0.1");
  const settings = { DATA_DIR: dataDir, HOST: "127.0.0.1", PORT: String(port), SLACK_BOT_TOKEN: "xoxb-1" };
  const bot = createBotProcess({
    context: createContext(),
    script,
    host: "127.0.0.1",
    port,
    settings,
    print: (line) => lines.push(line),
  });
  started.push(bot);
  return { bot, lines };
}

it("is running once it says that it is ready, and has its own settings only", async () => {
  process.env["SLACK_APP_TOKEN"] = "xapp-of-the-surroundings";
  const { bot, lines } = await botWith("quick");
  await bot.start();
  delete process.env["SLACK_APP_TOKEN"];
  expect(bot.state()).toBe("running");
  await bot.stop();
  expect(lines).toEqual(["settings SLACK_BOT_TOKEN", "drained"]);
  expect(bot.state()).toBe("stopped");
});

it("is killed without a chance to drain, and starts again as another process", async () => {
  const { bot, lines } = await botWith("quick");
  await bot.start();
  const first = bot.pid();
  await bot.kill();
  expect(bot.state()).toBe("stopped");
  expect(lines).not.toContain("drained");
  await bot.start();
  expect(bot.state()).toBe("running");
  expect(bot.pid()).not.toBe(first);
});

it("that ends by itself has failed, and its last words are shown", async () => {
  const { bot, lines } = await botWith("broken");
  await bot.start();
  expect(bot.state()).toBe("failed");
  expect(bot.note()).toBe("The bot ended by itself (exit code 1). The log says why.");
  expect(lines).toContain("WEBHOOK_SECRET is missing");
});

it("is killed while it is still starting", async () => {
  const { bot } = await botWith("dull");
  const starting = bot.start();
  expect(bot.state()).toBe("starting");
  await bot.kill();
  await starting;
  expect(bot.state()).toBe("stopped");
});
