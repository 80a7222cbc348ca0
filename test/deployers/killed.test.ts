/** Kill -9, of the bot and of the supervisor, at every point: nothing runs twice, and what is told afterwards is true. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createContext } from "../../src/context.ts";
import type { Attempt } from "../../src/deployers/contract.ts";
import { attemptFolder } from "../../src/deployers/run/attempt-folder.ts";
import { membersOf } from "../../src/deployers/run/process-table.ts";
import { readCommand, readSupervisor } from "../../src/deployers/run/records.ts";
import type { RunDeployerOptions } from "../../src/deployers/run.ts";
import { handleOf, until, untilEnded } from "./attempts.ts";
import { operatorRules, type RunBench, runBench } from "./run-bench.ts";

const program = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const context = createContext();

let bench: RunBench;
let attempts: Attempt[] = [];

function attempt(rest: string, options: Parameters<RunBench["attempt"]>[1] = {}): Attempt {
  const made = bench.attempt(bench.counting(rest), options);
  attempts.push(made);
  return made;
}

afterEach(async () => {
  await bench.close(attempts);
  attempts = [];
});

describe("a bot killed with -9", () => {
  beforeEach(() => {
    bench = runBench();
  });

  /** Resolves when it is dead; a bot that got as far as `started` is killed then. */
  function doomedBot(dieAt: string, doomed: Attempt): Promise<NodeJS.Signals | null> {
    const { dataDir, repository } = bench;
    const work = { dataDir, repository: repository.path, path: process.env["PATH"] ?? "", dieAt, attempt: doomed };
    const bot = spawn(process.execPath, [program("./doomed-bot.ts"), JSON.stringify(work)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    bot.stdout.on("data", () => bot.kill("SIGKILL"));
    return new Promise((resolve) => bot.once("exit", (_code, signal) => resolve(signal)));
  }

  test("in the middle of the command: it runs on, and its output and end are found", async () => {
    const made = attempt("echo the end; exit 3");
    expect(await doomedBot("never", made)).toBe("SIGKILL");
    await bench.running(1);
    const found = await bench.deployer.find(made);
    if (found.kind !== "started") throw new Error("it was not found");
    expect(await bench.deployer.observe(made, found.handle)).toMatchObject({ state: "running" });
    bench.letGo();
    const ended = await untilEnded(bench.deployer, made, found.handle);
    expect(ended).toMatchObject({ state: "failure", message: "exited with code 3", outputTail: "the end\n" });
    expect(bench.counted()).toBe(1);
  });

  test.each(["run.asked-git-access", "run.spawned"])("at %s: nothing was started, and it can be", async (point) => {
    const made = attempt("true");
    expect(await doomedBot(point, made)).toBe("SIGKILL");
    expect(await bench.deployer.find(made)).toEqual({ kind: "impossible" });
    bench.letGo();
    const handle = handleOf(await bench.deployer.start(made));
    expect(await untilEnded(bench.deployer, made, handle)).toMatchObject({ state: "success" });
    expect(bench.counted()).toBe(1);
  });

  test.each(["run.ordered", "run.answered"])("at %s: it runs once, whoever asks again", async (point) => {
    const made = attempt("true");
    expect(await doomedBot(point, made)).toBe("SIGKILL");
    const handle = handleOf(await bench.deployer.start(made));
    await bench.running(1);
    expect(await bench.deployer.find(made)).toMatchObject({ kind: "started", handle: { token: made.token } });
    bench.letGo();
    expect(await untilEnded(bench.deployer, made, handle)).toMatchObject({ state: "success" });
    expect(bench.counted()).toBe(1);
  });
});

function openDoomed(file: "die-at" | "hold-at", point: string, options: Partial<RunDeployerOptions> = {}): void {
  bench = runBench({ program: program("./doomed-supervisor.ts"), ...options });
  mkdirSync(bench.dataDir, { recursive: true });
  writeFileSync(join(bench.dataDir, file), point);
}

