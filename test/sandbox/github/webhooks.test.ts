import { createRequire } from "node:module";
import { verify } from "@octokit/webhooks-methods";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { openPullRequest, type Received, type Started, shop, startSandbox } from "./start-sandbox.ts";

let started: Started;
beforeAll(async () => {
  started = await startSandbox();
});
afterAll(() => started.stop());
beforeEach(async () => {
  await started.github.settled();
  started.listener.received.length = 0;
});

const payload = z.looseObject({ action: z.string().optional() });

function read({ raw }: Received) {
  return payload.parse(JSON.parse(raw));
}

async function told(): Promise<string[]> {
  await started.github.settled();
  return started.listener.received.map((one) => {
    const { action } = read(one);
    const name = String(one.headers["x-github-event"]);
    return action === undefined ? name : `${name}.${action}`;
  });
}

async function lastOf(name: string) {
  await started.github.settled();
  const found = started.listener.received.findLast((one) => one.headers["x-github-event"] === name);
  if (found === undefined) throw new Error(`No ${name} arrived.`);
  return read(found);
}

describe("a delivery", () => {
  test("is signed, numbered and named as GitHub's are", async () => {
    await started.github.createIssue("acme/shop", "ada", "Basket ✓");
    await started.github.settled();
    const [first] = started.listener.received;
    if (first === undefined) throw new Error("Nothing arrived.");
    const signature = String(first.headers["x-hub-signature-256"]);
    expect(await verify(started.github.webhookSecret, first.raw, signature)).toBe(true);
    expect(await verify("another secret", first.raw, signature)).toBe(false);
    expect(first.headers).toMatchObject({
      "x-github-event": "issues",
      "x-github-delivery": expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      "x-github-hook-installation-target-id": String(started.github.appId),
      "x-github-hook-installation-target-type": "integration",
      "user-agent": expect.stringMatching(/^GitHub-Hookshot\//),
      "content-type": "application/json",
    });
    expect(read(first)).toMatchObject({
      action: "opened",
      issue: { title: "Basket ✓", state: "open", user: { login: "ada" } },
      repository: { full_name: "acme/shop", default_branch: "main", private: true, owner: { login: "acme" } },
      organization: { login: "acme" },
      sender: { login: "ada", type: "User" },
      installation: { id: expect.any(Number) },
    });
  });

  test("that failed is not sent again by itself, and is by the API under the same GUID", async () => {
    started.listener.answers.push(500);
    await started.github.createIssue("acme/shop", "ada", "Lost");
    await started.github.settled();
    expect(started.listener.received).toHaveLength(1);
    const { data: log } = await started.app.rest.apps.listWebhookDeliveries({ per_page: 1 });
    expect(log[0]).toMatchObject({ event: "issues", action: "opened", status_code: 500, redelivery: false });
    await started.app.rest.apps.redeliverWebhookDelivery({ delivery_id: log[0]?.id ?? 0 });
    await started.github.settled();
    const guids = started.listener.received.map((one) => one.headers["x-github-delivery"]);
    expect(guids).toEqual([log[0]?.guid, log[0]?.guid]);
    expect(started.listener.received[1]?.raw).toBe(started.listener.received[0]?.raw);
    const { data: after } = await started.app.rest.apps.listWebhookDeliveries({ per_page: 2 });
    expect(after.map((one) => [one.redelivery, one.status_code])).toEqual([
      [true, 202],
      [false, 500],
    ]);
  });

  test("finds nobody: the log says so, and the log can be walked page by page", async () => {
    started.github.deliverTo("http://127.0.0.1:1/");
    await started.github.createIssue("acme/shop", "ada", "Nobody listens");
    await started.github.settled();
    started.github.deliverTo(started.listener.url);
    const { data: log } = await started.app.rest.apps.listWebhookDeliveries({ per_page: 1 });
    expect(log[0]).toMatchObject({ status_code: 0, status: "failed to connect to host" });
    const { data: one } = await started.app.rest.apps.getWebhookDelivery({ delivery_id: log[0]?.id ?? 0 });
    expect(one.request.payload).toMatchObject({ issue: { title: "Nobody listens" } });
    const all = await started.app.paginate(started.app.rest.apps.listWebhookDeliveries, { per_page: 3 });
    expect(all.map(({ guid }) => guid)).toEqual(started.github.deliveries().map(({ guid }) => guid));
    expect(started.listener.received).toHaveLength(0);
  });

  test("waits while deliveries are held back, and the order stays", async () => {
    started.github.pauseDeliveries();
    await started.github.createIssue("acme/shop", "ada", "First");
    await started.github.createIssue("acme/shop", "ada", "Second");
    await started.github.settled();
    expect(started.listener.received).toHaveLength(0);
    started.github.resumeDeliveries();
    await started.github.settled();
    expect(started.listener.received.map((one) => read(one)["issue"])).toMatchObject([
      { title: "First" },
      { title: "Second" },
    ]);
  });
});

describe("what people do is told", () => {
  test("a commit to a new branch, a pull request, a push to it, its edits, its closing", async () => {
    const number = await openPullRequest(started.github, "told");
    expect(await told()).toEqual(["push", "create", "check_suite.requested", "pull_request.opened"]);
    expect(await lastOf("push")).toMatchObject({
      ref: "refs/heads/told",
      before: "0".repeat(40),
      created: true,
      deleted: false,
      forced: false,
      commits: [{ message: "Write told.txt", added: ["told.txt"], author: { username: "ada" } }],
      head_commit: { message: "Write told.txt" },
      pusher: { name: "ada" },
    });
    const opened = await lastOf("pull_request");
    expect(opened).toMatchObject({
      number,
      pull_request: { number, draft: false, merged: false, commits: 1, changed_files: 1, head: { ref: "told" } },
    });

    started.listener.received.length = 0;
    const before = started.github.view("acme/shop").pullRequests.find((one) => one.number === number)?.head.sha;
    const after = await started.github.commit("acme/shop", "ada", {
      branch: "told",
      message: "More",
      changes: [{ path: "told.txt", content: "more\n" }],
    });
    expect(await told()).toEqual(["push", "check_suite.requested", "pull_request.synchronize"]);
    expect(await lastOf("pull_request")).toMatchObject({
      before,
      after,
      pull_request: { head: { sha: after }, commits: 2 },
    });

    started.listener.received.length = 0;
    await started.github.editPullRequest("acme/shop", "ada", number, { title: "Told", body: "close #1" });
    await started.github.editPullRequest("acme/shop", "ada", number, { title: "Told" });
    await started.github.editPullRequest("acme/shop", "ada", number, { draft: true });
    await started.github.editPullRequest("acme/shop", "ada", number, { draft: false });
    await started.github.assign("acme/shop", "ada", number, ["ada", "nobody"]);
    await started.github.requestReviewers("acme/shop", "ada", number, ["ruth"]);
    await started.github.review("acme/shop", "ruth", number, "APPROVED");
    await started.github.closePullRequest("acme/shop", "ada", number);
    await started.github.reopenPullRequest("acme/shop", "ada", number);
    expect(await told()).toEqual([
      "pull_request.edited",
      "pull_request.converted_to_draft",
      "pull_request.ready_for_review",
      "pull_request.assigned",
      "pull_request.review_requested",
      "pull_request_review.submitted",
      "pull_request.closed",
      "pull_request.reopened",
    ]);
    const edited = started.listener.received[0];
    if (edited === undefined) throw new Error("Nothing arrived.");
    expect(read(edited)).toMatchObject({ changes: { title: { from: "Add told" }, body: { from: "" } } });
    expect(await lastOf("pull_request_review")).toMatchObject({
      review: { state: "approved", user: { login: "ruth" } },
    });
  });

  test("what the App itself does is told too, with the App as the sender", async () => {
    const { data } = await started.octokit.rest.issues.create({ ...shop, title: "By the bot" });
    const { data: made } = await started.octokit.rest.issues.createComment({
      ...shop,
      issue_number: data.number,
      body: "one",
    });
    await started.octokit.rest.issues.updateComment({ ...shop, comment_id: made.id, body: "two" });
    expect(await told()).toEqual(["issues.opened", "issue_comment.created", "issue_comment.edited"]);
    expect(await lastOf("issue_comment")).toMatchObject({
      changes: { body: { from: "one" } },
      comment: { body: "two" },
      sender: { login: "signalbox[bot]", type: "Bot" },
    });
  });

  test("deployments, their statuses, statuses of commits, releases and tags", async () => {
    const [main] = started.github.view("acme/shop").branches;
    const sha = main?.sha ?? "";
    await started.github.setStatus("acme/shop", sha, "ci/test", "success");
    const { data } = await started.octokit.rest.repos.createDeployment({
      ...shop,
      ref: sha,
      auto_merge: false,
      environment: "staging",
      payload: { token: "t1" },
    });
    if (!("id" in data)) throw new Error("No deployment was made.");
    await started.octokit.rest.repos.createDeploymentStatus({ ...shop, deployment_id: data.id, state: "success" });
    await started.octokit.rest.repos.createRelease({ ...shop, tag_name: "v1.0.0" });
    expect(await told()).toEqual([
      "status",
      "deployment.created",
      "deployment_status.created",
      "push",
      "create",
      "release.created",
      "release.published",
      "release.released",
    ]);
    expect(await lastOf("deployment")).toMatchObject({
      deployment: { payload: { token: "t1" }, environment: "staging" },
    });
    expect(await lastOf("create")).toMatchObject({ ref: "v1.0.0", ref_type: "tag", master_branch: "main" });
    expect(await lastOf("status")).toMatchObject({ state: "success", context: "ci/test", name: "acme/shop", sha });
  });

  test("a check run: made, completed, asked for again, its button", async () => {
    const [main] = started.github.view("acme/shop").branches;
    const head_sha = main?.sha ?? "";
    const { data } = await started.octokit.rest.checks.create({ ...shop, name: "signalbox/ready", head_sha });
    await started.octokit.rest.checks.update({ ...shop, check_run_id: data.id, conclusion: "success" });
    started.github.rerequestCheckRun("acme/shop", "ada", data.id);
    started.github.requestCheckAction("acme/shop", "ada", data.id, "again");
    expect(await told()).toEqual([
      "check_run.created",
      "check_run.completed",
      "check_suite.completed",
      "check_run.rerequested",
      "check_run.requested_action",
    ]);
    expect(await lastOf("check_run")).toMatchObject({
      requested_action: { identifier: "again" },
      check_run: { app: { id: started.github.appId }, check_suite: { head_sha } },
      sender: { login: "ada" },
    });
  });

  test("a new repository, with the App on it", async () => {
    await started.github.createRepository("acme/second", { files: { "a.txt": "a" } });
    await started.github.createRepository("fresh/first", { files: { "a.txt": "a" } });
    expect(await told()).toEqual([
      "installation_repositories.added",
      "push",
      "create",
      "check_suite.requested",
      "installation.created",
      "push",
      "create",
      "check_suite.requested",
    ]);
    expect(await lastOf("installation")).toMatchObject({
      installation: { id: expect.any(Number), account: { login: "fresh" }, app_slug: "signalbox" },
      repositories: [{ full_name: "fresh/first" }],
      sender: { login: "ruth" },
    });
  });
});

const example = z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) });
const examples = z
  .array(example)
  .parse(createRequire(import.meta.url)("@octokit/webhooks-examples/api.github.com/index.json"));

