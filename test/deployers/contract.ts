/**
 * What every deployer must do, whatever carries its stages out. A bench brings the deployer together with the means to
 * let its work end well or badly, and to count how often the work really began.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Attempt, Deployer, Handle, Observation } from "../../src/deployers/contract.ts";
import type { TestFaults } from "../harness/fault-points.ts";
import { handleOf, untilEnded } from "./attempts.ts";

export type ContractBench = {
  readonly deployer: Deployer;
  readonly faults: TestFaults;
  /** An attempt whose work ends so when it is let go. */
  attempt(ends: "success" | "failure", options?: Partial<Omit<Attempt, "stage">>): Attempt;
  /** Lets the work of every attempt come to its end. */
  letGo(): void | Promise<void>;
  /** Resolves when the work of so many attempts has begun. */
  running(count: number): Promise<unknown>;
  /** How often work has really begun at a far side. */
  counted(): number;
  close(): Promise<void>;
};

/**
 * Whether a second start under a token begins nothing: the far side refuses it, or there is nothing to begin. And what
 * looking for an attempt that was never started tells: that it may be started, or that nobody can know. Where a second
 * start is not refused and may be made all the same, it has to be said why it orders nothing twice.
 */
type SecondStart =
  | { readonly refusesSecondStart: true; readonly findsNothing: "impossible" | "unknown" }
  | { readonly refusesSecondStart: false; readonly findsNothing: "unknown" }
  | { readonly refusesSecondStart: false; readonly findsNothing: "impossible"; readonly ordersOnce: string };

export type ContractOptions = SecondStart & {
  readonly name: Deployer["kind"];
  open(): Promise<ContractBench>;
  /** Every fault point that lies on the way of a start; of a start that tries again, the deployer's own tests know more. */
  readonly faultPoints: readonly string[];
  /** How much work one start begins: none where the deployer only waits for what others do. */
  readonly begins: 0 | 1;
  /** Whether the far side can be made to stop. */
  readonly cancels: boolean;
  /** Whether what is stopped at its deadline is proven to have ended. */
  readonly provesDeadline: boolean;
};

/** As the operations do it: `find` first, and a second call only when it answers `impossible`. */
async function takeOver(deployer: Deployer, attempt: Attempt): Promise<Handle> {
  const found = await deployer.find(attempt);
  if (found.kind === "started") return found.handle;
  expect(found.kind).toBe("impossible");
  return handleOf(await deployer.start(attempt));
}

