/** How the client meets limits, failures and silence: each call once, each failure as a value that is safe to show. */
import { inspect } from "node:util";
import nock from "nock";
import { afterEach, describe, expect, test, vi } from "vitest";
import { priorityOf, writes } from "../../src/github/call-queue.ts";
import { GitHubRefusal, orUndefined, safe } from "../../src/github/failures.ts";
import { isAway, NotSent, OutsideError } from "../../src/operations/ports.ts";
import { writingAs } from "../../src/projections/writer.ts";
import { testContext, testStart } from "../harness/test-context.ts";
import { aClient, privateKey, token } from "./a-client.ts";
import { played } from "./played.ts";

afterEach(() => {
  nock.cleanAll();
});

const at = { owner: "acme", repo: "shop" };

async function failure(promise: Promise<unknown>): Promise<OutsideError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OutsideError)) throw new Error("no OutsideError was thrown", { cause: error });
  return error;
}

test("signs in once and keeps the token", async () => {
  const scope = played();
  scope.get("/repos/acme/shop").twice().matchHeader("authorization", `token ${token}`).reply(200, { id: 11 });
  const octokit = await aClient(testContext().context).installation(7);
  await octokit.rest.repos.get(at);
  await octokit.rest.repos.get(at);
  expect(scope.isDone()).toBe(true);
});

describe("a bot that is not let in", () => {
  /** GitHub with what it says to each sign-in and to each call, and what was sent of both. */
  async function facing(signIn: () => Response, call: (token: string) => Response) {
    const overrides: Parameters<typeof testContext>[0] = {
      overrides: {
        fetch: async (input, init) =>
          String(input).endsWith("/access_tokens")
            ? signIn()
            : call(new Headers(init?.headers).get("authorization") ?? ""),
      },
    };
    return (await aClient(testContext(overrides).context).installation(7)).rest.repos;
  }

  test("asks for another token once one was taken back, and nothing has come of the call", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    let tokens = 0;
    const repos = await facing(
      () => Response.json({ token: `ghs_${++tokens}`, permissions: {} }, { status: 201 }),
      (given) =>
        given === "token ghs_1" && Date.now() > takenBackAt
          ? Response.json({ message: "Bad credentials" }, { status: 401 })
          : Response.json({ id: 11 }),
    );
    const takenBackAt = Date.now();
    await repos.get(at);
    // Octokit itself asks again with a token that is younger than five seconds.
    vi.setSystemTime(Date.now() + 60_000);
    expect(await failure(repos.get(at))).toBeInstanceOf(NotSent);
    expect((await repos.get(at)).data.id).toBe(11);
    expect(tokens).toBe(2);
    vi.useRealTimers();
  });

  test.each([
    ["the App was taken out", 404, "Not Found"],
    ["it was suspended", 403, "This installation has been suspended"],
  ])("%s: nothing is told of what it asked for", async (_, status, message) => {
    const repos = await facing(
      () => Response.json({ message }, { status }),
      () => Response.json({ id: 11 }),
    );
    const told = await failure(orUndefined(repos.get(at), [403, 404]));
    expect(told.message).toBe(`GitHub answered ${status} to POST /app/installations/7/access_tokens: ${message}`);
  });

  test("its key was changed: whatever waits for an answer is not given up", async () => {
    const message = "A JSON web token could not be decoded";
    const repos = await facing(
      () => Response.json({ message }, { status: 401 }),
      () => Response.json({ id: 11 }),
    );
    expect(isAway(await failure(repos.get(at)))).toBe(true);
  });
});