describe("an order that a slow supervisor still has when its bot was killed", () => {
  let allowed = true;
  /** Resolves when the processes of so many supervisors have ended. */
  let gone: (count: number) => Promise<unknown>;

  /** The bot is dead, and the supervisor has got as far as it may without the folder. */
  async function ordered(): Promise<Attempt> {
    let ended = 0;
    gone = (count) => until(() => (ended >= count ? true : undefined));
    allowed = true;
    openDoomed("hold-at", "supervisor.folder-prepared", {
      operator: operatorRules({ commandsAllowed: () => allowed }),
      onEnded: () => {
        ended += 1;
      },
    });
    bench.letGo();
    const made = attempt("true");
    bench.faults.arm("run.ordered");
    await expect(bench.deployer.start(made)).rejects.toThrow("run.ordered");
    await until(() => existsSync(join(bench.dataDir, "held")) || undefined);
    return made;
  }
  const goOn = () => writeFileSync(join(bench.dataDir, "go-on"), "");

  test("is not carried out once it was told that it cannot be, and a later look tells the same", async () => {
    const made = await ordered();
    expect(await bench.deployer.find(made)).toEqual({ kind: "impossible" });
    expect(await bench.deployer.find(made)).toEqual({ kind: "impossible" });
    goOn();
    await gone(1);
    expect(bench.counted()).toBe(0);
    expect(await bench.deployer.find(made)).toEqual({ kind: "impossible" });
  });

  test("is not carried out when the start that follows is forbidden", async () => {
    const made = await ordered();
    expect(await bench.deployer.find(made)).toEqual({ kind: "impossible" });
    allowed = false;
    expect(await bench.deployer.start(made)).toMatchObject({ kind: "refused" });
    goOn();
    await gone(1);
    expect(bench.counted()).toBe(0);
  });

  test("is not carried out when the supervisor of the start that follows dies", async () => {
    const made = await ordered();
    expect(await bench.deployer.find(made)).toEqual({ kind: "impossible" });
    rmSync(join(bench.dataDir, "hold-at"));
    writeFileSync(join(bench.dataDir, "die-at"), "supervisor.folder-prepared");
    expect(await bench.deployer.start(made)).toMatchObject({ kind: "refused" });
    goOn();
    await gone(2);
    expect(bench.counted()).toBe(0);
  });

  test("runs once beside that of the start that follows, and is found where it came first", async () => {
    const made = await ordered();
    expect(await bench.deployer.find(made)).toEqual({ kind: "impossible" });
    rmSync(join(bench.dataDir, "hold-at"));
    const handle = handleOf(await bench.deployer.start(made));
    goOn();
    await gone(2);
    expect(await untilEnded(bench.deployer, made, handle)).toMatchObject({ state: "success" });
    expect(bench.counted()).toBe(1);

    const second = await ordered();
    goOn();
    await gone(1);
    expect(await bench.deployer.find(second)).toMatchObject({ kind: "started", handle: { token: second.token } });
    expect(bench.counted()).toBe(1);
  });
});

describe("a supervisor killed with -9", () => {
  const open = (dieAt: string) => openDoomed("die-at", dieAt);

  test("before it made the folder: refused, with nothing begun", async () => {
    open("supervisor.folder-prepared");
    const made = attempt("true");
    expect(await bench.deployer.start(made)).toMatchObject({ kind: "refused", outcome: "error" });
    expect(await bench.deployer.find(made)).toEqual({ kind: "impossible" });
    expect(bench.counted()).toBe(0);
  });

  test.each([
    "supervisor.claimed",
    "supervisor.answered",
    "supervisor.fetched",
    "supervisor.checked-out",
    "supervisor.command-held",
    "supervisor.command-recorded",
  ])("at %s: the command has not run and never will", async (point) => {
    open(point);
    const made = attempt("true");
    const handle = handleOf(await bench.deployer.start(made));
    const ended = await untilEnded(bench.deployer, made, handle);
    expect(ended).toMatchObject({ state: "error", proven: true });
    expect(ended.message).toContain("nothing of it runs any more");
    const same = { kind: "started", handle: { token: made.token } };
    expect(await bench.deployer.find(made)).toMatchObject(same);
    expect(await bench.deployer.start(made)).toMatchObject(same);
    expect(bench.counted()).toBe(0);
  });

  test("while the command runs: it is seen to run, then proven to have ended, and how is not made up", async () => {
    open("supervisor.command-let-go");
    const made = attempt("true");
    const handle = handleOf(await bench.deployer.start(made));
    await bench.running(1);
    await supervisorGone(made);
    const orphan = await bench.deployer.observe(made, handle);
    expect(orphan).toMatchObject({ state: "running", message: expect.stringContaining("supervisor has gone") });
    bench.letGo();
    const ended = await untilEnded(bench.deployer, made, handle);
    expect(ended).toMatchObject({
      state: "error",
      proven: true,
      message: expect.stringContaining("while the command ran"),
    });
    expect(bench.counted()).toBe(1);
  });

  test("while the command runs: it can still be cancelled", async () => {
    open("supervisor.command-let-go");
    const made = attempt("true");
    const handle = handleOf(await bench.deployer.start(made));
    await bench.running(1);
    await supervisorGone(made);
    await bench.deployer.cancel(made, handle);
    expect(await untilEnded(bench.deployer, made, handle)).toMatchObject({ state: "cancelled", proven: true });
  });

  test("while the command runs: it is ended at its deadline all the same", async () => {
    open("supervisor.command-let-go");
    const made = attempt("true");
    const handle = handleOf(await bench.deployer.start(made));
    await bench.running(1);
    await supervisorGone(made);
    const late = { ...made, deadlineAt: Date.now() - 1 };
    expect(await untilEnded(bench.deployer, late, handle)).toMatchObject({ state: "error", proven: true });
    const command = await readCommand(context, attemptFolder(bench.dataDir, made.token));
    if (command === undefined) throw new Error("the command left no record");
    expect(await membersOf(context, command)).toEqual([]);
  });

  test("after the command ended: its end cannot be known, and it is not run again", async () => {
    open("supervisor.command-ended");
    bench.letGo();
    const made = attempt("echo done");
    const handle = handleOf(await bench.deployer.start(made));
    const ended = await untilEnded(bench.deployer, made, handle);
    expect(ended).toMatchObject({ state: "error", proven: true, outputTail: "done\n" });
    expect(bench.counted()).toBe(1);
  });

  test("after it wrote the end: the end stands", async () => {
    open("supervisor.exit-written");
    bench.letGo();
    const made = attempt("echo done");
    const handle = handleOf(await bench.deployer.start(made));
    expect(await untilEnded(bench.deployer, made, handle)).toMatchObject({ state: "success", proven: true });
  });

  async function supervisorGone(made: Attempt): Promise<void> {
    const supervisor = await readSupervisor(context, attemptFolder(bench.dataDir, made.token));
    await until(async () => {
      const stat = await context.files.readFile(`/proc/${supervisor?.pid}/stat`, "utf8").catch(() => "gone");
      return stat === "gone" || stat.includes(") Z ") ? true : undefined;
    });
  }
});