export function deployerContract(options: ContractOptions): void {
  describe(`the deployer ${options.name}`, () => {
    let bench: ContractBench;
    beforeEach(async () => {
      bench = await options.open();
    });
    afterEach(async () => {
      await bench.close();
    });
    const end = async (attempt: Attempt, handle: Handle): Promise<Observation> => {
      await bench.letGo();
      return untilEnded(bench.deployer, attempt, handle);
    };

    test("is what its kind says, and gives its calls a limit", () => {
      expect(bench.deployer.kind).toBe(options.name);
      expect(bench.deployer.callTimeoutMs).toBeGreaterThan(0);
    });

    test("names every fault point on the way of a start", async () => {
      const before = bench.faults.reached.length;
      const attempt = bench.attempt("success");
      const handle = handleOf(await bench.deployer.start(attempt));
      expect(new Set(bench.faults.reached.slice(before))).toEqual(new Set(options.faultPoints));
      await end(attempt, handle);
    });

    if (!options.refusesSecondStart)
      test("is not looked for before what a dead bot has sent must have arrived", () => {
        expect(bench.deployer.callOutlivesMs).toBeGreaterThan(0);
      });

    test.each(["success", "failure"] as const)("follows an attempt to its %s", async (outcome) => {
      const attempt = bench.attempt(outcome);
      const handle = handleOf(await bench.deployer.start(attempt));
      await bench.running(1);
      const meanwhile = await bench.deployer.observe(attempt, handle);
      expect(meanwhile.state).toBe("running");
      expect(meanwhile.lookAgainMs).toBeGreaterThan(0);
      const ended = await end(attempt, handle);
      expect(ended).toMatchObject({ state: outcome, proven: true });
      expect(ended.message).toBeTruthy();
      expect(await bench.deployer.observe(attempt, handle)).toMatchObject({ state: outcome, message: ended.message });
    });

    test("a handle means the same after it was stored as JSON", async () => {
      const attempt = bench.attempt("success");
      const handle = handleOf(await bench.deployer.start(attempt));
      const stored: Handle = JSON.parse(JSON.stringify(handle));
      expect(await end(attempt, stored)).toMatchObject({ state: "success" });
    });

    if (options.refusesSecondStart) {
      test("two racing starters of one token start once", async () => {
        const attempt = bench.attempt("success");
        const started = await Promise.all([bench.deployer.start(attempt), bench.deployer.start(attempt)]);
        for (const one of started) expect(await end(attempt, handleOf(one))).toMatchObject({ state: "success" });
        expect(bench.counted()).toBe(options.begins);
      });

      test("a start repeated after the end does not run again", async () => {
        const attempt = bench.attempt("success");
        expect(await end(attempt, handleOf(await bench.deployer.start(attempt)))).toMatchObject({ state: "success" });
        const again = handleOf(await bench.deployer.start(attempt));
        expect(await untilEnded(bench.deployer, attempt, again)).toMatchObject({ state: "success" });
        expect(bench.counted()).toBe(options.begins);
      });
    }

    test.each(options.faultPoints)("a starter that broke off at %s is taken over, and it runs once", async (point) => {
      const attempt = bench.attempt("success");
      bench.faults.arm(point);
      await expect(bench.deployer.start(attempt)).rejects.toThrow(point);
      if (options.findsNothing === "unknown" && bench.counted() === 0) {
        // Before anything was begun: then nobody can know, and it is not begun by asking.
        expect(await bench.deployer.find(attempt)).toMatchObject({ kind: "unknown" });
        return;
      }
      const handle = await takeOver(bench.deployer, attempt);
      await bench.running(1);
      expect(await end(attempt, handle)).toMatchObject({ state: "success", proven: true });
      expect(bench.counted()).toBe(options.begins);
    });

    if (options.findsNothing === "unknown")
      test("what was never started is not started by looking for it", async () => {
        const found = await bench.deployer.find(bench.attempt("success"));
        expect(found).toMatchObject({ kind: "unknown", why: expect.stringMatching(/\w/u) });
        expect(bench.counted()).toBe(0);
      });

    if (options.findsNothing === "impossible")
      test("what was never started can be started after it was looked for", async () => {
        const attempt = bench.attempt("success");
        const handle = await takeOver(bench.deployer, attempt);
        expect(await end(attempt, handle)).toMatchObject({ state: "success" });
        expect(bench.counted()).toBe(options.begins);
      });

    test("what passes its deadline is an error, never a failure", async () => {
      const attempt = bench.attempt("success", { deadlineAt: Date.now() + 400 });
      const handle = handleOf(await bench.deployer.start(attempt));
      const ended = await untilEnded(bench.deployer, attempt, handle);
      expect(ended).toMatchObject({ state: "error", proven: options.provesDeadline });
      expect(ended.message).toMatch(/deadline/);
    });

    test("a cancelled attempt is told truly", async () => {
      const attempt = bench.attempt("success");
      const handle = handleOf(await bench.deployer.start(attempt));
      await bench.running(1);
      const unwanted = { ...attempt, cancelAsked: true };
      await bench.deployer.cancel(unwanted, handle);
      await bench.deployer.cancel(unwanted, handle);
      if (options.cancels) {
        const ended = await untilEnded(bench.deployer, unwanted, handle);
        expect(ended).toMatchObject({ state: "cancelled", proven: true });
      } else {
        expect(await bench.deployer.observe(unwanted, handle)).toMatchObject({ state: "running" });
        expect(await end(unwanted, handle)).toMatchObject({ state: "success" });
      }
    });

    test("a handle that it did not make is unknown, and not an error thrown", async () => {
      const attempt = bench.attempt("success");
      for (const handle of [null, 3, {}]) {
        expect(await bench.deployer.observe(attempt, handle)).toMatchObject({ state: "unknown", proven: false });
        await bench.deployer.cancel(attempt, handle);
      }
    });
  });
}
