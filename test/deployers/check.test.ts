/** Waiting for a check or a status that somebody else sets on the revision. */
import { beforeEach, describe, expect, test } from "vitest";
import { type CheckDeployerOptions, createCheckDeployer } from "../../src/deployers/check.ts";
import type { Attempt, Deployer } from "../../src/deployers/contract.ts";
import { OutsideError } from "../../src/operations/ports.ts";
import { handleOf, makeAttempt } from "./attempts.ts";
import { deployerContract } from "./contract.ts";
import { type OnGitHub, onGitHub } from "./on-github.ts";

const github = onGitHub();

deployerContract({
  name: "check",
  faultPoints: [],
  begins: 0,
  refusesSecondStart: true,
  findsNothing: "impossible",
  cancels: true,
  provesDeadline: true,
  async open() {
    const { sandbox, context, faults, calls, shop, revision } = await github();
    const { sha } = await revision();
    let ends: "success" | "failure" = "success";
    return {
      deployer: createCheckDeployer({ context, checks: calls.checks }),
      faults,
      attempt(wanted, options) {
        ends = wanted;
        return makeAttempt({ kind: "check", name: "SonarQube" }, { repository: shop, sha, ...options });
      },
      letGo: () => sandbox.setCheckRun("acme/shop", sha, "SonarQube", ends),
      running: async () => undefined,
      // All that it may do to GitHub is ask.
      counted: () =>
        sandbox.calls().filter(({ method, path }) => method !== "GET" && !/access_tokens/u.test(path)).length,
      close: async () => undefined,
    };
  },
});

describe("a check", () => {
  let ground: OnGitHub;
  let deployer: Deployer;
  let attempt: Attempt;
  let sha: string;
  beforeEach(async () => {
    ground = await github();
    deployer = createCheckDeployer({ context: ground.context, checks: ground.calls.checks });
    ({ sha } = await ground.revision());
    attempt = makeAttempt({ kind: "check", name: "SonarQube" }, { repository: ground.shop, sha });
  });
  const look = async (of: Attempt = attempt, by: Deployer = deployer) =>
    await by.observe(of, handleOf(await deployer.start(of)));

  test("that is not there yet is waited for, and said so", async () => {
    expect(await look()).toMatchObject({
      state: "running",
      message: "no check or status called SonarQube is there yet",
    });
  });

  test.each([
    ["queued", "running"],
    ["in_progress", "running"],
    ["success", "success"],
    ["neutral", "success"],
    ["skipped", "success"],
    ["failure", "failure"],
    ["cancelled", "failure"],
    ["timed_out", "failure"],
  ] as const)("whose check run is %s is %s", async (state, outcome) => {
    await ground.sandbox.setCheckRun("acme/shop", sha, "SonarQube", state);
    expect(await look()).toMatchObject({ state: outcome, message: expect.stringContaining(`is ${state}`) });
  });

  test.each([
    ["pending", "running"],
    ["success", "success"],
    ["failure", "failure"],
    ["error", "failure"],
  ] as const)("that is a status of state %s is %s", async (state, outcome) => {
    await ground.sandbox.setStatus("acme/shop", sha, "SonarQube", state);
    expect(await look()).toMatchObject({ state: outcome });
  });

  test("that two give must be green by both", async () => {
    await ground.sandbox.setStatus("acme/shop", sha, "SonarQube", "success");
    await ground.sandbox.setCheckRun("acme/shop", sha, "SonarQube", "in_progress");
    expect(await look()).toMatchObject({ state: "running" });
    await ground.sandbox.setCheckRun("acme/shop", sha, "SonarQube", "failure");
    expect(await look()).toMatchObject({ state: "failure" });
    await ground.sandbox.setCheckRun("acme/shop", sha, "SonarQube", "success");
    expect(await look()).toMatchObject({ state: "success" });
  });

  test("of another name or on another commit counts for nothing", async () => {
    const other = await ground.revision();
    await ground.sandbox.setCheckRun("acme/shop", sha, "SonarQube 2", "success");
    await ground.sandbox.setCheckRun("acme/shop", other.sha, "SonarQube", "failure");
    expect(await look()).toMatchObject({ state: "running" });
  });

  test("that never appears is an error at the deadline, and says that it was not there", async () => {
    const late = { ...attempt, deadlineAt: Date.now() - 1 };
    expect(await look(late)).toEqual({
      state: "error",
      message: "SonarQube did not turn green before the deadline: no check or status called SonarQube is there yet",
      proven: true,
    });
  });

  test("that came in time counts, though it is looked at late", async () => {
    await ground.sandbox.setCheckRun("acme/shop", sha, "SonarQube", "success");
    expect(await look({ ...attempt, deadlineAt: Date.now() - 1 })).toMatchObject({ state: "success" });
  });

  test("is asked for again when GitHub does not answer", async () => {
    const handle = handleOf(await deployer.start(attempt));
    ground.sandbox.fail({ method: "GET", path: /check-runs/u }, [{ status: 502 }, { status: 0 }]);
    expect(await deployer.observe(attempt, handle)).toMatchObject({
      state: "running",
      message: expect.stringContaining("502"),
    });
    expect(await deployer.observe(attempt, handle)).toMatchObject({ state: "running" });
    await ground.sandbox.setCheckRun("acme/shop", sha, "SonarQube", "success");
    expect(await deployer.observe(attempt, handle)).toMatchObject({ state: "success" });
  });

  test("is not asked for before GitHub's limit ends", async () => {
    const { context } = ground;
    const retryAt = context.clock.now() + 600_000;
    const checks: CheckDeployerOptions["checks"] = {
      named: async () => {
        throw new OutsideError("GitHub limits the bot", { retryAt });
      },
    };
    const seen = await look(attempt, createCheckDeployer({ context, checks }));
    expect(seen).toMatchObject({ state: "running", message: "GitHub limits the bot" });
    expect(seen.lookAgainMs).toBeGreaterThan(590_000);
  });

  test("that calls itself something long or strange is told on one line", async () => {
    const { context } = ground;
    const title = `bad\u202e\u001b[31m\n${"x".repeat(5_000)}`;
    const checks: CheckDeployerOptions["checks"] = {
      named: async () => [{ by: "an App", state: "failure", word: "failure", title }],
    };
    const { message = "" } = await look(attempt, createCheckDeployer({ context, checks }));
    expect(message).toMatch(/^SonarQube by an App is failure: bad x+…$/u);
    expect(message.length).toBeLessThan(300);
  });
});
