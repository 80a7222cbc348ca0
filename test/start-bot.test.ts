import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Context, createContext } from "../src/context.ts";
import type { RunningBot } from "../src/start-bot.ts";
import { startInProcess } from "./cost/bot-between.ts";
import { privateKey } from "./github/a-client.ts";
import { type TestDatabase, testDatabase } from "./harness/database.ts";
import { testFaults } from "./harness/fault-points.ts";

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "signalbox-start-"));
});
afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

function start(
  context: Context,
  more: { readonly port?: number; readonly stopped?: AbortSignal },
): Promise<RunningBot> {
  const nowhere = "http://127.0.0.1:1";
  return startInProcess({
    context,
    database,
    folder,
    github: { appId: 1, privateKey, webhookSecret: "a-webhook-secret", apiUrl: nowhere, url: nowhere },
    slack: { botToken: "xoxb-1", signingSecret: "a-signing-secret", apiUrl: `${nowhere}/` },
    lines: [],
    ...more,
  });
}

test("a first start that fails leaves nothing behind that keeps its process alive", async () => {
  const real = createContext();
  // Of the clock's timers only a sleep keeps a process alive.
  let sleeping = 0;
  const sleep: Context["clock"]["sleep"] = (ms, signal) => {
    sleeping += 1;
    return real.clock.sleep(ms, signal).finally(() => {
      sleeping -= 1;
    });
  };
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const address = taken.address();
  if (address === null || typeof address === "string") throw new Error("there is no port");
  const starting = start({ ...real, clock: { ...real.clock, sleep } }, { port: address.port });
  await expect(starting).rejects.toThrow(/EADDRINUSE/);
  taken.close();
  expect(sleeping).toBe(0);
});

test("a bot that is asked to stop while it opens its database takes nothing up, and gives its folder back", async () => {
  const faults = testFaults();
  const asked = new AbortController();
  faults.arm("store.migrated", () => asked.abort());
  const context = createContext({ faults });
  const ended = await start(context, { stopped: asked.signal }).catch((error: unknown) => error);
  expect(ended).toBe(asked.signal.reason);
  const bot = await start(context, {});
  await bot.stop();
});
