/** What a service's files hold at a commit, and what a pull request changes, over real HTTP from real git. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGitHubFacts } from "../../src/github/facts.ts";
import type { GitHubPort, RepositoryRef } from "../../src/operations/ports.ts";
import { aSandbox, type WithSandbox } from "./a-sandbox.ts";

let world: WithSandbox;
let facts: GitHubPort;
let shop: RepositoryRef;

beforeAll(async () => {
  world = await aSandbox({ "README.md": "shop", "api/main.ts": "one", "web/page.ts": "one" });
  facts = createGitHubFacts(world.github);
  shop = await world.repository("acme/shop");
});

afterAll(async () => {
  await world.close();
});

const commit = async (branch: string, path: string, content: string | null) =>
  await world.sandbox.commit("acme/shop", "alice", {
    branch,
    message: `Change ${path}`,
    changes: [{ path, content }],
  });

test("the content of a path follows its files alone, in one call for all services of a merge", async () => {
  const first = await commit("main", "docs/one.md", "one");
  const web = await commit("main", "web/page.ts", "two");
  const calls = await world.callsOf(async () => {
    const [api, page] = [await facts.content(shop, web, ["api/**"]), await facts.content(shop, web, ["web"])];
    expect(api).not.toBe(page);
    expect(await facts.content(shop, web, ["api/**"])).toBe(api);
  });
  expect(calls).toEqual([`GET /repos/acme/shop/git/trees/${web}`]);
  expect(await facts.content(shop, first, ["api/**"])).toBe(await facts.content(shop, web, ["api/**"]));
  expect(await facts.content(shop, first, ["web"])).not.toBe(await facts.content(shop, web, ["web"]));
  const back = await commit("main", "web/page.ts", "one");
  expect(await facts.content(shop, back, ["web"])).toBe(await facts.content(shop, first, ["web"]));
});

test("the files that a pull request changes, gone ones too", async () => {
  await commit("change", "api/main.ts", "two");
  await commit("change", "web/page.ts", null);
  const number = await world.sandbox.openPullRequest("acme/shop", "alice", {
    title: "Change the api",
    body: "",
    head: "change",
    base: "main",
  });
  const changed = await facts.changedFiles(shop, number);
  expect([...changed.paths].toSorted()).toEqual(["api/main.ts", "web/page.ts"]);
  expect(changed.whole).toBe(true);
});
