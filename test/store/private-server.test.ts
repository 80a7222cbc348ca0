/**
 * The private server, driven by real processes that are really killed. As root every case is run; as an ordinary user
 * those are skipped that need another user or a disk of their own, which only root can give.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type As,
  type BotProcess,
  lives,
  opened,
  query,
  refusal,
  refused,
  startBotProcess,
  untilEnded,
} from "./bot-process.ts";

const root = process.getuid?.() === 0;
const ordinary: As = { uid: 65_534, gid: 65_534 };

let folder: string;
let dataDir: string;
let elsewhere: string;
let bots: BotProcess[];

/** A new folder that others may enter. */
async function makeFolder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "signalbox-store-"));
  await chmod(made, 0o755);
  return made;
}

beforeEach(async () => {
  folder = await makeFolder();
  dataDir = join(folder, "data");
  // Where PostgreSQL's programs may have to be copied to.
  elsewhere = await makeFolder();
  bots = [];
});
afterEach(async () => {
  for (const bot of bots) {
    if (bot.child.exitCode === null && bot.child.signalCode === null) await bot.kill();
  }
  for (const bot of bots) {
    if (!("opened" in bot.said)) continue;
    const { pid } = bot.said.opened;
    if (lives(pid)) process.kill(pid, "SIGINT");
    await untilEnded(pid);
  }
  for (const made of [folder, elsewhere]) await rm(made, { recursive: true, force: true });
});

/** A database that was made once, for the tests to copy that are about something else. */
let ready: string;
beforeAll(async () => {
  ready = await makeFolder();
  const away = await makeFolder();
  const bot = await startBotProcess(join(ready, "data"), away);
  opened(bot);
  await bot.end();
  await rm(away, { recursive: true });
});
afterAll(() => rm(ready, { recursive: true, force: true }));

async function copyReady(to = dataDir): Promise<void> {
  await mkdir(to, { recursive: true });
  execFileSync("cp", ["-a", join(ready, "data", "postgres"), to]);
}

async function start(as?: As, from = dataDir): Promise<BotProcess> {
  const bot = await startBotProcess(from, elsewhere, as);
  bots.push(bot);
  return bot;
}

const users: [string, As | undefined][] = root
  ? [
      ["as root", undefined],
      ["as an ordinary user", ordinary],
    ]
  : [["as an ordinary user (run as root to see both)", undefined]];

describe.each(users)("%s", (_name, as) => {
  beforeEach(async () => {
    if (as === undefined) return;
    for (const made of [folder, elsewhere]) await chown(made, as.uid, as.gid);
  });

  test("made at the first start, found after kill -9, stopped with the bot, started again with its data", async () => {
    const first = await start(as);
    const server = opened(first);
    expect(server.folder).toBe(join(dataDir, "postgres"));
    expect(await query(server, "show listen_addresses")).toEqual([{ listen_addresses: "" }]);
    expect(await query(server, "show fsync")).toEqual([{ fsync: "on" }]);
    await query(server, "create table kept (n int)");
    await query(server, "insert into kept values (1)");

    await first.kill();
    expect(lives(server.pid)).toBe(true);
    const second = await start(as);
    expect(opened(second).pid).toBe(server.pid);
    expect(second.log()).toContain("still runs from before");

    await second.end();
    await untilEnded(server.pid);
    const third = await start(as);
    expect(opened(third).pid).not.toBe(server.pid);
    expect(await query(opened(third), "select n from kept")).toEqual([{ n: 1 }]);
    await third.end();
    const owner = (await stat(server.folder)).uid;
    expect(owner).not.toBe(0);
    if (as !== undefined) expect(owner).toBe(as.uid);
  });
});

test("killed together with its server, it starts again and has what was committed", async () => {
  await copyReady();
  const first = await start();
  const server = opened(first);
  await query(server, "create table kept (n int)");
  await query(server, "insert into kept values (1)");
  await first.kill();
  process.kill(server.pid, "SIGKILL");
  await untilEnded(server.pid);
  const second = await start();
  expect(await query(opened(second), "select n from kept")).toEqual([{ n: 1 }]);
  await second.end();
});

test("killed under a bot that runs on, it is started again where the bot looks for it, and stopped with it", async () => {
  const long = join(folder, ...Array.from({ length: 5 }, (_, index) => `${index}${"x".repeat(30)}`));
  await copyReady(long);
  const bot = await start(undefined, long);
  const server = opened(bot);
  await query(server, "create table kept as select 1 as n");
  process.kill(server.pid, "SIGKILL");
  await untilEnded(server.pid);
  await expect.poll(() => query(server, "select n from kept"), { timeout: 30_000 }).toEqual([{ n: 1 }]);
  expect(bot.log()).toContain("has ended; it is started again");
  await bot.end();
  await expect(stat(server.connection.host)).rejects.toThrow("ENOENT");
});

