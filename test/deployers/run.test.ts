/** What a command finds, what becomes of its output and its end, and who may run one at all. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createContext } from "../../src/context.ts";
import type { Attempt, Observation } from "../../src/deployers/contract.ts";
import { attemptFolder } from "../../src/deployers/run/attempt-folder.ts";
import { endGroup } from "../../src/deployers/run/end-group.ts";
import { membersOf, processTable, runningProcess } from "../../src/deployers/run/process-table.ts";
import { readCommand } from "../../src/deployers/run/records.ts";
import type { RunDeployerOptions } from "../../src/deployers/run.ts";
import { handleOf, until, untilEnded } from "./attempts.ts";
import { grantedSecret, operatorRules, type RunBench, runBench } from "./run-bench.ts";

const context = createContext();
let bench: RunBench;
let attempts: Attempt[] = [];

beforeEach(() => {
  bench = runBench();
});

afterEach(async () => {
  await bench.close(attempts);
  attempts = [];
});

async function reopen(options: Partial<RunDeployerOptions>): Promise<void> {
  await bench.close(attempts);
  bench = runBench(options);
}

async function begin(run: string, options: Parameters<RunBench["attempt"]>[1] = {}) {
  const attempt = bench.attempt(run, options);
  attempts.push(attempt);
  return { attempt, handle: handleOf(await bench.deployer.start(attempt)) };
}

async function run(text: string, options: Parameters<RunBench["attempt"]>[1] = {}): Promise<Observation> {
  const { attempt, handle } = await begin(text, options);
  return untilEnded(bench.deployer, attempt, handle);
}

/** Every file below a folder, as one text. */
function everything(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1")).join("\n");
}

describe("the environment", () => {
  test("is what was promised, and nothing of the bot's", async () => {
    process.env["BOTS_OWN_SECRET"] = "must-never-arrive";
    try {
      const seen = await run("env | sort", {
        deployment: 42,
        kind: "promotion",
        ref: "main",
        version: "1.4.0",
        previousSha: "b".repeat(40),
        previousVersion: "1.3.0",
        env: { RAILS_ENV: "staging", SIGNALBOX_SHA: "a lie" },
        secrets: ["DB_PASSWORD"],
      });
      const lines = (seen.outputTail ?? "").trim().split("\n");
      const names = lines.map((line) => line.split("=")[0]).filter((name) => name !== "_" && name !== "OLDPWD");
      expect(names).toEqual(
        [
          "DB_PASSWORD",
          "HOME",
          "LANG",
          "PATH",
          "PWD",
          "RAILS_ENV",
          "SIGNALBOX_DEPLOYMENT",
          "SIGNALBOX_ENVIRONMENT",
          "SIGNALBOX_KIND",
          "SIGNALBOX_PREVIOUS_SHA",
          "SIGNALBOX_PREVIOUS_VERSION",
          "SIGNALBOX_REF",
          "SIGNALBOX_SERVICE",
          "SIGNALBOX_SHA",
          "SIGNALBOX_VERSION",
          "TMPDIR",
          ...(lines.some((line) => line.startsWith("SHLVL=")) ? ["SHLVL"] : []),
        ].toSorted(),
      );
      expect(lines).toContain("SIGNALBOX_DEPLOYMENT=42");
      expect(lines).toContain("SIGNALBOX_KIND=promotion");
      expect(lines).toContain(`SIGNALBOX_SHA=${bench.sha}`);
      expect(lines).toContain("SIGNALBOX_PREVIOUS_VERSION=1.3.0");
      expect(lines).toContain("RAILS_ENV=staging");
      expect(seen.outputTail).not.toContain("must-never-arrive");
    } finally {
      delete process.env["BOTS_OWN_SECRET"];
    }
  });

  test("HOME and TMPDIR are private, empty and can be written", async () => {
    const seen = await run('ls -A "$HOME" "$TMPDIR" | grep -v : ; touch "$HOME/a" "$TMPDIR/b"; stat -c %a "$HOME"');
    expect(seen).toMatchObject({ state: "success" });
    expect(seen.outputTail?.trim()).toBe("700");
  });

  test("a PATH of the service is the command's alone: what fetches its revision is found where the bot says", async () => {
    const tools = join(bench.dataDir, "tools");
    mkdirSync(tools, { recursive: true });
    for (const name of ["git", "flock", "perl", "mkfifo", "cat", "hello"]) {
      writeFileSync(join(tools, name), `#!/bin/sh\necho foreign >> '${tools}/called'\n`, { mode: 0o755 });
    }
    expect(await run('printf %s "$PATH"', { env: { PATH: tools } })).toMatchObject({
      state: "success",
      outputTail: tools,
    });
    expect(existsSync(join(tools, "called"))).toBe(false);
    expect(await run("hello", { env: { PATH: tools } })).toMatchObject({ state: "success" });
    expect(existsSync(join(tools, "called"))).toBe(true);
  });

  test("what is written like shell syntax is only a value", async () => {
    const [ref, service, version, previousVersion] = [
      "$(touch pwned)",
      "`touch pwned`",
      "; touch pwned",
      "a\nb && touch pwned",
    ];
    const env = { NOTE: "'\"; touch pwned #" };
    const names = "SIGNALBOX_REF SIGNALBOX_SERVICE SIGNALBOX_VERSION SIGNALBOX_PREVIOUS_VERSION NOTE";
    const seen = await run(`[ ! -e pwned ] && printenv ${names}`, { ref, service, version, previousVersion, env });
    const values = [ref, service, version, previousVersion, env.NOTE];
    expect(seen).toMatchObject({ state: "success", outputTail: values.map((value) => `${value}\n`).join("") });
  });

  test("a value that no process can be given is an error, told in words", async () => {
    const seen = await run("true", { env: { BAD: "a\0b" } });
    expect(seen).toMatchObject({ state: "error", proven: true });
    expect(seen.message).toMatch(/null byte/i);
  });
});

