/** Workflows of GitHub Actions, which the sandbox's GitHub really runs: dispatched once, followed, run again, ended. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createActionsDeployer } from "../../src/deployers/actions.ts";
import type { Attempt, Deployer, Handle, Observation } from "../../src/deployers/contract.ts";
import type { ActionsCalls } from "../../src/deployers/github-calls.ts";
import { NotSent } from "../../src/operations/ports.ts";
import type { ActionsDeployer } from "../../src/policy/deployers.ts";
import { handleOf, makeAttempt, until } from "./attempts.ts";
import { deployerContract } from "./contract.ts";
import { type OnGitHub, onGitHub } from "./on-github.ts";

/** Waits for a file, then ends as it says; the job after it fails while another file is there. */
const deploy = `
name: Deploy
run-name: Deploy \${{ inputs.sha }} (\${{ inputs.signalbox }})
on:
  workflow_dispatch:
    inputs: {gate: {required: true}, sha: {}, signalbox: {}}
jobs:
  build:
    runs-on: ubuntu-latest
    steps: [{run: "until [ -e '\${{ inputs.gate }}' ]; do sleep 0.02; done"}]
  deploy:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - {name: Ship it, run: "cat count.txt; grep -q success '\${{ inputs.gate }}'"}
`;
const files = {
  "README.md": "shop\n",
  "count.txt": "0\n",
  ".github/workflows/deploy.yml": deploy,
  ".github/workflows/silent.yml": deploy.replace(/^run-name.*$/mu, ""),
  ".github/workflows/push.yml": "on: {push: {branches: [never]}}\njobs: {}\n",
};

