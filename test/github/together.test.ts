/** One request for many repositories: what is wrong with one of them leaves the others' answers as they are. */
import nock from "nock";
import { afterEach, expect, test } from "vitest";
import { readOpenPullRequests } from "../../src/github/facts/open-pull-requests.ts";
import { askTogether, type Wish } from "../../src/github/facts/together.ts";
import { testContext } from "../harness/test-context.ts";
import { aClient, shop } from "./a-client.ts";
import { played } from "./played.ts";

afterEach(() => {
  nock.cleanAll();
});

const named = (index: number): Wish["repository"] => ({ id: index, fullName: `acme/service-${index}` });
const wishes: readonly Wish[] = [1, 2, 3].map((index) => ({ repository: named(index), fields: ["a", "b"] }));
const whole = (id: number) => ({ databaseId: id, f0: `a${id}`, f1: `b${id}` });
const answered = (...fields: [number, unknown][]) => ({ kind: "answered", fields: new Map(fields) });

async function ask(body: object, status = 200) {
  played().post("/graphql").reply(status, body);
  return await askTogether(aClient(testContext().context), 7, wishes);
}

test("all is there", async () => {
  expect(await ask({ data: { r0: whole(1), r1: whole(2), r2: whole(3) } })).toEqual([
    answered([0, "a1"], [1, "b1"]),
    answered([0, "a2"], [1, "b2"]),
    answered([0, "a3"], [1, "b3"]),
  ]);
});

test("one repository is not there, one is blocked, and the third is told", async () => {
  const errors = [
    { type: "NOT_FOUND", path: ["r0"], message: "Could not resolve to a Repository with the name 'acme/service-1'." },
    { type: "FORBIDDEN", path: ["r1"], message: "Resource not accessible by integration" },
  ];
  expect(await ask({ data: { r0: null, r1: null, r2: whole(3) }, errors })).toEqual([
    { kind: "missing" },
    answered(),
    answered([0, "a3"], [1, "b3"]),
  ]);
});

test("an error in the midst of a field takes that field alone; what is not found is told as null", async () => {
  const errors = [
    { type: "FORBIDDEN", path: ["r1", "f0", "nodes", 3, "requestedReviewer"], message: "no" },
    { type: "NOT_FOUND", path: ["r2", "f1"], message: "Could not resolve" },
  ];
  expect(await ask({ data: { r0: whole(1), r1: whole(2), r2: { ...whole(3), f1: null } }, errors })).toEqual([
    answered([0, "a1"], [1, "b1"]),
    answered([1, "b2"]),
    answered([0, "a3"], [1, null]),
  ]);
});

test("a name that leads on to another repository is no answer", async () => {
  const found = await ask({ data: { r0: whole(99), r1: whole(2), r2: whole(3) } });
  expect(found[0]).toEqual(answered());
});

test.each([
  [
    "an error that does not say about what",
    { data: { r0: whole(1) }, errors: [{ message: "Something went wrong" }] },
    200,
  ],
  ["a limit", { errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded" }] }, 200],
  [
    "a field that an older server does not know",
    { errors: [{ path: ["query", "r0", "f0"], message: "no field" }] },
    200,
  ],
  ["a server that fails", { message: "Server Error" }, 502],
  ["an installation that is suspended", { message: "This installation has been suspended" }, 403],
])("%s answers nothing, and fails nobody", async (_what, body, status) => {
  expect(await ask(body, status)).toEqual([answered(), answered(), answered()]);
});

test("of a repository whose page has something withheld the list is left out, and the other's is told", async () => {
  const page = { pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] };
  const errors = [{ type: "FORBIDDEN", path: ["r0", "f0", "nodes", 0, "reviewRequests"], message: "no" }];
  const data = { r0: { databaseId: 11, f0: page }, r1: { databaseId: 12, f0: page } };
  played().post("/graphql").reply(200, { data, errors });
  const other = { ...shop, id: 12, fullName: "acme/other" };
  const found = await readOpenPullRequests(aClient(testContext().context), [shop, other]);
  expect([...found]).toEqual([[12, []]]);
});

test("a list that says there is more and not where is left out", async () => {
  const page = { pageInfo: { hasNextPage: true, endCursor: null }, nodes: [] };
  played()
    .post("/graphql")
    .reply(200, { data: { r0: { databaseId: 11, f0: page } } });
  expect(await readOpenPullRequests(aClient(testContext().context), [shop])).toEqual(new Map());
});

test("a request asks for a hundred fields and 25 repositories at most", async () => {
  const asked: string[] = [];
  const scope = played().post("/graphql").times(5).reply(200, { data: {} });
  scope.on("request", (_request, _interceptor, body: string) => asked.push(body));
  const many = Array.from({ length: 26 }, (_, index) => ({ repository: named(index), fields: ["a"] }));
  await askTogether(aClient(testContext().context), 7, many);
  await askTogether(aClient(testContext().context), 7, [
    { repository: named(1), fields: Array<string>(250).fill("a") },
  ]);
  const counts = asked.map((body) => [body.match(/repository\(/g)?.length, body.match(/f\d+: a/g)?.length]);
  expect(counts).toEqual([
    [25, 25],
    [1, 1],
    [1, 100],
    [1, 100],
    [1, 50],
  ]);
});