describe("who may run commands", () => {
  test("a repository that the operator does not list runs nothing, and is told so", async () => {
    await reopen({ operator: operatorRules({ commandsAllowed: () => false }) });
    const attempt = bench.attempt(bench.counting("true"));
    const answer = await bench.deployer.start(attempt);
    expect(answer).toMatchObject({ kind: "refused", outcome: "error" });
    expect(answer).toHaveProperty("message", expect.stringContaining("does not let acme/shop run commands"));
    expect(bench.counted()).toBe(0);
    expect(existsSync(join(bench.dataDir, "attempts", attempt.token))).toBe(false);
  });

  test("secrets that are not granted are named, and nothing runs", async () => {
    const attempt = bench.attempt("true", { secrets: ["DB_PASSWORD", "ROOT_KEY", "OTHER"] });
    const answer = await bench.deployer.start(attempt);
    expect(answer).toMatchObject({ kind: "refused", outcome: "error" });
    expect(answer).toHaveProperty("message", expect.stringContaining("ROOT_KEY, OTHER"));
  });

  test("without access to git nothing is started, and the reason's details stay in the log", async () => {
    await reopen({ github: { gitAccess: () => Promise.reject(new Error("token ghs_abc was refused")) } });
    const answer = await bench.deployer.start(bench.attempt("true"));
    expect(answer).toMatchObject({ kind: "refused", outcome: "error", message: expect.not.stringContaining("ghs_") });
  });
});