describe("limits", () => {
  const now = testStart;
  const reset = `${now / 1000 + 600}`;
  test.each([
    ["retry-after", 403, { "retry-after": "30" }, "You have exceeded a secondary rate limit", now + 30_000],
    ["retry-after with 429", 429, { "retry-after": "5" }, "", now + 5_000],
    ["an exhausted limit", 403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset }, "", now + 601_000],
    ["a secondary limit without a time", 403, {}, "You have exceeded a secondary rate limit.", now + 60_000],
    ["429 without a time", 429, {}, "", now + 60_000],
  ])("%s: says when, and does not call before", async (_, status, headers, message, retryAt) => {
    const scope = played().get("/repos/acme/shop").reply(status, { message }, headers);
    const { context, clock } = testContext();
    const github = aClient(context);
    const octokit = await github.installation(7);
    const told = [await failure(octokit.rest.repos.get(at)), await failure(octokit.rest.repos.get(at))];
    expect(told).toEqual([expect.any(NotSent), expect.any(NotSent)]);
    expect(told).toMatchObject([{ retryAt }, { retryAt }]);
    expect(github.rateLimits()).toContainEqual({ lane: "7", limit: undefined, remaining: 0, resetAt: retryAt });
    scope.get("/repos/acme/shop").reply(200, { id: 11 });
    await clock.advanceTo(retryAt);
    expect((await octokit.rest.repos.get(at)).data.id).toBe(11);
    expect(scope.isDone()).toBe(true);
  });

  test("the last call before the limit is told as it is, and the next one is not made", async () => {
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset };
    played().get("/repos/acme/shop").reply(200, { id: 11 }, headers);
    const octokit = await aClient(testContext().context).installation(7);
    await octokit.rest.repos.get(at);
    expect((await failure(octokit.rest.repos.get(at))).retryAt).toBe(now + 601_000);
  });

  test("what broke and says when it will be back may have been carried out", async () => {
    played().post("/repos/acme/shop/deployments").reply(503, {}, { "retry-after": "5" });
    const octokit = await aClient(testContext().context).installation(7);
    const error = await failure(octokit.rest.repos.createDeployment({ ...at, ref: "main" }));
    expect(error.retryAt).toBe(now + 5_000);
    expect(error).not.toBeInstanceOf(NotSent);
  });

  test("a call that was under way when GitHub closed the way does not open it again", async () => {
    const slow = Promise.withResolvers<void>();
    const { context } = testContext({
      overrides: {
        fetch: async (input) => {
          const { pathname } = new URL(String(input));
          if (pathname.endsWith("/limited"))
            return Response.json({}, { status: 403, headers: { "retry-after": "600" } });
          if (pathname.endsWith("/slow")) await slow.promise;
          const headers = { "x-ratelimit-remaining": "4000", "x-ratelimit-reset": reset };
          return Response.json({ token, permissions: {}, id: 1 }, { status: 201, headers });
        },
      },
    });
    const octokit = await aClient(context).installation(7);
    await octokit.rest.repos.get(at);
    const underWay = octokit.rest.repos.get({ owner: "acme", repo: "slow" });
    await failure(octokit.rest.repos.get({ owner: "acme", repo: "limited" }));
    slow.resolve();
    await underWay;
    expect((await failure(octokit.rest.repos.get(at))).retryAt).toBe(now + 600_000);
  });

  test("another installation is not held up", async () => {
    const scope = played().get("/repos/acme/shop").reply(429, {}, { "retry-after": "5" });
    nock("https://github.test").post("/api/app/installations/8/access_tokens").reply(201, { token, permissions: {} });
    scope.get("/repos/other/shop").reply(200, { id: 12 });
    const github = aClient(testContext().context);
    await failure((await github.installation(7)).rest.repos.get(at));
    const other = await (await github.installation(8)).rest.repos.get({ owner: "other", repo: "shop" });
    expect(other.data.id).toBe(12);
  });
});