test("two bots that start at once on one DATA_DIR: one opens it, the other says who has it", async () => {
  await copyReady();
  const both = await Promise.all([start(), start()]);
  const [winner] = both.filter((bot) => "opened" in bot.said);
  const [loser] = both.filter((bot) => "refused" in bot.said);
  if (winner === undefined || loser === undefined) throw new Error(both.map((bot) => JSON.stringify(bot.said)).join());
  expect(refused(loser)).toMatch(
    new RegExp(
      `is held by another Signalbox: process ${winner.child.pid} on .+, since \\d{4}-.+Z\\. Stop that one, or`,
    ),
  );
  expect(await query(opened(winner), "select 1 as n")).toEqual([{ n: 1 }]);
  await winner.end();
  const next = await start();
  await opened(next);
  await next.end();
});

test("a path that is too long for a socket", async () => {
  const long = join(folder, ...Array.from({ length: 5 }, (_, index) => `${index}${"x".repeat(30)}`));
  await copyReady(long);
  const first = await start(undefined, long);
  const server = opened(first);
  expect(server.connection.host.length).toBeLessThan(80);
  expect((await stat(server.connection.host)).mode & 0o777).toBe(0o700);
  expect(first.log()).toContain("too long for a socket");
  await first.kill();
  const second = await start(undefined, long);
  expect(opened(second)).toEqual(server);
  await second.end();
  await expect(stat(server.connection.host)).rejects.toThrow("ENOENT");
});

test("a half-made database is made anew, and nothing else is touched", async () => {
  await mkdir(join(dataDir, "postgres.making-0000", "base"), { recursive: true });
  await writeFile(join(dataDir, "postgres.making-0000", "PG_VERSION"), "18\n");
  await writeFile(join(dataDir, "notes.txt"), "mine");
  const bot = await start();
  opened(bot);
  expect(bot.log()).toContain("only half made");
  await bot.end();
  const names = await readdir(dataDir);
  expect(names.filter((name) => name.includes("making"))).toEqual([]);
  expect(await readFile(join(dataDir, "notes.txt"), "utf8")).toBe("mine");
});

