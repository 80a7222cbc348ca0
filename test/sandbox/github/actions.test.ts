/** The sandbox's Actions: real workflows whose `run:` steps run in bash, set off as on GitHub, told by webhooks. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aSandbox, type WithSandbox } from "../../github/a-sandbox.ts";

const workflow = `
name: Deploy
run-name: Deploy \${{ inputs.version }} [\${{ inputs.signalbox }}]
on:
  workflow_dispatch:
    inputs: {version: {required: true}, signalbox: {}, fails: {default: "no"}}
env: {WHERE: staging}
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
      - run: cat README.md
      - name: Look at it
        env: {VERSION: "\${{ inputs.version }}"}
        run: |
          echo "$VERSION to $WHERE at $GITHUB_SHA"
          test "\${{ inputs.fails }}" != test
  deploy:
    needs: test
    runs-on: ubuntu-latest
    steps:
      - run: test "\${{ inputs.fails }}" != deploy || [ -e /nowhere ]
  tidy:
    needs: [test, deploy]
    if: always()
    runs-on: ubuntu-latest
    steps: [{run: "echo \${{ needs.deploy.result }}"}]
`;

const files = {
  "README.md": "shop\n",
  ".github/workflows/deploy.yml": workflow,
  ".github/workflows/push.yml":
    "on: {push: {branches: ['pushed/**']}}\njobs: {go: {runs-on: x, steps: [{run: 'echo $GITHUB_REF_NAME'}]}}\n",
  ".github/workflows/foreign.yml": "on: workflow_dispatch\njobs: {go: {runs-on: x, steps: [{uses: acme/magic@v1}]}}\n",
  ".github/workflows/broken.yml": "on: workflow_dispatch\njobs: {go: {strategy: {matrix: {}}}}\n",
  ".github/workflows/pull.yml": "on: pull_request\njobs: {go: {runs-on: x, steps: [{run: 'true'}]}}\n",
  ".github/workflows/worker.yml": `on: deployment\njobs: {go: {runs-on: x, steps: [{run: 'echo \${{ github.event.deployment.environment }}'}]}}\n`,
};

let ground: WithSandbox;
beforeAll(async () => {
  ground = await aSandbox(files);
});
afterAll(async () => await ground.close());

async function octokit() {
  const { installationId } = await ground.repository("acme/shop");
  return await ground.github.installation(installationId);
}

async function dispatch(name: string, inputs: Record<string, string> = {}, ref = "main") {
  const at = { owner: "acme", repo: "shop" };
  const wish = { ...at, workflow_id: name, ref, inputs, return_run_details: true };
  const { data } = await (await octokit()).request(
    "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches",
    wish,
  );
  await ground.sandbox.workflowsIdle();
  const id = Number(Object(data)["workflow_run_id"]);
  return { id, run: () => ground.sandbox.workflowRuns("acme/shop").find((one) => one.id === id) };
}

describe("a dispatched workflow", () => {
  test("runs its jobs in a checkout, with inputs and environment, and is told by webhooks", async () => {
    const { id, run } = await dispatch("deploy.yml", { version: "1.4.0", signalbox: "t1" });
    expect(run()).toMatchObject({
      title: "Deploy 1.4.0 [t1]",
      event: "workflow_dispatch",
      conclusion: "success",
      attempt: 1,
    });
    const [first] = run()?.jobs ?? [];
    expect(first?.log).toContain("shop\n");
    expect(first?.log).toContain(`1.4.0 to staging at ${run()?.sha}`);
    const told = ground.sandbox
      .deliveries()
      .filter(({ event }) => event === "workflow_run" || event === "workflow_job");
    const of = told
      .map(({ event, action, body }) => ({ event, action, body: JSON.parse(body) }))
      .filter(({ body }) => (body.workflow_run?.id ?? body.workflow_job?.run_id) === id);
    expect(
      of.toReversed().map(({ event, action, body }) => `${event} ${action} ${body.workflow_job?.name ?? ""}`.trim()),
    ).toEqual([
      "workflow_run requested",
      "workflow_job queued test",
      "workflow_job queued deploy",
      "workflow_job queued tidy",
      "workflow_run in_progress",
      "workflow_job in_progress test",
      "workflow_job completed test",
      "workflow_job in_progress deploy",
      "workflow_job completed deploy",
      "workflow_job in_progress tidy",
      "workflow_job completed tidy",
      "workflow_run completed",
    ]);
  });

  test("fails with the step that failed, skips what needs it, and is run again from there", async () => {
    const { id, run } = await dispatch("deploy.yml", { version: "1", fails: "deploy" });
    expect(run()).toMatchObject({ conclusion: "failure" });
    expect(run()?.jobs.map(({ conclusion }) => conclusion)).toEqual(["success", "failure", "success"]);
    expect(run()?.jobs[2]?.log).toContain("failure\n");
    const api = (await octokit()).rest.actions;
    const at = { owner: "acme", repo: "shop", run_id: id };
    await api.reRunWorkflowFailedJobs(at);
    await ground.sandbox.workflowsIdle();
    const { data } = await api.listJobsForWorkflowRunAttempt({ ...at, attempt_number: 2 });
    expect(data.jobs.map(({ name, run_attempt: attempt }) => `${name} ${attempt}`)).toEqual([
      "test 1",
      "deploy 2",
      "tidy 1",
    ]);
    expect(run()).toMatchObject({ attempt: 2, conclusion: "failure" });
  });

  test("that uses an action is refused with what the sandbox does run", async () => {
    const { run } = await dispatch("foreign.yml");
    expect(run()).toMatchObject({ conclusion: "failure" });
    expect(run()?.jobs[0]?.log).toContain("The sandbox runs no actions: acme/magic@v1 is neither");
  });

  test.each([
    ["missing.yml", "main", {}, 404, /Not Found/u],
    ["deploy.yml", "nowhere", { version: "1" }, 422, /No ref found for: nowhere/u],
    ["deploy.yml", "main", {}, 422, /Required input 'version' not provided/u],
    ["deploy.yml", "main", { version: "1", strange: "x" }, 422, /Unexpected inputs provided: \["strange"\]/u],
    ["push.yml", "main", {}, 422, /Workflow does not have 'workflow_dispatch' trigger/u],
    ["broken.yml", "main", {}, 422, /Workflow does not have 'workflow_dispatch' trigger/u],
  ])("%s on %s with %o is refused as GitHub does", async (name, ref, inputs, status, message) => {
    await expect(dispatch(name, inputs, ref)).rejects.toMatchObject({
      status,
      message: expect.stringMatching(message),
    });
  });
});

test("a push, a pull request and a Deployment set off what listens to them, and nothing else", async () => {
  const before = ground.sandbox.workflowRuns("acme/shop").length;
  const changes = [{ path: "a.txt", content: "a" }];
  await ground.sandbox.commit("acme/shop", "alice", { branch: "other", message: "a", changes });
  const sha = await ground.sandbox.commit("acme/shop", "alice", { branch: "pushed/deep/a", message: "b", changes });
  await ground.sandbox.openPullRequest("acme/shop", "alice", { title: "a", body: "", head: "other" });
  await ground.sandbox.deployAs("acme/shop", "alice", { environment: "staging", revision: "main" });
  await expect
    .poll(() =>
      ground.sandbox
        .workflowRuns("acme/shop")
        .slice(before)
        .map(({ event, status }) => `${event} ${status}`)
        .sort(),
    )
    .toEqual(["deployment completed", "pull_request completed", "push completed"]);
  const made = ground.sandbox.workflowRuns("acme/shop").slice(before);
  expect(made.find(({ event }) => event === "push")).toMatchObject({ sha, conclusion: "success" });
  expect(made.find(({ event }) => event === "push")?.jobs[0]?.log).toContain("pushed/deep/a");
  expect(made.find(({ event }) => event === "deployment")?.jobs[0]?.log).toContain("staging");
});