describe("failures", () => {
  test("a 5xx is not tried again, least of all where that would do a thing twice", async () => {
    let calls = 0;
    played()
      .post("/repos/acme/shop/deployments")
      .times(4)
      .reply(() => {
        calls += 1;
        return [502, "bad gateway"];
      });
    const octokit = await aClient(testContext().context).installation(7);
    const error = await failure(octokit.rest.repos.createDeployment({ ...at, ref: "main" }));
    expect(error.message).toBe("GitHub answered 502 to POST /repos/acme/shop/deployments");
    expect(error.retryAt).toBeUndefined();
    expect(calls).toBe(1);
  });

  test("a refusal keeps its status and GitHub's words", async () => {
    played().get("/repos/acme/shop").reply(403, { message: "Resource not accessible by integration" });
    const octokit = await aClient(testContext().context).installation(7);
    const error = await failure(octokit.rest.repos.get(at));
    expect(error).toBeInstanceOf(GitHubRefusal);
    expect(error).toMatchObject({ status: 403, retryAt: undefined });
    expect(error.message).toBe("GitHub answered 403 to GET /repos/acme/shop: Resource not accessible by integration");
  });

  test("a broken connection", async () => {
    played().get("/repos/acme/shop?a=secret").replyWithError(new Error("socket hang up"));
    const octokit = await aClient(testContext().context).installation(7);
    const error = await failure(octokit.request("GET /repos/acme/shop?a=secret"));
    expect(error.message).toBe("GitHub did not answer GET /repos/acme/shop: socket hang up");
  });

  test("silence ends after twelve seconds", async () => {
    const { context, clock } = testContext({
      overrides: {
        fetch: (_input, init) =>
          new Promise((_resolve, reject) => {
            init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
          }),
      },
    });
    const octokit = await aClient(context).installation(7);
    const waiting = failure(octokit.rest.repos.get(at));
    while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(12_000);
    expect((await waiting).message).toMatch(/no answer within 12 s/);
    expect(clock.waiting).toBe(0);
  });

  test("no error and no log line holds a token or the key", async () => {
    const lines: string[] = [];
    const scope = played();
    scope.get("/repos/acme/shop").reply(500, { message: `you sent Bearer ${token}` });
    scope.get("/repos/acme/shop").reply(404, { message: `you sent ${token}` });
    scope.get("/repos/acme/shop").replyWithError(new Error(`token ${token} ${privateKey}`));
    const octokit = await aClient(testContext().context, lines).installation(7);
    for (let call = 0; call < 3; call++) {
      const seen = inspect(await failure(octokit.rest.repos.get(at)), { depth: 20, showHidden: true });
      expect(seen).not.toContain(token);
      expect(seen).not.toContain(privateKey.split("\n")[1]);
    }
    expect(lines.join("")).not.toContain(token);
  });
});

test.each([
  ["ghp_0123456789abcdef", "***"],
  ["github_pat_11AA_bbb", "***"],
  ["sent eyJhbGciOi.eyJpc3Mi.c2ln here", "sent *** here"],
  ["Authorization: Basic eC1hY2Nlc3MtdG9rZW46", "Authorization: Basic ***"],
  ["-----BEGIN RSA PRIVATE KEY-----\nabc", "***"],
  ["a token is missing", "a token is missing"],
  ["x".repeat(400), "x".repeat(300)],
])("safe(%j) is %j", (message, shown) => {
  expect(safe(message)).toBe(shown);
});

test.each([
  ["POST", "/app/installations/7/access_tokens", 4],
  ["POST", "/repos/a/b/check-runs", 3],
  ["PATCH", "/repos/a/b/check-runs/9", 3],
  ["GET", "/repos/a/b/issues/1/comments", 2],
  ["POST", "/graphql", 2, JSON.stringify({ query: "query { viewer { login } }" })],
  ["POST", "/graphql", 1, JSON.stringify({ query: "mutation { a { b } }", variables: {} })],
  ["POST", "/repos/a/b/deployments", 1],
  ["POST", "/repos/a/b/issues/1/comments", 0],
  ["PATCH", "/repos/a/b/issues/comments/5", 0],
] as const)("%s %s has priority %i", (method, path, priority, body = "") => {
  expect(priorityOf(path, writes(method, path, body))).toBe(priority);
});

