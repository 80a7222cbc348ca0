/** Many facts in one call; what cannot be answered is left out, so that it is asked for by itself. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { readInBulk } from "../../src/github/facts/in-bulk.ts";
import { createGitHubFacts } from "../../src/github/facts.ts";
import type { BulkAnswers } from "../../src/operations/ports.ts";
import { aSandbox, type WithSandbox } from "./a-sandbox.ts";

let world: WithSandbox;
beforeEach(async () => {
  world = await aSandbox({ "README.md": "shop", ".github/signalbox.yml": 'say: "\\"hello\\""\n' });
});
afterEach(async () => {
  await world.close();
});

test("issues and files, also those that are not there, in one call", async () => {
  const { sandbox } = world;
  const shop = await world.repository("acme/shop");
  const open = await sandbox.createIssue("acme/shop", "olaf", "open");
  const closed = await sandbox.createIssue("acme/shop", "olaf", "closed");
  await sandbox.setIssueState("acme/shop", "olaf", closed, "closed");
  const changes = [{ path: "basket", content: "basket" }];
  const at = await sandbox.commit("acme/shop", "alice", { branch: "basket", message: "Add it", changes });
  const pull = await sandbox.openPullRequest("acme/shop", "alice", { title: "Add it", body: "", head: "basket" });
  const paths = [".github/signalbox.yml", "nowhere"];
  const asked = { repository: shop, issues: [open, closed, pull, 99], files: paths.map((path) => ({ at, path })) };
  let answers: BulkAnswers | undefined;
  const calls = await world.callsOf(async () => {
    answers = (await readInBulk(world.github, [asked])).get(shop.id);
  });
  expect(calls).toEqual(["POST /graphql"]);
  expect([...(answers?.issues ?? [])]).toEqual([
    [open, "open"],
    [closed, "closed"],
    [pull, "pull-request"],
    [99, "missing"],
  ]);
  expect([...(answers?.files ?? [])]).toEqual([
    [`${at}:.github/signalbox.yml`, 'say: "\\"hello\\""\n'],
    [`${at}:nowhere`, undefined],
  ]);
});

test("a hundred facts are one call, and one more is another", async () => {
  const shop = await world.repository("acme/shop");
  const issues = Array.from({ length: 101 }, (_, index) => index + 1);
  const calls = await world.callsOf(() => readInBulk(world.github, [{ repository: shop, issues }]));
  expect(calls).toEqual(["POST /graphql", "POST /graphql"]);
});

test.each([404, 403, 502, 0])("an answer of %s answers nothing, and fails nobody", async (status) => {
  const shop = await world.repository("acme/shop");
  world.sandbox.fail({ method: "POST", path: /graphql/ }, [{ status }]);
  const answers = await readInBulk(world.github, [{ repository: shop, issues: [1] }]);
  expect(answers.get(shop.id)?.issues).toEqual(new Map());
});

test("the limit of GraphQL is kept apart from that of all else", async () => {
  const shop = await world.repository("acme/shop");
  await readInBulk(world.github, [{ repository: shop, issues: [1] }]);
  const lanes = world.github.rateLimits().map(({ lane }) => lane);
  expect(lanes).toContain(`${shop.installationId}/graphql`);
  expect(lanes).toContain(`${shop.installationId}`);
});

test("heads of branches and what they require, of several repositories in one call", async () => {
  const { sandbox } = world;
  await sandbox.createRepository("acme/infra", { files: { a: "a" } });
  const [shop, infra] = [await world.repository("acme/shop"), await world.repository("acme/infra")];
  await sandbox.createRef("acme/shop", "alice", 'refs/heads/odd/"name"', "main");
  sandbox.protect("acme/shop", "main", ["ci/test"]);
  sandbox.protect("acme/infra", "main", ["ci/test", "signalbox/ready"]);
  const check = "signalbox/ready";
  let answers: ReadonlyMap<number, BulkAnswers> = new Map();
  const calls = await world.callsOf(async () => {
    answers = await readInBulk(world.github, [
      {
        repository: shop,
        heads: ["main", 'odd/"name"', "gone", "no..name"],
        guards: { check, branches: ["main", "gone"] },
      },
      { repository: infra, heads: ["main"], guards: { check, branches: ["main"] } },
    ]);
  });
  expect(calls).toEqual(["POST /graphql"]);
  const facts = createGitHubFacts(world.github);
  expect([...(answers.get(shop.id)?.heads ?? [])]).toEqual([
    ["main", await facts.branchHead(shop, "main")],
    ['odd/"name"', await facts.branchHead(shop, 'odd/"name"')],
  ]);
  expect([...(answers.get(infra.id)?.heads ?? [])]).toEqual([["main", await facts.branchHead(infra, "main")]]);
  expect([...(answers.get(shop.id)?.guards ?? [])]).toEqual([["main", false]]);
  expect([...(answers.get(infra.id)?.guards ?? [])]).toEqual([["main", true]]);
});

test("that a branch shows no protection is no answer: it may have one that we are not shown", async () => {
  const shop = await world.repository("acme/shop");
  const guards = { check: "signalbox/ready", branches: ["main"] };
  const answers = await readInBulk(world.github, [{ repository: shop, guards }]);
  expect(answers.get(shop.id)?.guards).toEqual(new Map());
});