test("a half-made database that is still being filled is removed once that is over", async () => {
  await copyReady();
  const wal = join(dataDir, "postgres.making-0000", "pg_wal");
  await mkdir(wal, { recursive: true });
  const filling = spawn(process.execPath, [
    "--eval",
    `const until = Date.now() + 1200;
    for (let n = 0; Date.now() < until; n += 1) require("node:fs").writeFileSync(process.argv[1] + "/" + n, "");`,
    wal,
  ]);
  const filled = once(filling, "exit");
  while ((await readdir(wal)).length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  const bot = await start();
  opened(bot);
  await bot.end();
  expect((await readdir(dataDir)).filter((name) => name.includes("making"))).toEqual([]);
  await filled;
});

test("a bot killed while it makes the database is followed by one that makes it", async () => {
  const first = startBotProcess(dataDir, elsewhere).catch((error: unknown) => error);
  // As soon as there is anything of it.
  let pid: number | undefined;
  while (pid === undefined) {
    const names = await readdir(dataDir).catch(() => []);
    if (names.some((name) => name.includes("making"))) {
      const holder = names.find((name) => name.startsWith("holder."));
      if (holder !== undefined) pid = JSON.parse(await readFile(join(dataDir, holder), "utf8")).pid;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  process.kill(pid, "SIGKILL");
  await first;
  const second = await start();
  expect(await query(opened(second), "select 1 as n")).toEqual([{ n: 1 }]);
  await second.end();
});

test("a database of another version is refused and left as it is", async () => {
  await copyReady();
  const version = join(dataDir, "postgres", "PG_VERSION");
  await writeFile(version, "17\n");
  expect(await refusal(dataDir, elsewhere)).toMatch(
    /is of PostgreSQL 17, and this Signalbox brings PostgreSQL 18.*Nothing was changed/,
  );
  await writeFile(version, "18\n");
  const again = await start();
  opened(again);
  await again.end();
});

test("a folder that is not ours is refused and left as it is", async () => {
  await mkdir(join(dataDir, "postgres"), { recursive: true });
  await writeFile(join(dataDir, "postgres", "PG_VERSION"), "18\n");
  expect(await refusal(dataDir, elsewhere)).toMatch(
    /is not empty, and Signalbox did not make what is in it\. Nothing was changed/,
  );
  expect(await readdir(join(dataDir, "postgres"))).toEqual(["PG_VERSION"]);
});

test("a note of a server that names a process which is another one now", async () => {
  await copyReady();
  const first = await start();
  const server = opened(first);
  await first.end();
  await writeFile(
    join(server.folder, "postmaster.pid"),
    `${process.pid}\n${server.folder}\n1\n5432\n/nowhere\n\n1 1\nready\n`,
  );
  const second = await start();
  expect(await query(opened(second), "select 1 as n")).toEqual([{ n: 1 }]);
  expect(second.log()).toContain("names a process that is not the server");
  await second.end();
});

test("DATA_DIR by another name is the same DATA_DIR", async () => {
  await copyReady();
  const first = await start();
  const server = opened(first);
  await symlink(dataDir, join(folder, "link"));
  expect(await refusal(join(folder, "link"), elsewhere)).toContain("is held by another Signalbox");
  await first.kill();
  const second = await start(undefined, join(folder, "link"));
  expect(opened(second).pid).toBe(server.pid);
  await second.end();
});

test.skipIf(!root)("as root in a home that others may not enter (needs root)", async () => {
  const home = join(folder, "home");
  await mkdir(home, { mode: 0o700 });
  await chmod(home, 0o700);
  const inHome = join(home, "data");
  const first = await start(undefined, inHome);
  const server = opened(first);
  expect(server.folder.startsWith(elsewhere)).toBe(true);
  expect(first.log()).toMatch(/the database is kept outside of DATA_DIR/);
  await query(server, "create table kept (n int)");
  await first.kill();
  const second = await start(undefined, inHome);
  expect(opened(second)).toEqual(server);
  await second.end();
  // Letting others in later must not make it begin with an empty database in DATA_DIR.
  await chmod(home, 0o755);
  const third = await start(undefined, inHome);
  expect(opened(third).folder).toBe(server.folder);
  expect(await query(opened(third), "select count(*)::int as n from kept")).toEqual([{ n: 0 }]);
  await third.end();
  await rm(server.folder, { recursive: true });
  expect(await refusal(inHome, elsewhere)).toMatch(/says that the database is in .+, but it is not there/);
});

test.skipIf(!root)("as root, a database that its user may no longer reach (needs root)", async () => {
  const home = join(folder, "home");
  await copyReady(join(home, "data"));
  await chmod(home, 0o700);
  expect(await refusal(join(home, "data"), elsewhere)).toMatch(
    /may not enter .+home\. Let others enter it.+Nothing was changed/,
  );
});

test.skipIf(!root)("a folder that the bot may not write to (needs root to make one)", async () => {
  await mkdir(dataDir, { mode: 0o755 });
  expect(refused(await start(ordinary))).toMatch(
    /DATA_DIR \(.+\) cannot be used: EACCES.+Give the bot a folder that it may write to/,
  );
});

/** A small disk of its own; only root may mount one, and not in every container. */
function smallDisk(megabytes: number): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=755`, "tmpfs", dataDir], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!root)("a full disk (needs root to mount one)", () => {
  afterEach(() => {
    try {
      execFileSync("umount", ["-l", dataDir], { stdio: "ignore" });
    } catch {
      // It was not mounted.
    }
  });

  test("no room for a new database: said before anything is made", async (context) => {
    await mkdir(dataDir);
    if (!smallDisk(50)) return context.skip("this machine does not let root mount a disk");
    expect(await refusal(dataDir, elsewhere)).toMatch(
      /There is no room for the database: the disk of .+ has \d+ MB free, and .+ needs 100 MB/,
    );
    expect((await readdir(dataDir)).filter((name) => name.startsWith("postgres"))).toEqual([]);
  });

  test("a disk that has become full: said so, and nothing is lost", async (context) => {
    await mkdir(dataDir);
    if (!smallDisk(160)) return context.skip("this machine does not let root mount a disk");
    await copyReady();
    const first = await start();
    await query(opened(first), "create table kept as select 1 as n");
    await first.end();
    const filler = join(dataDir, "filler");
    execFileSync("sh", ["-c", `cat /dev/zero > ${filler} 2>/dev/null || true`]);
    expect(await refusal(dataDir, elsewhere)).toMatch(
      /The disk of .+ is full \(0 MB free\): free some space and start again/,
    );
    await rm(filler);
    const second = await start();
    expect(await query(opened(second), "select n from kept")).toEqual([{ n: 1 }]);
    await second.end();
  });
});
