/** A supervisor that is launched before its order: used once, never after its end, and gone when nobody wants it. */
import { expect, test } from "vitest";
import { type Context, createContext } from "../../src/context.ts";
import type { Attempt, Deployer } from "../../src/deployers/contract.ts";
import { orderSupervisor } from "../../src/deployers/run/start-supervisor.ts";
import { fakeClock } from "../harness/fake-clock.ts";
import { realTimeContext, testStart } from "../harness/test-context.ts";
import { handleOf, until, untilEnded } from "./attempts.ts";
import { runBench } from "./run-bench.ts";

type Spawned = { readonly program: string; readonly pid: number; ended: boolean };

/** A bench whose deployer's processes are noted. */
function noted(overrides: Partial<Context> = {}, launching: () => void = () => undefined) {
  const spawned: Spawned[] = [];
  const { processes } = createContext();
  const { context } = realTimeContext({
    overrides: {
      ...overrides,
      processes: {
        ...processes,
        spawn(command, args, options) {
          if (command === process.execPath) launching();
          const child = processes.spawn(command, args, options);
          const one = { program: command, pid: child.pid ?? 0, ended: false };
          child.once("exit", () => {
            one.ended = true;
          });
          spawned.push(one);
          return child;
        },
      },
    },
  });
  const supervisors = () => spawned.filter(({ program }) => program === process.execPath);
  return { spawned, supervisors, bench: runBench({ context }), context };
}

async function succeeded(deployer: Deployer, attempt: Attempt): Promise<void> {
  const seen = await untilEnded(deployer, attempt, handleOf(await deployer.start(attempt)));
  expect(seen.state).toBe("success");
}

test("what was launched for a start that is foreseen carries that start out, and the next has one of its own", async () => {
  const { bench, spawned } = noted();
  const attempts = [bench.attempt("true"), bench.attempt("true")] as const;
  bench.deployer.expect?.();
  bench.deployer.expect?.();
  expect(spawned).toHaveLength(1);
  await succeeded(bench.deployer, attempts[0]);
  expect(spawned).toHaveLength(1);
  await succeeded(bench.deployer, attempts[1]);
  expect(spawned).toHaveLength(2);
  await bench.close(attempts);
});

test("one that ended while it waited is not given an order", async () => {
  const { bench, spawned, context } = noted();
  const attempt = bench.attempt("true");
  bench.deployer.expect?.();
  const [waiting] = spawned;
  if (waiting === undefined) throw new Error("nothing was launched");
  context.processes.kill(waiting.pid, "SIGKILL");
  await until(() => waiting.ended || undefined);
  await succeeded(bench.deployer, attempt);
  expect(spawned).toHaveLength(2);
  await bench.close([attempt]);
});

test("one that nobody wants goes again by itself", async () => {
  const clock = fakeClock(testStart);
  const { bench, spawned } = noted({ clock });
  bench.deployer.expect?.();
  await clock.advance(9_000);
  bench.deployer.expect?.();
  await clock.advance(9_000);
  expect(spawned).toMatchObject([{ ended: false }]);
  await clock.advance(1_000);
  await until(() => spawned[0]?.ended || undefined);
  expect(spawned).toHaveLength(1);
  await bench.close([]);
});

test("one is kept for deployments that wait, another when it was taken and more wait, and none in the end", async () => {
  const clock = fakeClock(testStart);
  const { bench, supervisors } = noted({ clock });
  const [first, second] = [bench.attempt("true"), bench.attempt("true", { deployment: 2 })];
  bench.deployer.makeAhead?.(first);
  bench.deployer.makeAhead?.(second);
  await clock.advance(9 * 60_000);
  expect(supervisors()).toMatchObject([{ ended: false }]);
  handleOf(await bench.deployer.start(first));
  await until(() => supervisors().length === 2 || undefined);
  expect(supervisors()).toMatchObject([{ ended: true }, { ended: false }]);
  await clock.advance(60_000);
  await until(() => supervisors()[1]?.ended || undefined);
  expect(supervisors()).toHaveLength(2);
  await bench.close([first]);
});

test("a start by one that was launched long before is looked at again as soon as any other", async () => {
  const { clock } = createContext();
  let leapt = 0;
  const { bench, supervisors } = noted({ clock: { ...clock, now: () => clock.now() + leapt } });
  const attempt = bench.attempt(bench.counting("true"), { deadlineAt: Date.now() + 20 * 60_000 });
  bench.deployer.makeAhead?.(attempt);
  leapt = 9 * 60_000;
  const handle = handleOf(await bench.deployer.start(attempt));
  expect(supervisors()).toHaveLength(1);
  expect(await bench.deployer.observe(attempt, handle)).toMatchObject({ state: "running", lookAgainMs: 100 });
  leapt += 10_000;
  expect((await bench.deployer.observe(attempt, handle)).lookAgainMs).toBeGreaterThanOrEqual(500);
  bench.letGo();
  await untilEnded(bench.deployer, attempt, handle);
  await bench.close([attempt]);
});

test("one that cannot be launched ahead fails nobody, and the start itself says why", async () => {
  let full = true;
  const { bench, supervisors } = noted({}, () => {
    if (full) throw new Error("spawn ENOMEM");
  });
  const attempts = [bench.attempt("true"), bench.attempt("true", { deployment: 2 })] as const;
  bench.deployer.expect?.();
  bench.deployer.makeAhead?.(attempts[0]);
  await expect(bench.deployer.start(attempts[0])).rejects.toThrow("ENOMEM");
  full = false;
  bench.deployer.makeAhead?.(attempts[1]);
  // When this one ends, the next is launched for the other, which cannot be.
  const handle = handleOf(await bench.deployer.start(attempts[0]));
  full = true;
  expect(await untilEnded(bench.deployer, attempts[0], handle)).toMatchObject({ state: "success" });
  await until(() => supervisors()[0]?.ended || undefined);
  full = false;
  await succeeded(bench.deployer, attempts[1]);
  expect(supervisors()).toHaveLength(2);
  await bench.close(attempts);
});

test("who has answered is left to run, however long the command takes", async () => {
  // The limits of the start stand on this clock, and what really runs takes its own time.
  const clock = fakeClock(testStart);
  const { context } = realTimeContext({ overrides: { clock } });
  const child = context.processes.spawn("sh", ["-c", "echo claimed; cat >/dev/null; exec sleep 60"], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = new Promise<string>((resolve) => child.once("close", () => resolve("it ended")));
  const launched = { child, at: clock.monotonic(), ended };
  const order = {
    ...{ token: "a-token", checkout: 1, repository: { id: 1, fullName: "acme/shop" }, sha: "a".repeat(40) },
    ...{ git: { url: "file:///nowhere" }, run: "true", env: {}, hidden: [], timeLeft: 60_000 },
  };
  const answer = await orderSupervisor(context, launched, { order, startWithin: 15_000, onEnd: () => undefined });
  expect(answer).toEqual({ kind: "claimed" });
  expect(clock.waiting).toBe(0);
  await clock.advance(60_000);
  expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  child.kill("SIGKILL");
});