/** What some of GitHub's own examples have that its issues and check runs in general have not. */
const leftOut = new Set(["draft", "deployment"]);

describe("payloads have the shape of GitHub's own", () => {
  const compared = [
    ["pull_request", "opened", "pull_request"],
    ["issues", "opened", "issue"],
    ["issue_comment", "created", "comment"],
    ["check_run", "created", "check_run"],
    ["check_suite", "requested", "check_suite"],
    ["deployment", "created", "deployment"],
    ["deployment_status", "created", "deployment_status"],
    ["release", "published", "release"],
  ] as const;

  test.each(compared)("%s.%s", async (name, action, part) => {
    const real = examples.find((one) => one.name === name)?.examples.find((one) => one["action"] === action);
    const ours = started.github
      .deliveries()
      .find((one) => one.event === name && (one.action === action || action === "requested"));
    if (real === undefined || ours === undefined) throw new Error(`There is no ${name}.${action} to compare.`);
    const body = payload.parse(JSON.parse(ours.body));
    const keys = (value: unknown) => Object.keys(z.record(z.string(), z.unknown()).parse(value));
    const missing = (wanted: unknown, got: unknown) =>
      keys(wanted).filter((key) => !keys(got).includes(key) && !leftOut.has(key));
    expect(missing(real[part], body[part])).toEqual([]);
    expect(missing(real["sender"], body["sender"])).toEqual([]);
  });
});
