/** Who holds a DATA_DIR, when processes can be seen and when they cannot: in another container, on another machine. */

import * as files from "node:fs/promises";
import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Context } from "../../src/context.ts";
import { type Hold, holdDataDir, silentMs } from "../../src/store/data-dir/hold.ts";
import { type TestContext, testContext } from "../harness/test-context.ts";

const log = pino({ level: "silent" });
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "signalbox-hold-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** A bot in a place of its own: what it reads of the machine, and how its clock goes. */
function bot(place: { readonly namespace?: string; readonly boot?: string } = {}): TestContext {
  const readFile: typeof files.readFile = ((path: string, ...rest: [BufferEncoding]) =>
    place.boot !== undefined && path.endsWith("boot_id")
      ? Promise.resolve(place.boot)
      : files.readFile(path, ...rest)) as typeof files.readFile;
  const readlink: typeof files.readlink = ((path: string) =>
    Promise.resolve(place.namespace ?? (path && "pid:[1]"))) as typeof files.readlink;
  const overrides: Partial<Context> = { files: { ...files, readFile, readlink } };
  return testContext({ start: Date.now(), overrides });
}

const hold = ({ context }: TestContext) => holdDataDir({ context, log, dataDir });

/** Lets the bot's clock go until the promise is settled. */
async function letting(tested: TestContext, promise: Promise<Hold>): Promise<Hold> {
  let settled = false;
  const done = promise.finally(() => {
    settled = true;
  });
  done.catch(() => undefined);
  while (!settled) await tested.clock.advance(50);
  return done;
}

async function holderFile(more: object): Promise<string> {
  const file = join(dataDir, "holder.1.json");
  const holder = {
    pid: process.pid,
    host: "other",
    since: "2026-11-18T10:00:00.000Z",
    boot: "b",
    namespace: "pid:[1]",
    ...more,
  };
  await writeFile(file, JSON.stringify(holder));
  return file;
}

test("held until it is given back", async () => {
  const first = await hold(bot());
  await expect(hold(bot())).rejects.toThrow(new RegExp(`held by another Signalbox: process ${process.pid} on `));
  await first.release();
  const second = await hold(bot());
  expect(await readdir(dataDir)).toEqual(["holder.2.json"]);
  await second.release();
});

test("a holder whose process has ended is followed at once, also if its number was given again", async () => {
  await holderFile({ boot: "here", pid: 4_194_303 });
  await (await hold(bot({ boot: "here" }))).release();
  await holderFile({ boot: "here", pid: process.pid, ticks: "1" });
  await rm(join(dataDir, "holder.2.json"));
  await (await hold(bot({ boot: "here" }))).release();
});

test("a holder in another container that shows itself is refused", async () => {
  const file = await holderFile({ boot: "here", namespace: "pid:[2]", pid: 7 });
  const here = bot({ boot: "here" });
  const holding = hold(here);
  while (here.clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  const held = letting(here, holding);
  // Another container's beat, seen as the file's time of change.
  await utimes(file, new Date(), new Date(Date.now() + 1_000));
  await expect(held).rejects.toThrow(/process 7 on other, since 2026-11-18T10:00:00.000Z/);
});

test("a holder in another container that is silent is followed", async () => {
  const file = await holderFile({ boot: "here", namespace: "pid:[2]" });
  const long = new Date(Date.now() - silentMs - 1);
  await utimes(file, long, long);
  await (await hold(bot({ boot: "here" }))).release();
});

test("a holder on another machine is watched for as long as it may be silent, whatever its clock says", async () => {
  const file = await holderFile({ boot: "there" });
  await utimes(file, new Date(1_000), new Date(1_000));
  const here = bot({ boot: "here" });
  const began = here.clock.monotonic();
  const holding = hold(here);
  // Only then does the time go on: what it reads of the disk before takes none.
  while (here.clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  await (await letting(here, holding)).release();
  expect(here.clock.monotonic() - began).toBeGreaterThanOrEqual(silentMs);
});

test("a file that says nothing is watched like one of another machine", async () => {
  await writeFile(join(dataDir, "holder.1.json"), "");
  const here = bot();
  await (await letting(here, hold(here))).release();
});

test("a file that could not be written, as on a full disk, is nobody's", async () => {
  const full = bot();
  const writeFile: typeof files.writeFile = async (path, _text, options) => {
    await files.writeFile(path, "", options);
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  };
  const context = { ...full.context, files: { ...full.context.files, writeFile } };
  await expect(holdDataDir({ context, log, dataDir })).rejects.toThrow("no space left");
  // The clock stands still: waiting for the file's silence would take for ever.
  await (await hold(bot())).release();
});

test("one that looked long ago withdraws, although the number that it then takes is free again", async () => {
  await holderFile({ boot: "here", pid: 4_194_303 });
  let go = () => {};
  const paused = new Promise<void>((resolve) => {
    go = resolve;
  });
  let asked = () => {};
  const asking = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { context } = bot({ boot: "here" });
  const writeFileLater = (async (...all: Parameters<typeof files.writeFile>) => {
    asked();
    await paused;
    return files.writeFile(...all);
  }) as typeof files.writeFile;
  const slow = holdDataDir({
    context: { ...context, files: { ...context.files, writeFile: writeFileLater } },
    log,
    dataDir,
  });
  await asking;
  const first = await hold(bot({ boot: "here" }));
  await first.release();
  const second = await hold(bot({ boot: "here" }));
  expect(await readdir(dataDir)).toEqual(["holder.3.json"]);
  go();
  await expect(slow).rejects.toThrow(/is held by another Signalbox/);
  expect(await readdir(dataDir)).toEqual(["holder.3.json"]);
  await second.release();
});

test("of many that follow a dead holder at once, in any order of their steps, one holds", async () => {
  const delays = fc.array(fc.nat({ max: 6 }), { minLength: 20, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(fc.array(delays, { minLength: 2, maxLength: 4 }), async (paces) => {
      for (const name of await readdir(dataDir)) await rm(join(dataDir, name));
      await holderFile({ boot: "here", pid: 4_194_303 });
      const results = await Promise.all(
        paces.map((pace) =>
          holdDataDir({ context: paced(pace), log, dataDir }).then(
            () => "held",
            () => "refused",
          ),
        ),
      );
      expect(results.filter((result) => result === "held")).toHaveLength(1);
    }),
    { numRuns: 100 },
  );
});

/** A bot whose steps on the folder each wait for so many turns of the event loop first. */
function paced(pace: readonly number[]): Context {
  const { context } = bot({ boot: "here" });
  let step = 0;
  const wait = async () => {
    const turns = pace[step % pace.length] ?? 0;
    step += 1;
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const later =
    <Parameters extends unknown[], Result>(call: (...parameters: Parameters) => Promise<Result>) =>
    (...parameters: Parameters) =>
      wait().then(() => call(...parameters));
  return {
    ...context,
    // A file that another is just writing is looked at again a moment later.
    clock: { ...context.clock, sleep: () => new Promise((resolve) => setImmediate(resolve)) },
    files: {
      ...context.files,
      readdir: later(files.readdir) as typeof files.readdir,
      writeFile: later(files.writeFile) as typeof files.writeFile,
      rm: later(files.rm),
    },
  };
}
