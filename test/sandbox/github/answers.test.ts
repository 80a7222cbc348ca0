import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openPullRequest, type Started, shop, startSandbox } from "./start-sandbox.ts";

let started: Started;

const head = () => started.github.view("acme/shop").branches[0]?.sha ?? "";
const long = (length: number) => "x".repeat(length);

/** A sandbox of its own for each test of the group. */
function fresh() {
  beforeEach(async () => {
    started = await startSandbox({ callsPerHour: 40 });
  });
  afterEach(() => started.stop());
}

describe("a wrong request is refused as GitHub refuses it", () => {
  const check = { name: "ready" };
  const annotations = (count: number) =>
    Array.from({ length: count }, () => ({
      path: "a",
      start_line: 1,
      end_line: 1,
      annotation_level: "notice",
      message: "m",
    }));
  const wrong: readonly [string, string, () => Record<string, unknown>, number][] = [
    ["a check run without a name", "POST check-runs", () => ({ head_sha: head() }), 422],
    ["on a commit that is not there", "POST check-runs", () => ({ ...check, head_sha: "1".repeat(40) }), 422],
    [
      "completed without a conclusion",
      "POST check-runs",
      () => ({ ...check, head_sha: head(), status: "completed" }),
      422,
    ],
    ["an unknown conclusion", "POST check-runs", () => ({ ...check, head_sha: head(), conclusion: "great" }), 422],
    [
      "an output without a title",
      "POST check-runs",
      () => ({ ...check, head_sha: head(), output: { summary: "s" } }),
      422,
    ],
    [
      "a summary that is too long",
      "POST check-runs",
      () => ({ ...check, head_sha: head(), output: { title: "t", summary: long(65_536) } }),
      422,
    ],
    [
      "51 annotations",
      "POST check-runs",
      () => ({ ...check, head_sha: head(), output: { title: "t", summary: "s", annotations: annotations(51) } }),
      422,
    ],
    [
      "four actions",
      "POST check-runs",
      () => ({
        ...check,
        head_sha: head(),
        actions: [1, 2, 3, 4].map((n) => ({ label: "l", description: "d", identifier: String(n) })),
      }),
      422,
    ],
    [
      "a long button",
      "POST check-runs",
      () => ({ ...check, head_sha: head(), actions: [{ label: long(21), description: "d", identifier: "i" }] }),
      422,
    ],
    ["an empty comment", "POST issues/1/comments", () => ({ body: "" }), 422],
    ["a comment that is too long", "POST issues/1/comments", () => ({ body: long(65_537) }), 422],
    ["a comment on nothing", "POST issues/99/comments", () => ({ body: "x" }), 404],
    ["an issue without a title", "POST issues", () => ({}), 422],
    ["a deployment of nothing", "POST deployments", () => ({ ref: "nothing", auto_merge: false }), 422],
    ["a pull request without commits", "POST pulls", () => ({ title: "t", head: "main", base: "main" }), 422],
    ["a pull request from nowhere", "POST pulls", () => ({ title: "t", head: "nothing", base: "main" }), 422],
    ["an unknown state of a status", `POST statuses/${"1".repeat(40)}`, () => ({ state: "green" }), 422],
    ["what is not there", "GET nothing", () => ({}), 404],
  ];

  beforeAll(async () => {
    started = await startSandbox();
    await started.github.createIssue("acme/shop", "ada", "One");
  });
  afterAll(() => started.stop());

  test.each(wrong)("%s", async (_, line, body, status) => {
    const [method, path] = line.split(" ");
    const before = started.github.view("acme/shop");
    const call = started.octokit.request({ method: method ?? "", url: `/repos/acme/shop/${path}`, ...body() });
    await expect(call).rejects.toMatchObject({
      status,
      response: {
        data: { message: expect.any(String), documentation_url: expect.any(String), status: String(status) },
      },
    });
    expect(started.github.view("acme/shop")).toEqual(before);
  });

  test("what GitHub takes at its limits is taken", async () => {
    const { rest } = started.octokit;
    await rest.issues.createComment({ ...shop, issue_number: 1, body: long(65_536) });
    const { data } = await rest.checks.create({
      ...shop,
      ...check,
      head_sha: head(),
      output: {
        title: "t",
        summary: long(65_535),
        annotations: annotations(50).map((one) => ({ ...one, annotation_level: "notice" })),
      },
    });
    const { data: more } = await rest.checks.update({
      ...shop,
      check_run_id: data.id,
      output: {
        summary: "s",
        annotations: [{ path: "b", start_line: 2, end_line: 2, annotation_level: "failure", message: "m" }],
      },
    });
    expect(more.output).toMatchObject({ title: "t", summary: "s", annotations_count: 51 });
  });

  test("a check run of another App is read and not changed", async () => {
    await started.github.setCheckRun("acme/shop", head(), "ci", "failure");
    const { data } = await started.octokit.rest.checks.listForRef({ ...shop, ref: "main", check_name: "ci" });
    expect(data.check_runs).toMatchObject([{ name: "ci", conclusion: "failure", app: { slug: "sandbox-ci" } }]);
    const id = data.check_runs[0]?.id ?? 0;
    const change = started.octokit.rest.checks.update({ ...shop, check_run_id: id, conclusion: "success" });
    await expect(change).rejects.toMatchObject({ status: 403 });
    const { data: mine } = await started.octokit.rest.checks.listForRef({
      ...shop,
      ref: "main",
      app_id: started.github.appId,
    });
    expect(mine.check_runs.map(({ name }) => name)).not.toContain("ci");
  });
});

