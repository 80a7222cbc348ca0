/** A GitHub Deployment that the team's own worker answers, by hand or by a workflow that listens to deployments. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Attempt, Deployer, Handle } from "../../src/deployers/contract.ts";
import { createDeploymentDeployer } from "../../src/deployers/deployment.ts";
import type { DeploymentCalls } from "../../src/deployers/github-calls.ts";
import type { DeploymentDeployer } from "../../src/policy/deployers.ts";
import { handleOf, makeAttempt, until } from "./attempts.ts";
import { deployerContract } from "./contract.ts";
import { type OnGitHub, onGitHub } from "./on-github.ts";

/** A worker as teams have them: it hears of a Deployment for its environment, and answers over the API. */
const worker = `
on: deployment
jobs:
  go:
    if: github.event.deployment.environment == 'workshop'
    runs-on: ubuntu-latest
    steps:
      - run: |
          curl -sf -X POST -H "Authorization: Bearer \${{ github.token }}" -H "Content-Type: application/json" \\
            -d '{"state":"success","description":"all up","environment_url":"https://workshop.example.com"}' \\
            "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/deployments/\${{ github.event.deployment.id }}/statuses"
`;
const github = onGitHub({ "README.md": "shop\n", ".github/workflows/worker.yml": worker });

function attemptOf(
  ground: OnGitHub,
  sha: string,
  options: Partial<Attempt> = {},
  definition: Partial<DeploymentDeployer> = {},
): Attempt {
  return makeAttempt({ kind: "deployment", payload: {}, ...definition }, { repository: ground.shop, sha, ...options });
}

const made = ({ sandbox }: OnGitHub, sha: string) =>
  sandbox.view("acme/shop").deployments.filter((one) => one.sha === sha);

deployerContract({
  name: "deployment",
  faultPoints: ["deployment.ordered"],
  begins: 1,
  refusesSecondStart: false,
  findsNothing: "impossible",
  ordersOnce:
    "GitHub makes a Deployment within the call or not at all, and one that is not there after the call's time is over was not made",
  cancels: true,
  provesDeadline: false,
  async open() {
    const ground = await github();
    const { sandbox, context, faults, calls } = ground;
    const { sha } = await ground.revision();
    let ends: "success" | "failure" = "success";
    const deployments: DeploymentCalls = {
      ...calls.deployments,
      async callOff(repository, id, description) {
        await calls.deployments.callOff(repository, id, description);
        // The worker hears of it, and stops.
        sandbox.answerDeployment("acme/shop", "alice", id, { state: "inactive" });
      },
    };
    return {
      deployer: createDeploymentDeployer({ context, deployments }),
      faults,
      attempt(wanted, options) {
        ends = wanted;
        return attemptOf(ground, sha, options);
      },
      letGo() {
        for (const { id, statuses } of made(ground, sha)) {
          if (!statuses.some(({ state }) => state === ends))
            sandbox.answerDeployment("acme/shop", "alice", id, { state: ends });
        }
      },
      running: async () => undefined,
      counted: () => made(ground, sha).length,
      close: async () => undefined,
    };
  },
});

