/** What others than the bot do on the sandbox's GitHub: forks, the merge queue, workflow runs, other deployers, owners. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { openPullRequest, type Started, shop, startSandbox } from "./start-sandbox.ts";

let started: Started;
beforeEach(async () => {
  started = await startSandbox();
});
afterEach(() => started.stop());

const event = z.looseObject({ action: z.string().optional() });

async function told(name: string) {
  await started.github.settled();
  return started.listener.received
    .filter((one) => one.headers["x-github-event"] === name)
    .map((one) => event.parse(JSON.parse(one.raw)));
}

const pull = (number: number) => started.octokit.rest.pulls.get({ ...shop, pull_number: number });
const refs = () => started.github.view("acme/shop").branches.map(({ name }) => name);

describe("a pull request from a fork", () => {
  const wish = {
    title: "Fix a word",
    body: "",
    branch: "main",
    changes: [{ path: "README.md", content: "# Shop!\n" }],
  };

  test("has its head elsewhere, and no branch of the repository reaches it", async () => {
    const number = await started.github.openPullRequestFromFork("acme/shop", "noor", wish);
    const { data } = await pull(number);
    expect(data.head.repo?.full_name).toBe("noor/shop");
    expect(data.head.repo?.id).not.toBe(data.base.repo.id);
    expect(data.head.label).toBe("noor:main");
    const heads = await started.octokit.rest.repos.listBranchesForHeadCommit({ ...shop, commit_sha: data.head.sha });
    expect(heads.data).toEqual([]);
    const commit = await started.octokit.rest.repos.getCommit({ ...shop, ref: data.head.sha });
    expect(commit.data.sha).toBe(data.head.sha);
    expect(await told("push")).toHaveLength(1);
  });

  test("follows what is pushed to the fork, not the repository's branch of the same name, and can be merged", async () => {
    const number = await started.github.openPullRequestFromFork("acme/shop", "noor", wish);
    await started.github.commit("acme/shop", "ada", {
      branch: "main",
      message: "x",
      changes: [{ path: "x", content: "x" }],
    });
    const commit = { message: "More", changes: [{ path: "more", content: "more" }] };
    const sha = await started.github.pushToFork("acme/shop", "noor", number, commit);
    expect((await pull(number)).data.head.sha).toBe(sha);
    expect((await told("pull_request")).map(({ action }) => action)).toEqual(["opened", "synchronize"]);
    await started.github.mergePullRequest("acme/shop", "ada", number);
    expect((await pull(number)).data.merged).toBe(true);
  });
});

describe("ways to merge", () => {
  test.each([["squash"], ["rebase"]] as const)("%s leaves a straight history", async (method) => {
    const number = await openPullRequest(started.github, "basket");
    await started.github.commit("acme/shop", "ada", {
      branch: "main",
      message: "x",
      changes: [{ path: "x", content: "x" }],
    });
    const sha = await started.github.mergePullRequest("acme/shop", "ada", number, { method });
    const { data } = await started.octokit.rest.repos.getCommit({ ...shop, ref: sha });
    expect(data.parents).toHaveLength(1);
    expect(data.commit.message).toBe(method === "squash" ? `Add basket (#${number})` : "Write basket.txt");
    expect((await pull(number)).data.merge_commit_sha).toBe(sha);
  });
});

describe("the merge queue", () => {
  test("asks for checks on a branch of its own and merges when they are green", async () => {
    started.github.protect("acme/shop", "main", ["ci"]);
    const number = await openPullRequest(started.github, "basket");
    const { headRef, headSha } = await started.github.enqueue("acme/shop", "ada", number);
    expect(refs()).toContain(headRef);
    const [asked] = await told("merge_group");
    expect(asked).toMatchObject({
      action: "checks_requested",
      merge_group: { head_sha: headSha, base_ref: "refs/heads/main" },
    });
    expect(await started.github.advanceQueue("acme/shop")).toBe("waiting");
    await started.github.setStatus("acme/shop", headSha, "ci", "success");
    expect(await started.github.advanceQueue("acme/shop")).toBe("merged");
    expect((await pull(number)).data.merge_commit_sha).toBe(headSha);
    expect(refs()).not.toContain(headRef);
    expect((await told("merge_group")).at(-1)).toMatchObject({ action: "destroyed", reason: "merged" });
  });

  test("sends back what fails", async () => {
    started.github.protect("acme/shop", "main", ["ci"]);
    const number = await openPullRequest(started.github, "basket");
    const { headSha } = await started.github.enqueue("acme/shop", "ada", number);
    await started.github.setStatus("acme/shop", headSha, "ci", "failure");
    expect(await started.github.advanceQueue("acme/shop")).toBe("sent-back");
    expect((await pull(number)).data.state).toBe("open");
    expect(await started.github.advanceQueue("acme/shop")).toBe("empty");
  });
});

describe("a workflow run before a guarded environment", () => {
  const run = () => started.github.runs("acme/shop")[0];
  const report = (state?: "approved" | "rejected") =>
    started.octokit.rest.actions.reviewCustomGatesForRun({
      ...{ ...shop, run_id: run()?.id ?? 0, environment_name: "production", comment: "because" },
      ...(state === undefined ? {} : { state }),
    });

  test("waits for the App, hears why, and goes on when it may", async () => {
    const id = await started.github.runWorkflow("acme/shop", "ada", { environment: "production", revision: "main" });
    const [asked] = await told("deployment_protection_rule");
    expect(asked).toMatchObject({
      ...{ action: "requested", environment: "production" },
      deployment_callback_url: `${started.github.url}/repos/acme/shop/actions/runs/${id}/deployment_protection_rule`,
      deployment: { id: run()?.deployment, sha: run()?.sha },
    });
    expect((await report()).status).toBe(204);
    expect(run()).toMatchObject({ status: "waiting", reports: [{ state: null, comment: "because" }] });
    await report("approved");
    expect(run()?.status).toBe("in_progress");
    await expect(report("approved")).rejects.toMatchObject({ status: 422 });
    started.github.endRun("acme/shop", id, "success");
    expect((await told("workflow_run")).map(({ action }) => action)).toEqual(["requested", "in_progress", "completed"]);
    const states = started.github.view("acme/shop").deployments[0]?.statuses.map(({ state }) => state);
    expect(states).toEqual(["waiting", "in_progress", "success"]);
  });

  test("ends when it is turned away, and takes no more than ten reports", async () => {
    await started.github.runWorkflow("acme/shop", "ada", { environment: "production", revision: "main" });
    for (let time = 0; time < 10; time += 1) await report();
    await expect(report()).rejects.toMatchObject({ status: 422 });
    await started.github.runWorkflow("acme/shop", "ada", { environment: "production", revision: "main" });
    const [, second] = started.github.runs("acme/shop");
    await started.octokit.rest.actions.reviewCustomGatesForRun({
      ...{ ...shop, run_id: second?.id ?? 0, environment_name: "production", state: "rejected", comment: "no" },
    });
    expect(started.github.runs("acme/shop")[1]).toMatchObject({ status: "completed", conclusion: "failure" });
  });
});

test("others deploy under their own names", async () => {
  const id = await started.github.deployAs("acme/shop", "ada", {
    ...{ environment: "staging", revision: "main", states: ["in_progress", "success"] },
  });
  const statuses = await told("deployment_status");
  expect(statuses).toHaveLength(2);
  expect(statuses[1]).toMatchObject({
    deployment: { id },
    deployment_status: { state: "success", creator: { login: "ada" } },
  });
});

test("a comment that is taken back is told", async () => {
  const number = await openPullRequest(started.github, "basket");
  const comment = await started.github.comment("acme/shop", "ada", number, "hello");
  await started.github.deleteComment("acme/shop", "ada", comment);
  expect((await told("issue_comment")).map(({ action }) => action)).toEqual(["created", "deleted"]);
});

test("teams have members", async () => {
  started.github.setTeam("acme", "sre", ["ada"]);
  const team = { org: "acme", team_slug: "sre" };
  const found = await started.octokit.rest.teams.getMembershipForUserInOrg({ ...team, username: "Ada" });
  expect(found.data.state).toBe("active");
  await expect(
    started.octokit.rest.teams.getMembershipForUserInOrg({ ...team, username: "ruth" }),
  ).rejects.toMatchObject({ status: 404 });
  const members = await started.octokit.rest.teams.listMembersInOrg(team);
  expect(members.data.map(({ login }) => login)).toEqual(["ada"]);
});

test("a suspended App is refused and hears nothing until it is let in again; an uninstalled one is gone", async () => {
  started.github.changeInstallation("acme", "ruth", "suspend");
  await expect(started.octokit.rest.repos.get(shop)).rejects.toMatchObject({ status: 403 });
  await started.github.createIssue("acme/shop", "ada", "nobody hears");
  expect(await told("issues")).toHaveLength(0);
  started.github.changeInstallation("acme", "ruth", "unsuspend");
  await expect(started.octokit.rest.repos.get(shop)).resolves.toMatchObject({ status: 200 });
  started.github.changeInstallation("acme", "ruth", "deleted");
  await expect(started.octokit.rest.repos.get(shop)).rejects.toMatchObject({ status: 404 });
  expect((await told("installation")).map(({ action }) => action)).toEqual([
    "created",
    "suspend",
    "unsuspend",
    "deleted",
  ]);
});
