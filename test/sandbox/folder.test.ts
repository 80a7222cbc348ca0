/** The sandbox's folder: fresh at every start, and never taken from a sandbox that still runs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeFolder } from "../../sandbox/folder.ts";
import { createContext } from "../../src/context.ts";

const context = createContext();
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "signalbox-folder-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

it("is made afresh", async () => {
  const first = await makeFolder(context, dataDir);
  await writeFile(join(first.site, "old"), "");
  const second = await makeFolder(context, dataDir);
  await expect(stat(join(second.site, "old"))).rejects.toThrow("ENOENT");
});

it("is not taken from a sandbox that still runs, and a bot that was left over is stopped", async () => {
  // Its name ends as the bot's does, by which a process is told from another with a used-again number.
  const script = join(dataDir, "signalbox.js");
  await writeFile(
    script,
    `await import(${JSON.stringify(fileURLToPath(new URL("stand-in-bot.ts", import.meta.url)))});`,
  );
  const env = { ...process.env, PORT: "0", HOST: "127.0.0.1", DATA_DIR: "quick" };
  const other = spawn(process.execPath, [script], { env });
  const ended = once(other, "exit");
  await once(other.stdout, "data");
  const running = join(dataDir, "sandbox", "running.json");
  await mkdir(join(dataDir, "sandbox"), { recursive: true });

  await writeFile(running, JSON.stringify({ sandbox: other.pid }));
  await expect(makeFolder(context, dataDir)).rejects.toThrow(/Another sandbox \(process \d+\) is using/);

  await writeFile(running, JSON.stringify({ sandbox: process.pid, bot: other.pid }));
  await makeFolder(context, dataDir);
  await ended;
});

it("whose note was cut short by a crash does not stop the next start", async () => {
  await mkdir(join(dataDir, "sandbox"), { recursive: true });
  await writeFile(join(dataDir, "sandbox", "running.json"), '{"sandbox": 1');
  const folder = await makeFolder(context, dataDir);
  expect((await stat(folder.site)).isDirectory()).toBe(true);
});