describe("a Deployment", () => {
  let ground: OnGitHub;
  let deployer: Deployer;
  let sha: string;
  let attempt: Attempt;
  let handle: Handle;
  beforeEach(async () => {
    ground = await github();
    deployer = createDeploymentDeployer({ context: ground.context, deployments: ground.calls.deployments });
    ({ sha } = await ground.revision());
    attempt = attemptOf(ground, sha, { version: "1.4.0" }, { payload: { region: "eu" } });
    handle = handleOf(await deployer.start(attempt));
  });
  const ours = () => made(ground, sha)[0];
  const answer = (state: Parameters<OnGitHub["sandbox"]["answerDeployment"]>[3]["state"], more: object = {}) =>
    ground.sandbox.answerDeployment("acme/shop", "alice", ours()?.id ?? 0, { state, ...more });

  test("tells the worker what to do, and the token", () => {
    expect(ours()).toMatchObject({
      environment: "staging",
      payload: { region: "eu", version: "1.4.0", kind: "deploy", signalbox: { token: attempt.token, stage: true } },
    });
  });

  test("that nobody answers is waited for, and said so", async () => {
    expect(await deployer.observe(attempt, handle)).toMatchObject({
      state: "running",
      message: "no worker has answered the GitHub Deployment yet",
    });
    const late = await deployer.observe({ ...attempt, deadlineAt: Date.now() - 1 }, handle);
    expect(late).toMatchObject({
      state: "error",
      proven: false,
      message: expect.stringContaining("no worker has answered"),
    });
  });

  test("that GitHub does not know yet is waited for", async () => {
    ground.sandbox.fail({ method: "GET", path: /statuses/u }, [{ status: 404 }]);
    expect(await deployer.observe(attempt, handle)).toMatchObject({ state: "running" });
  });

  test.each([
    ["queued", "running"],
    ["pending", "running"],
    ["in_progress", "running"],
    ["success", "success"],
    ["failure", "failure"],
    ["error", "error"],
    ["inactive", "failure"],
  ] as const)("answered with %s is %s", async (state, outcome) => {
    answer(state, {
      description: "by the worker",
      logUrl: "https://ci.example.com/7",
      environmentUrl: "https://staging.example.com",
    });
    expect(await deployer.observe(attempt, handle)).toMatchObject({
      state: outcome,
      message: `the worker says ${state}: by the worker (https://staging.example.com/)`,
      logUrl: "https://ci.example.com/7",
    });
  });

  test("that had succeeded stays a success when something newer takes its place", async () => {
    answer("success");
    answer("inactive");
    expect(await deployer.observe(attempt, handle)).toMatchObject({ state: "success" });
  });

  test.each([
    ["in_progress", "success"],
    ["queued", "failure"],
  ] as const)(
    "whose worker says %s after its end, as one does that sends both at once, has ended in %s",
    async (late, end) => {
      answer(end);
      answer(late);
      expect(await deployer.observe(attempt, handle)).toMatchObject({ state: end, proven: true });
    },
  );

  test("is called off once, and runs on until the worker says how it ended", async () => {
    const unwanted = { ...attempt, cancelAsked: true };
    answer("in_progress");
    await deployer.cancel(unwanted, handle);
    await deployer.cancel(unwanted, handle);
    expect(ours()?.statuses.map(({ state }) => state)).toEqual(["in_progress", "inactive"]);
    expect(await deployer.observe(unwanted, handle)).toMatchObject({ state: "running" });
    answer("inactive");
    expect(await deployer.observe(unwanted, handle)).toMatchObject({ state: "cancelled", proven: true });
  });

  test("whose answer was lost is found by its token, and another's is not", async () => {
    const other = attemptOf(ground, sha);
    ground.sandbox.fail({ method: "POST", path: /deployments$/u }, [{ status: 502, afterDoing: true }]);
    await expect(deployer.start(other)).rejects.toThrow(/502/u);
    const found = await deployer.find(other);
    if (found.kind !== "started") throw new Error(found.kind);
    expect(found.handle).not.toMatchObject({ githubDeployment: ours()?.id });
    // What GitHub calls the environment stands in the pipeline file, which may have changed since.
    expect(await deployer.find({ ...other, environmentOnGitHub: "another" })).toMatchObject({ kind: "started" });
    expect(await deployer.find(attemptOf(ground, sha))).toEqual({ kind: "impossible" });
  });

  test("is answered by a workflow that listens to deployments", async () => {
    const real = attemptOf(ground, sha, {}, { environment: "workshop" });
    const started = handleOf(await deployer.start(real));
    const ended = await until(async () => {
      const seen = await deployer.observe(real, started);
      return seen.state === "running" ? undefined : seen;
    });
    expect(ended).toMatchObject({
      state: "success",
      message: "the worker says success: all up (https://workshop.example.com/)",
    });
  });
});