const github = onGitHub(files);
const folder = mkdtempSync(join(tmpdir(), "signalbox-gates-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let gates = 0;
const newGate = () => {
  gates += 1;
  return join(folder, `gate-${gates}`);
};

function attemptOf(
  ground: OnGitHub,
  gate: string,
  revision: { sha: string; branch: string },
  options: Partial<Attempt> = {},
  definition: Partial<ActionsDeployer> = {},
): Attempt {
  const deployer: ActionsDeployer = { kind: "actions", workflow: "deploy.yml", inputs: { gate }, ...definition };
  return makeAttempt(deployer, { repository: ground.shop, sha: revision.sha, ref: revision.branch, ...options });
}

const runsOf = ({ sandbox }: OnGitHub) => sandbox.workflowRuns("acme/shop");

deployerContract({
  name: "actions",
  faultPoints: ["actions.planned", "actions.dispatched"],
  begins: 1,
  refusesSecondStart: false,
  findsNothing: "unknown",
  cancels: true,
  provesDeadline: true,
  async open() {
    const ground = await github();
    const revision = await ground.revision();
    const before = runsOf(ground).length;
    const gate = newGate();
    let ends: "success" | "failure" = "success";
    const ours = () => runsOf(ground).slice(before);
    return {
      deployer: createActionsDeployer({ context: ground.context, actions: ground.calls.actions }),
      faults: ground.faults,
      attempt(wanted, options) {
        ends = wanted;
        return attemptOf(ground, gate, revision, options);
      },
      letGo: () => writeFileSync(gate, ends),
      running: (count) => until(() => (ours().length >= count ? true : undefined)),
      counted: () => ours().length,
      async close() {
        for (const run of ours()) ground.sandbox.endWorkflowRun("acme/shop", "alice", run.id);
        await ground.sandbox.workflowsIdle();
      },
    };
  },
});

describe("a workflow", () => {
  let ground: OnGitHub;
  let deployer: Deployer;
  let revision: { sha: string; branch: string };
  let gate: string;
  beforeEach(async () => {
    ground = await github();
    deployer = createActionsDeployer({ context: ground.context, actions: ground.calls.actions });
    revision = await ground.revision();
    gate = newGate();
  });
  const newest = () => runsOf(ground).at(-1);
  const end = (attempt: Attempt, handle: Handle): Promise<Observation> =>
    until(async () => {
      const seen = await deployer.observe(attempt, handle);
      return seen.state === "running" ? undefined : seen;
    });
  const refusal = async (attempt: Attempt) => {
    const before = runsOf(ground).length;
    const started = await deployer.start(attempt);
    expect(runsOf(ground).length).toBe(before);
    return started.kind === "refused" ? `${started.outcome}: ${started.message}` : "started";
  };

  test("runs on the revision, is given its inputs and the token, and tells its jobs", async () => {
    writeFileSync(gate, "success");
    const attempt = attemptOf(
      ground,
      gate,
      revision,
      {},
      { inputs: { gate, sha: "{short_sha} {environment}{version}" } },
    );
    const started = await deployer.start(attempt);
    expect(started).toMatchObject({
      wokenBy: `run/${ground.shop.id}/${newest()?.id}`,
      logUrl: expect.stringContaining("/actions/runs/"),
    });
    const ended = await end(attempt, handleOf(started));
    expect(ended).toMatchObject({ state: "success", proven: true });
    expect(ended.outputTail).toMatch(/^build: success http\S+\ndeploy: success http\S+\n$/u);
    expect(newest()).toMatchObject({
      sha: revision.sha,
      title: `Deploy ${revision.sha.slice(0, 7)} staging (${attempt.token})`,
    });
  });

  test("that fails names the job and the step, and is tried again by its failed jobs alone", async () => {
    writeFileSync(gate, "failure");
    const attempt = attemptOf(ground, gate, revision);
    const handle = handleOf(await deployer.start(attempt));
    expect(await end(attempt, handle)).toMatchObject({
      state: "failure",
      message: "the run failed: deploy at “Ship it”",
    });
    const first = newest();
    writeFileSync(gate, "success");
    const retry = attemptOf(ground, gate, revision, { former: handle, deployment: 2 });
    ground.faults.arm("actions.rerun");
    await expect(deployer.start(retry)).rejects.toThrow("actions.rerun");
    const found = await deployer.find(retry);
    if (found.kind !== "started") throw new Error(`it was not found: ${found.kind}`);
    expect(await end(retry, found.handle)).toMatchObject({ state: "success" });
    expect(newest()).toMatchObject({ id: first?.id, attempt: 2 });
    // The first attempt stays what it was.
    expect(await deployer.observe(attempt, handle)).toMatchObject({ state: "failure" });
  });

  test("that somebody runs again on GitHub is followed while it goes on, and run again once that has failed", async () => {
    writeFileSync(gate, "failure");
    const attempt = attemptOf(ground, gate, revision);
    const former = handleOf(await deployer.start(attempt));
    await end(attempt, former);
    const { id = 0 } = newest() ?? {};
    rmSync(gate);
    await ground.calls.actions.rerunFailed(ground.shop, id);
    const followed = attemptOf(ground, gate, revision, { former });
    const handle = handleOf(await deployer.start(followed));
    expect(newest()).toMatchObject({ id, attempt: 2 });
    writeFileSync(gate, "failure");
    expect(await end(followed, handle)).toMatchObject({ state: "failure" });
    writeFileSync(gate, "success");
    const retry = attemptOf(ground, gate, revision, { former });
    expect(await end(retry, handleOf(await deployer.start(retry)))).toMatchObject({ state: "success" });
    expect(newest()).toMatchObject({ id, attempt: 3 });
  });

  test("whose failed jobs were not run again yet may be asked for it after a crash", async () => {
    writeFileSync(gate, "failure");
    const attempt = attemptOf(ground, gate, revision);
    const handle = handleOf(await deployer.start(attempt));
    await end(attempt, handle);
    expect(await deployer.find(attemptOf(ground, gate, revision, { former: handle }))).toEqual({ kind: "impossible" });
  });

  test("is dispatched anew where the former run had succeeded", async () => {
    writeFileSync(gate, "success");
    const attempt = attemptOf(ground, gate, revision);
    const former = handleOf(await deployer.start(attempt));
    await end(attempt, former);
    const id = newest()?.id;
    await deployer.start(attemptOf(ground, gate, revision, { former }));
    expect(newest()?.id).not.toBe(id);
  });

  test("is not dispatched on a branch that has moved on, and says what to do", async () => {
    const { sha, branch } = revision;
    await ground.sandbox.commit("acme/shop", "alice", {
      branch,
      message: "More",
      changes: [{ path: "x", content: "x" }],
    });
    expect(await refusal(attemptOf(ground, gate, revision))).toMatch(
      new RegExp(
        `^error: ${branch} stands at \\w{7} and not at ${sha.slice(0, 7)}, .* an input with \\{sha\\} to let it`,
        "u",
      ),
    );
    const told = attemptOf(ground, gate, revision, {}, { inputs: { gate, sha: "{sha}" } });
    writeFileSync(gate, "success");
    expect(await end(told, handleOf(await deployer.start(told)))).toMatchObject({ state: "success" });
    expect(newest()?.sha).not.toBe(sha);
    expect(newest()?.title).toContain(sha);
  });

  test("runs on another branch that stands at the revision", async () => {
    await ground.sandbox.createRef("acme/shop", "alice", `refs/heads/same-${gates}`, revision.sha);
    await ground.sandbox.commit("acme/shop", "alice", {
      branch: revision.branch,
      message: "More",
      changes: [{ path: "x", content: "x" }],
    });
    await deployer.start(attemptOf(ground, gate, revision));
    expect(newest()).toMatchObject({ sha: revision.sha });
  });

  test("that runs another revision, since the branch moved in that moment, is ended and is no success", async () => {
    const racing: ActionsCalls = {
      ...ground.calls.actions,
      async dispatch(repository, workflow, wish) {
        const changes = [{ path: "x", content: "x" }];
        await ground.sandbox.commit("acme/shop", "alice", { branch: revision.branch, message: "More", changes });
        return await ground.calls.actions.dispatch(repository, workflow, wish);
      },
    };
    deployer = createActionsDeployer({ context: ground.context, actions: racing });
    const attempt = attemptOf(ground, gate, revision);
    ground.faults.arm("actions.dispatched");
    await expect(deployer.start(attempt)).rejects.toThrow("actions.dispatched");
    const found = await deployer.find(attempt);
    if (found.kind !== "started") throw new Error(`it was not found: ${found.kind}`);
    const ended = await end(attempt, found.handle);
    expect(ended).toMatchObject({
      state: "error",
      proven: true,
      message: expect.stringContaining("because the branch had moved on"),
    });
    const wrong = newest();
    expect(wrong).toMatchObject({ conclusion: "cancelled" });

    // Nor does trying again run the foreign revision's jobs.
    deployer = createActionsDeployer({ context: ground.context, actions: ground.calls.actions });
    await ground.sandbox.createRef("acme/shop", "alice", `refs/heads/back-${gates}`, revision.sha);
    writeFileSync(gate, "success");
    const retry = attemptOf(ground, gate, revision, { former: found.handle });
    expect(await end(retry, handleOf(await deployer.start(retry)))).toMatchObject({ state: "success" });
    expect(newest()).toMatchObject({ sha: revision.sha, attempt: 1 });
    expect(runsOf(ground).find(({ id }) => id === wrong?.id)).toMatchObject({ attempt: 1 });
  });

  test("is not dispatched once another may take over, however late GitHub has answered", async () => {
    const slow: ActionsCalls = {
      ...ground.calls.actions,
      async headOf(...which) {
        leapt = 61_000;
        return await ground.calls.actions.headOf(...which);
      },
    };
    let leapt = 0;
    const { clock } = ground.context;
    const leaping = { ...ground.context, clock: { ...clock, monotonic: () => clock.monotonic() + leapt } };
    deployer = createActionsDeployer({ context: leaping, actions: slow });
    expect(await refusal(attemptOf(ground, gate, revision))).toMatch(/^error: GitHub took too long to answer/u);
  });

  test("that never came to its turn among the calls to GitHub was not dispatched", async () => {
    const busy: ActionsCalls = {
      ...ground.calls.actions,
      async dispatch() {
        throw new NotSent("GitHub was not asked: too many other calls came first");
      },
    };
    deployer = createActionsDeployer({ context: ground.context, actions: busy });
    expect(await refusal(attemptOf(ground, gate, revision))).toMatch(/^error: GitHub was not asked/u);
  });

  test("that GitHub limits was not dispatched", async () => {
    ground.sandbox.fail({ method: "POST", path: /dispatches/u }, [{ status: 429, headers: { "retry-after": "0" } }]);
    expect(await refusal(attemptOf(ground, gate, revision))).toMatch(/^error: GitHub limits the bot: 429/u);
  });

  test.each<[string, Partial<ActionsDeployer>, RegExp]>([
    [
      "there is no such file",
      { workflow: "missing.yml" },
      /^error: There is no \.github\/workflows\/missing\.yml on work-/u,
    ],
    [
      "it has no workflow_dispatch",
      { workflow: "push.yml" },
      /cannot be dispatched: it has no workflow_dispatch trigger\.$/u,
    ],
    [
      "it takes no such input",
      { inputs: { gate: "x", colour: "red" } },
      /cannot be dispatched: it takes no input called colour\.$/u,
    ],
    ["it requires another input", { inputs: {} }, /cannot be dispatched: it requires the input gate\.$/u],
    ["there is no such branch", { ref: "nowhere" }, /^error: There is no branch or tag nowhere\.$/u],
  ])("is not dispatched when %s", async (_, definition, message) => {
    expect(await refusal(attemptOf(ground, gate, revision, {}, definition))).toMatch(message);
  });

  test("whose answer is lost is found by the token in its title, and else nobody knows", async () => {
    for (const [workflow, kind] of [
      ["deploy.yml", "started"],
      ["silent.yml", "unknown"],
    ] as const) {
      ground.sandbox.fail({ method: "POST", path: /dispatches/u }, [{ status: 502, afterDoing: true }]);
      const attempt = attemptOf(ground, gate, revision, {}, { workflow });
      await expect(deployer.start(attempt)).rejects.toThrow(/502/u);
      expect((await deployer.find(attempt)).kind).toBe(kind);
    }
  });

  test("of a server that does not tell the run is followed by the token, and without it an error at the deadline", async () => {
    const older: ActionsCalls = {
      ...ground.calls.actions,
      async dispatch(...wish) {
        await ground.calls.actions.dispatch(...wish);
        return undefined;
      },
    };
    deployer = createActionsDeployer({ context: ground.context, actions: older });
    writeFileSync(gate, "success");
    const attempt = attemptOf(ground, gate, revision);
    expect(await end(attempt, handleOf(await deployer.start(attempt)))).toMatchObject({ state: "success" });
    const silent = attemptOf(ground, gate, revision, { deadlineAt: Date.now() - 1 }, { workflow: "silent.yml" });
    expect(await deployer.observe(silent, handleOf(await deployer.start(silent)))).toMatchObject({
      state: "error",
      proven: false,
    });
  });

  test("that somebody cancels on GitHub is cancelled", async () => {
    const attempt = attemptOf(ground, gate, revision);
    const handle = handleOf(await deployer.start(attempt));
    ground.sandbox.endWorkflowRun("acme/shop", "alice", newest()?.id ?? 0);
    expect(await end(attempt, handle)).toMatchObject({ state: "cancelled", proven: true });
  });

  test("that GitHub does not know yet is waited for, and is gone when it stays unknown", async () => {
    const attempt = attemptOf(ground, gate, revision);
    const handle = handleOf(await deployer.start(attempt));
    ground.sandbox.fail({ method: "GET", path: /actions\/runs/u }, [{ status: 404 }]);
    expect(await deployer.observe(attempt, handle)).toMatchObject({
      state: "running",
      message: "GitHub does not know the run yet",
    });
    expect(await deployer.observe(attempt, handle)).toMatchObject({ state: "running", logUrl: expect.anything() });
    ground.sandbox.fail({ method: "GET", path: /actions\/runs/u }, [{ status: 404 }]);
    const { clock } = ground.context;
    const context = { ...ground.context, clock: { ...clock, now: () => clock.now() + 61_000 } };
    const afterwards = createActionsDeployer({ context, actions: ground.calls.actions });
    expect(await afterwards.observe({ ...attempt, deadlineAt: Date.now() + 120_000 }, handle)).toMatchObject({
      state: "error",
      message: "the run is gone from GitHub",
      proven: false,
    });
  });

  test("is followed through GitHub's silence, and is not taken for another run", async () => {
    const attempt = attemptOf(ground, gate, revision);
    const handle = handleOf(await deployer.start(attempt));
    ground.sandbox.fail({ method: "GET", path: /actions\/runs/u }, [{ status: 500 }, { status: 0 }]);
    expect(await deployer.observe(attempt, handle)).toMatchObject({
      state: "running",
      message: expect.stringContaining("500"),
    });
    expect(await deployer.observe(attempt, handle)).toMatchObject({ state: "running" });
    const lying: ActionsCalls = {
      ...ground.calls.actions,
      async run(...which) {
        const run = await ground.calls.actions.run(...which);
        return run && { ...run, id: run.id + 1, status: "completed", conclusion: "success" };
      },
    };
    const told = await createActionsDeployer({ context: ground.context, actions: lying }).observe(attempt, handle);
    expect(told).toMatchObject({
      state: "running",
      message: "GitHub answered about another run than it was asked for",
    });
  });
});
