/** Many facts in one call; what cannot be answered is left out, so that it is asked for by itself. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { readInBulk } from "../../src/github/facts/in-bulk.ts";
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