describe("deployments", () => {
  fresh();
  const create = async (environment: string, more: Record<string, unknown> = {}) => {
    const { data } = await started.octokit.rest.repos.createDeployment({
      ...shop,
      ref: head(),
      auto_merge: false,
      environment,
      ...more,
    });
    if (!("id" in data)) throw new Error("It was merged instead.");
    return data.id;
  };
  const say = (deployment_id: number, state: "success" | "failure" | "in_progress") =>
    started.octokit.rest.repos.createDeploymentStatus({ ...shop, deployment_id, state, description: long(140) });

  test("wait for the checks on the commit unless told not to", async () => {
    await started.github.setStatus("acme/shop", head(), "ci", "failure");
    await expect(create("staging")).rejects.toMatchObject({ status: 409 });
    await expect(create("staging", { required_contexts: ["other"] })).rejects.toMatchObject({ status: 409 });
    await expect(create("staging", { required_contexts: [] })).resolves.toEqual(expect.any(Number));
  });

  test("a success makes the older one of the same environment inactive", async () => {
    const [old, failed, other] = [await create("staging"), await create("staging"), await create("demo")];
    await say(old, "success");
    await say(failed, "failure");
    await say(other, "success");
    const next = await create("staging");
    await say(next, "success");
    const states = started.github.view("acme/shop").deployments.map(({ statuses }) => statuses.at(-1)?.state);
    expect(states).toEqual(["inactive", "failure", "success", "success"]);
    const { data } = await started.octokit.rest.repos.listDeployments({ ...shop, environment: "staging" });
    expect(data.map(({ id }) => id)).toEqual([next, failed, old]);
    const { data: statuses } = await started.octokit.rest.repos.listDeploymentStatuses({ ...shop, deployment_id: old });
    expect(statuses.map(({ state }) => state)).toEqual(["inactive", "success"]);
  });

  test.each([
    ["a long description", { state: "success", description: long(141) }],
    ["an unknown state", { state: "great" }],
    ["an address that is none", { state: "success", log_url: "logs" }],
  ])("a status is refused: %s", async (_, body) => {
    const id = await create("staging");
    const call = started.octokit.request(`POST /repos/acme/shop/deployments/${id}/statuses`, body);
    await expect(call).rejects.toMatchObject({ status: 422 });
  });
});