describe("a folder found on another machine", () => {
  async function ended(change: (record: { machine: Record<string, string> }) => void) {
    bench = runBench();
    const made = attempt("true");
    const handle = handleOf(await bench.deployer.start(made));
    await bench.running(1);
    const { supervisor } = attemptFolder(bench.dataDir, made.token);
    const before = readFileSync(supervisor, "utf8");
    const record = JSON.parse(before);
    change(record);
    writeFileSync(supervisor, JSON.stringify(record));
    const seen = await bench.deployer.observe(made, handle);
    writeFileSync(supervisor, before);
    return seen;
  }

  test("the same one after it was started anew: proven to have ended", async () => {
    const seen = await ended((record) => {
      record.machine["bootId"] = "another-boot";
    });
    expect(seen).toMatchObject({ state: "error", proven: true });
  });

  test("the same container after it was started anew: proven to have ended", async () => {
    const seen = await ended((record) => {
      record.machine["pidNamespace"] = "pid:[1]";
    });
    expect(seen).toMatchObject({ state: "error", proven: true });
  });

  test("another one: nothing is proven, and its name is told", async () => {
    const seen = await ended((record) => {
      record.machine["bootId"] = "another-boot";
      record.machine["host"] = "build-7";
    });
    expect(seen).toMatchObject({ state: "unknown", proven: false, message: expect.stringContaining("build-7") });
  });

  test("a process id that was given to somebody else is not taken for the supervisor", async () => {
    bench = runBench();
    const made = attempt("true");
    const handle = handleOf(await bench.deployer.start(made));
    bench.letGo();
    await untilEnded(bench.deployer, made, handle);
    const paths = attemptFolder(bench.dataDir, made.token);
    await context.files.rm(paths.exit);
    await context.files.rm(paths.command);
    const record = JSON.parse(readFileSync(paths.supervisor, "utf8"));
    // This very test runs, but it began at another time.
    writeFileSync(paths.supervisor, JSON.stringify({ ...record, pid: process.pid, start: "1" }));
    expect(await bench.deployer.observe(made, handle)).toMatchObject({ state: "error", proven: true });
  });
});

test("what another host runs is left to it until its time limit, and is unknown after", async () => {
  bench = runBench({ onlyHost: false });
  const there = { host: "another-host", token: "t-1" };
  const now = Date.now();
  expect(await bench.deployer.observe({ ...attempt("true"), deadlineAt: now + 1_000 }, there)).toMatchObject({
    state: "running",
  });
  expect(await bench.deployer.observe({ ...attempt("true"), deadlineAt: now - 60_000 }, there)).toMatchObject({
    state: "unknown",
    proven: false,
  });
});

test("without a folder, only the one host there is can tell that nothing was started", async () => {
  bench = runBench({ onlyHost: false });
  expect(await bench.deployer.find(attempt("true"))).toMatchObject({ kind: "unknown" });
});