describe("how it ends", () => {
  test.each([
    ["exit 0", "success", "exited with code 0"],
    ["exit 2", "failure", "exited with code 2"],
    ["false\necho not reached", "failure", "exited with code 1"],
    ["kill -KILL $$", "failure", "ended by SIGKILL"],
    ["no-such-program", "failure", "exited with code 127"],
  ])("%j is a %s", async (text, state, message) => {
    expect(await run(text)).toMatchObject({ state, message, proven: true });
  });

  test("a confirmation runs only after success, in the same place, and its failure says what it is", async () => {
    expect(await run("touch made", { confirm: "ls made", deployment: 1 })).toMatchObject({ state: "success" });
    const no = await run("echo ran", { confirm: "echo asked; exit 4", deployment: 2 });
    expect(no).toMatchObject({ state: "failure", outputTail: "ran\nasked\n" });
    expect(no.message).toMatch(/could not be confirmed.*exited with code 4/);
    const never = await run("exit 5", { confirm: "echo asked", deployment: 3 });
    expect(never).toMatchObject({ state: "failure", message: "exited with code 5", outputTail: "" });
  });

  test("what a command leaves running neither holds up its end nor is ended", async () => {
    const seen = await run("sleep 300 & echo $! ; echo done");
    expect(seen).toMatchObject({ state: "success" });
    const pid = Number(seen.outputTail?.split("\n")[0]);
    expect(await runningProcess(context, pid)).toBeDefined();
    context.processes.kill(pid, "SIGKILL");
  });

  test("whoever started it is told of the end at once", async () => {
    const ended: string[] = [];
    let wake = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await reopen({
      onEnded: (attempt) => {
        ended.push(attempt.token);
        wake();
      },
    });
    const { attempt, handle } = await begin("exit 3");
    await woken;
    expect(ended).toEqual([attempt.token]);
    expect(await bench.deployer.observe(attempt, handle)).toMatchObject({ state: "failure" });
  });
});

