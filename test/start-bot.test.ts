import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Context, createContext } from "../src/context.ts";
import { startInProcess } from "./cost/bot-between.ts";
import { privateKey } from "./github/a-client.ts";
import { type TestDatabase, testDatabase } from "./harness/database.ts";

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
  const nowhere = "http://127.0.0.1:1";
  const starting = startInProcess({
    context: { ...real, clock: { ...real.clock, sleep } },
    database,
    folder,
    github: { appId: 1, privateKey, webhookSecret: "a-webhook-secret", apiUrl: nowhere, url: nowhere },
    slack: { botToken: "xoxb-1", signingSecret: "a-signing-secret", apiUrl: `${nowhere}/` },
    lines: [],
    port: address.port,
  });
  await expect(starting).rejects.toThrow(/EADDRINUSE/);
  taken.close();
  expect(sleeping).toBe(0);
});
