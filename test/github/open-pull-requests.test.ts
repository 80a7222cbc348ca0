/** Open pull requests of many repositories at once: told exactly as the REST API tells them, and each list whole. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EventRepository } from "../../src/github/events.ts";
import { readOpenPullRequests } from "../../src/github/facts/open-pull-requests.ts";
import { listOpenPullRequests } from "../../src/github/facts/pull-request.ts";
import { aSandbox, type WithSandbox } from "./a-sandbox.ts";

let world: WithSandbox;
beforeAll(async () => {
  world = await aSandbox();
});
afterAll(async () => {
  await world.close();
});

/** Branches on one commit, each with its pull request. */
async function open(repository: string, count: number): Promise<void> {
  const changes = [{ path: "basket", content: "basket" }];
  const sha = await world.sandbox.commit(repository, "alice", { branch: "change-0", message: "Add it", changes });
  for (let index = 0; index < count; index += 1) {
    const head = `change-${index}`;
    if (index > 0) await world.sandbox.createRef(repository, "alice", `refs/heads/${head}`, sha);
    await world.sandbox.openPullRequest(repository, "alice", { title: head, body: `close #${index}`, head });
  }
}

test("every kind of pull request is told as the REST API tells it", async () => {
  const { sandbox } = world;
  const shop = await world.repository("acme/shop");
  const change = (path: string) => [{ path, content: path }];
  await sandbox.commit("acme/shop", "alice", { branch: "draft", message: "Draft", changes: change("draft") });
  await sandbox.openPullRequest("acme/shop", "alice", { title: 'A "draft"', body: "", head: "draft", draft: true });
  await sandbox.commit("acme/shop", "alice", { branch: "asked", message: "Asked", changes: change("asked") });
  const asked = await sandbox.openPullRequest("acme/shop", "alice", {
    title: "Asked",
    body: "close #1",
    head: "asked",
  });
  await sandbox.assign("acme/shop", "alice", asked, ["rosa", "alice"]);
  await sandbox.requestReviewers("acme/shop", "alice", asked, ["rosa", "olaf"]);
  const fork = { title: "From afar", body: "line\n```\ncode\n```", branch: "fork", changes: change("fork") };
  await sandbox.openPullRequestFromFork("acme/shop", "olaf", fork);
  const octokit = await world.github.installation(shop.installationId);
  await sandbox.commit("acme/shop", "alice", { branch: "own", message: "Own", changes: change("own") });
  await octokit.rest.pulls.create({ owner: "acme", repo: "shop", title: "By an App", head: "own", base: "main" });
  const closed = await sandbox.openPullRequest("acme/shop", "alice", {
    ...{ title: "Closed", body: "", head: "asked", base: "draft" },
  });
  await sandbox.closePullRequest("acme/shop", "alice", closed);

  const found = await readOpenPullRequests(world.github, [shop]);
  const listed = await listOpenPullRequests(world.github, shop);
  expect(listed).toHaveLength(4);
  expect(listed.map(({ author }) => author)).toContain("signalbox[bot]");
  expect(found.get(shop.id)).toEqual(listed);
});

test("what does not fit one page is read whole, and only what has more is asked for again", async () => {
  await world.sandbox.createRepository("acme/large", { files: { a: "a" } });
  await world.sandbox.createRepository("acme/small", { files: { a: "a" } });
  await open("acme/large", 51);
  await open("acme/small", 1);
  const [large, small] = [await world.repository("acme/large"), await world.repository("acme/small")];
  let found: Awaited<ReturnType<typeof readOpenPullRequests>> | undefined;
  const calls = await world.callsOf(async () => {
    found = await readOpenPullRequests(world.github, [large, small]);
  });
  expect(calls).toEqual(["POST /graphql", "POST /graphql", "POST /graphql"]);
  expect(found?.get(small.id)).toHaveLength(1);
  expect(found?.get(large.id)).toHaveLength(51);
  expect(found?.get(large.id)).toEqual(await listOpenPullRequests(world.github, large));

  // Half a list would pass for a whole one, and whatever is not on it for ended.
  world.sandbox.fail({ method: "POST", path: /graphql/ }, [{ status: 0, afterDoing: true }]);
  const lost = await readOpenPullRequests(world.github, [large, small]);
  expect([...lost.keys()]).toEqual([]);
});

test("more than ten repositories are asked for ten at a time", async () => {
  for (let index = 0; index < 11; index += 1) {
    await world.sandbox.createRepository(`acme/one-of-${index}`, { files: { a: "a" } });
  }
  const repositories: EventRepository[] = [];
  for (let index = 0; index < 11; index += 1) repositories.push(await world.repository(`acme/one-of-${index}`));
  const calls = await world.callsOf(() => readOpenPullRequests(world.github, repositories));
  expect(calls).toEqual(["POST /graphql", "POST /graphql"]);
});