describe("being stopped", () => {
  async function family() {
    // A child of the group, and a grandchild that job control puts into a group of its own.
    const begun = await begin(
      bench.counting("true").replace("until", "sleep 300 & set -m; (sleep 301) & set +m\nuntil"),
    );
    await bench.running(1);
    const command = await readCommand(context, attemptFolder(bench.dataDir, begun.attempt.token));
    if (command === undefined) throw new Error("the command left no record");
    await until(async () => ((await membersOf(context, command)).length >= 3 ? true : undefined));
    return { ...begun, command };
  }

  test("cancelling ends the command and all that it started", async () => {
    const { attempt, handle, command } = await family();
    await bench.deployer.cancel(attempt, handle);
    expect(await untilEnded(bench.deployer, attempt, handle)).toMatchObject({ state: "cancelled", proven: true });
    expect(await membersOf(context, command)).toEqual([]);
  });

  test("a wish that was only written down, because the bot was killed then, ends the command too", async () => {
    const { attempt, handle } = await begin(bench.counting("true"));
    await bench.running(1);
    bench.faults.arm("run.cancel-asked");
    await expect(bench.deployer.cancel(attempt, handle)).rejects.toThrow("run.cancel-asked");
    expect(await untilEnded(bench.deployer, attempt, handle)).toMatchObject({ state: "cancelled", proven: true });
  });

  test("the deadline ends the command and all that it started", async () => {
    const { attempt, handle } = await begin("sleep 300 & sleep 301", { deadlineAt: Date.now() + 700 });
    const seen = await untilEnded(bench.deployer, attempt, handle);
    expect(seen).toMatchObject({ state: "error", proven: true, message: expect.stringContaining("deadline") });
    const command = await readCommand(context, attemptFolder(bench.dataDir, attempt.token));
    if (command !== undefined) expect(await membersOf(context, command)).toEqual([]);
  });

  test("who ignores the request is killed after the grace", async () => {
    const child = context.processes.spawn("/bin/sh", ["-c", "trap '' TERM; echo up; while :; do sleep 0.05; done"], {
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    await new Promise((resolve) => child.stdout?.once("data", resolve));
    const ended = new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
    const running = await runningProcess(context, child.pid ?? 0);
    if (running === undefined) throw new Error("it does not run");
    expect(await endGroup(context, running, 100)).toBe(true);
    expect(await ended).toBe("SIGKILL");
  });

  test("a supervisor that is told to end by somebody else stops the command, and that is no cancellation", async () => {
    const { attempt, handle, command } = await family();
    const supervisor = JSON.parse(readFileSync(attemptFolder(bench.dataDir, attempt.token).supervisor, "utf8"));
    context.processes.kill(supervisor.pid, "SIGTERM");
    const seen = await untilEnded(bench.deployer, attempt, handle);
    expect(seen).toMatchObject({ state: "error", proven: true, message: expect.stringContaining("SIGTERM") });
    expect(await membersOf(context, command)).toEqual([]);
  });

  test("nothing of ours is left when all have ended", async () => {
    await run("true");
    await until(async () => {
      const table = await processTable(context);
      const lines = await Promise.all(
        table.map(({ pid }) => context.files.readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
      );
      return lines.some((line) => line.includes(bench.dataDir)) ? undefined : true;
    });
  });
});

describe("the output", () => {
  test("both streams in order, by name too", async () => {
    const seen = await run("echo one; echo two >&2; echo three > /dev/stdout; echo four > /dev/stderr; echo five");
    expect(seen.outputTail).toBe("one\ntwo\nthree\nfour\nfive\n");
    expect(seen.outputBytes).toBe(24);
  });

  test("can be followed while it grows", async () => {
    const { attempt, handle } = await begin(`echo first; ${bench.counting("echo last")}`);
    await bench.running(1);
    const seen = await until(async () => {
      const one = await bench.deployer.observe(attempt, handle);
      return one.outputTail === "first\n" ? one : undefined;
    });
    expect(seen).toMatchObject({ state: "running", outputBytes: 6 });
    bench.letGo();
    expect((await untilEnded(bench.deployer, attempt, handle)).outputTail).toBe("first\nlast\n");
  });

  test("secrets are masked on disk and in what is shown, whole, in pieces and among escapes", async () => {
    const seen = await run(
      'echo "$DB_PASSWORD"; printf hunter2-; sleep 0.1; echo the-password; printf "hunter2-\\033[1mthe-password\\n"',
      { secrets: ["DB_PASSWORD"] },
    );
    expect(seen.outputTail).toBe("***\n***\n***\n");
    expect(everything(join(bench.dataDir, "attempts"))).not.toContain(grantedSecret);
  });

  test("escape sequences and control characters are taken out, and broken UTF-8 is mended", async () => {
    const seen = await run("printf '\\033[31mred\\033[0m\\007\\033]0;title\\007 caf\\303\\251 \\303\\r\\nnext\\n'");
    expect(seen.outputTail).toBe("red café \ufffd\nnext\n");
  });

  test("of a long one the end is shown, at most 16 KiB of whole characters", async () => {
    const seen = await run('i=0; while [ $i -lt 3000 ]; do echo "line $i ééééé"; i=$((i+1)); done');
    expect(Buffer.byteLength(seen.outputTail ?? "")).toBeLessThanOrEqual(16 * 1024);
    expect(seen.outputTail).toMatch(/line 2999 ééééé\n$/);
    expect(seen.outputTail).not.toContain("\ufffd");
  });

  test("of an endless one the beginning and the end are kept, and it says so", async () => {
    const seen = await run("head -c 22000000 /dev/zero | tr '\\0' 'x' | fold -w 99; echo; echo the reason");
    expect(seen.outputTail).toMatch(/the reason\n$/);
    expect(seen.outputBytes).toBeLessThan(21.1 * 1024 * 1024);
    const file = readFileSync(attemptFolder(bench.dataDir, attempts[0]?.token ?? "").output, "latin1");
    expect(file).toContain("[The output is longer than 20971520 bytes; only its end follows.]");
  });

  test.each([
    ["echo much; exit 3", undefined, { state: "failure", message: "exited with code 3" }],
    ["echo much", "exit 4", { state: "failure", message: expect.stringContaining("`confirm` exited with code 4") }],
  ])("of %j, confirmed by %j, gives way to the record of its end on a full disk", async (text, confirm, end) => {
    await reopen({ program: fileURLToPath(new URL("./doomed-supervisor.ts", import.meta.url)) });
    mkdirSync(bench.dataDir, { recursive: true });
    writeFileSync(join(bench.dataDir, "full-disk"), "");
    const seen = await run(text, confirm === undefined ? {} : { confirm });
    expect(seen).toMatchObject({ ...end, proven: true });
  });
});