test("checks go before comments that were asked for earlier", async () => {
  const order: string[] = [];
  const open: (() => void)[] = [];
  const { context } = testContext({
    overrides: {
      fetch: async (input, init) => {
        const path = new URL(String(input)).pathname;
        if (!path.endsWith("/access_tokens")) {
          order.push(`${init?.method} ${path}`);
          await new Promise<void>((resolve) => open.push(resolve));
        }
        return Response.json({ token, permissions: {}, id: 1 }, { status: 201 });
      },
    },
  });
  const octokit = await aClient(context).installation(7);
  const comment = () => octokit.rest.issues.createComment({ ...at, issue_number: 1, body: "." });
  const calls: Promise<unknown>[] = Array.from({ length: 12 }, comment);
  while (order.length < 10) await new Promise((resolve) => setImmediate(resolve));
  calls.push(octokit.rest.checks.create({ ...at, name: "x", head_sha: "0" }));
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(order).toHaveLength(10);
  while (order.length < 13 || open.length > 0) {
    open.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(calls);
  expect(order[10]).toBe("POST /api/repos/acme/shop/check-runs");
});

test("what has waited for its turn so long that another may do the same is not sent; who only asks may wait", async () => {
  const sent: string[] = [];
  const open: (() => void)[] = [];
  const { context, clock } = testContext({
    overrides: {
      fetch: async (input, init) => {
        const path = new URL(String(input)).pathname;
        if (!path.endsWith("/access_tokens")) {
          sent.push(`${init?.method} ${path}`);
          await new Promise<void>((resolve) => open.push(resolve));
        }
        return Response.json({ token, permissions: {}, id: 1 }, { status: 201 });
      },
    },
  });
  const octokit = await aClient(context).installation(7);
  const first = Array.from({ length: 10 }, () => octokit.rest.repos.get(at));
  while (sent.length < 10) await new Promise((resolve) => setImmediate(resolve));
  const late = failure(octokit.rest.repos.createDeployment({ ...at, ref: "main" }));
  const alsoLate = failure(octokit.graphql("mutation ($input: X!) { revertPullRequest(input: $input) { x } }"));
  const reads = [octokit.rest.issues.get({ ...at, issue_number: 1 }), octokit.graphql("query { viewer { login } }")];
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(16_000);
  const all = Promise.all([...first, ...reads]);
  while (sent.length < 12 || open.length > 0) {
    for (const answer of open.splice(0)) answer();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await all;
  expect(await late).toBeInstanceOf(NotSent);
  expect((await late).message).toBe(
    "GitHub was not asked POST /repos/acme/shop/deployments: too many other calls came first",
  );
  expect(await alsoLate).toBeInstanceOf(NotSent);
  expect(sent.slice(10).sort()).toEqual(["GET /api/repos/acme/shop/issues/1", "POST /api/graphql"]);
});

test("what writes is sent only while its writer may still write, and what reads in any case", async () => {
  const sent: string[] = [];
  const { context } = testContext({
    overrides: {
      fetch: async (input, init) => {
        sent.push(`${init?.method} ${new URL(String(input)).pathname}`);
        return Response.json({ token, permissions: {}, id: 1 }, { status: 201 });
      },
    },
  });
  const octokit = await aClient(context).installation(7);
  let lost = false;
  const stillMine = async () => {
    sent.push("still mine?");
    if (lost) throw new NotSent("another took over");
  };
  const error = await writingAs(stillMine, async () => {
    await octokit.rest.repos.get(at);
    await octokit.rest.repos.createDeployment({ ...at, ref: "main" });
    lost = true;
    return await failure(octokit.rest.repos.createDeployment({ ...at, ref: "main" }));
  });
  expect(error).toBeInstanceOf(NotSent);
  expect(sent).toEqual([
    "POST /api/app/installations/7/access_tokens",
    "GET /api/repos/acme/shop",
    "still mine?",
    "POST /api/repos/acme/shop/deployments",
    "still mine?",
  ]);
  await octokit.rest.repos.createDeployment({ ...at, ref: "main" });
});