describe("every answer", () => {
  fresh();
  test("carries the rate limit, which ends", async () => {
    const one = await started.octokit.rest.repos.get(shop);
    expect(one.headers).toMatchObject({
      "x-ratelimit-limit": "40",
      "x-ratelimit-remaining": expect.stringMatching(/^3\d$/),
    });
    const { data } = await started.octokit.rest.rateLimit.get();
    expect(data.rate.remaining).toBe(Number(one.headers["x-ratelimit-remaining"]));
    for (let left = data.rate.remaining; left > 0; left -= 1) await started.octokit.rest.repos.get(shop);
    await expect(started.octokit.rest.repos.get(shop)).rejects.toMatchObject({
      status: 403,
      response: { headers: { "x-ratelimit-remaining": "0" } },
    });
  });

  test("has an ETag, and is 304 while nothing changed", async () => {
    const number = await openPullRequest(started.github, "change");
    const at = { ...shop, pull_number: number };
    const { headers } = await started.octokit.rest.pulls.get(at);
    const again = () => started.octokit.rest.pulls.get({ ...at, headers: { "if-none-match": headers.etag } });
    await expect(again()).rejects.toMatchObject({ status: 304 });
    await started.github.editPullRequest("acme/shop", "ada", number, { title: "Other" });
    expect((await again()).status).toBe(200);
  });
});

describe("drills", () => {
  fresh();
  test("a call fails as often as asked, and is not carried out", async () => {
    const number = await started.github.createIssue("acme/shop", "ada", "One");
    const comment = () => started.octokit.rest.issues.createComment({ ...shop, issue_number: number, body: "x" });
    started.github.fail({ method: "POST", path: /comments$/ }, [
      { status: 502 },
      { status: 403, headers: { "retry-after": "7" } },
    ]);
    await expect(comment()).rejects.toMatchObject({ status: 502 });
    await expect(comment()).rejects.toMatchObject({ status: 403, response: { headers: { "retry-after": "7" } } });
    expect(started.github.view("acme/shop").issues[0]?.comments).toHaveLength(0);
    await comment();
    expect(started.github.view("acme/shop").issues[0]?.comments).toMatchObject([
      { author: "signalbox[bot]", body: "x", edits: 0 },
    ]);
    expect(started.github.calls().filter(({ path }) => path.endsWith("/comments"))).toEqual([
      { method: "POST", path: "/repos/acme/shop/issues/1/comments", status: 502 },
      { method: "POST", path: "/repos/acme/shop/issues/1/comments", status: 403 },
      { method: "POST", path: "/repos/acme/shop/issues/1/comments", status: 201 },
    ]);
  });

  test("an answer is lost after the call was carried out", async () => {
    started.github.fail({ method: "POST", path: /issues$/ }, [
      { status: 502, afterDoing: true },
      { status: 0, afterDoing: true },
    ]);
    const create = () => started.octokit.rest.issues.create({ ...shop, title: "Made all the same" });
    await expect(create()).rejects.toMatchObject({ status: 502 });
    await expect(create()).rejects.toThrow();
    expect(started.github.view("acme/shop").issues).toHaveLength(2);
  });
});

describe("a page", () => {
  fresh();

  test("that a link leads to shows what is there, and keeps what people wrote from being markup", async () => {
    const number = await openPullRequest(started.github, "change", { title: "<script>alert(1)</script>" });
    const read = async (path: string) => {
      const answer = await fetch(`${started.github.url}/${path}`, { headers: { accept: "text/html" } });
      return { status: answer.status, text: await answer.text() };
    };
    const { status, text } = await read(`acme/shop/pull/${number}`);
    expect(status).toBe(200);
    expect(text).toContain("&lt;script&gt;alert(1)&lt;/script&gt; #1");
    expect(text).not.toContain("<script>");
    expect((await read("acme/shop/compare/main...change")).text).toContain("Write change.txt (Ada Hart)");
    expect((await read("acme/shop/pull/99")).status).toBe(404);
  });

  test("hears of changes until it stops listening", async () => {
    let heard = 0;
    const stop = started.github.onChange(() => {
      heard += 1;
    });
    await started.github.createIssue("acme/shop", "ada", "One");
    expect(heard).toBeGreaterThan(0);
    stop();
    await started.github.settled();
    const before = heard;
    await started.github.createIssue("acme/shop", "ada", "Two");
    await started.github.settled();
    expect(heard).toBe(before);
  });
});
