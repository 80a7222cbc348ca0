/** Every answer of `GitHubPort`, over real HTTP from real git, with the number of calls that it took. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGitHubFacts } from "../../src/github/facts.ts";
import type { GitHubPort, RepositoryRef } from "../../src/operations/ports.ts";
import { aSandbox, type WithSandbox } from "./a-sandbox.ts";

let world: WithSandbox;
let facts: GitHubPort;
let shop: RepositoryRef;
let main: string;

const change = (path: string, content = path) => ({ message: `Change ${path}`, changes: [{ path, content }] });

beforeAll(async () => {
  world = await aSandbox();
  facts = createGitHubFacts(world.github);
  shop = await world.repository("acme/shop");
  const head = world.sandbox.view("acme/shop").branches.find(({ name }) => name === "main");
  main = head?.sha ?? "";
});

afterAll(async () => {
  await world.close();
});

async function revisionWithCalls(name: string) {
  let found: Awaited<ReturnType<GitHubPort["revision"]>>;
  const calls = await world.callsOf(async () => {
    found = await facts.revision(shop, name);
  });
  return { found, calls };
}

test("a repository is what its name leads to, and none where that is another, or another installation's", async () => {
  const found = { ...shop, private: true };
  expect(await facts.repository({ ...shop, defaultBranch: "master" })).toEqual(found);
  expect(await facts.repository({ ...shop, id: shop.id + 1_000 })).toBeUndefined();
  expect(await facts.repository({ ...shop, installationId: 4_711 })).toBeUndefined();
  expect(await facts.repository({ ...shop, fullName: "acme/was-never-there" })).toBeUndefined();
});

describe("revision", () => {
  test("a branch, also with a slash, in one call", async () => {
    const sha = await world.sandbox.commit("acme/shop", "alice", { branch: "feature/one", ...change("one") });
    const { found, calls } = await revisionWithCalls("feature/one");
    expect(found).toEqual({
      sha,
      tree: expect.stringMatching(/^[0-9a-f]{40}$/),
      ref: "feature/one",
      inRepository: true,
    });
    expect(calls).toHaveLength(1);
    expect(await facts.branchHead(shop, "feature/one")).toEqual(found);
  });

  test("a tag, and its version when it is one", async () => {
    await world.sandbox.createRef("acme/shop", "rosa", "refs/tags/v1.4.0-rc.2", "main");
    const { found, calls } = await revisionWithCalls("v1.4.0-rc.2");
    expect(found).toMatchObject({ sha: main, ref: "v1.4.0-rc.2", version: "1.4.0-rc.2", inRepository: true });
    expect(calls).toHaveLength(2);
    await world.sandbox.createRef("acme/shop", "rosa", "refs/tags/before-the-move", "main");
    expect(await facts.revision(shop, "before-the-move")).not.toHaveProperty("version");
  });

  test("a branch wins over a tag of its name, a tag over a SHA", async () => {
    const sha = await world.sandbox.commit("acme/shop", "alice", { branch: "twice", ...change("twice") });
    await world.sandbox.createRef("acme/shop", "rosa", "refs/tags/twice", "main");
    expect(await facts.revision(shop, "twice")).toMatchObject({ sha });
    await world.sandbox.createRef("acme/shop", "rosa", `refs/tags/${sha.slice(0, 8)}`, "main");
    expect(await facts.revision(shop, sha.slice(0, 8))).toMatchObject({ sha: main });
  });

  test("a SHA, whole or abbreviated: on a branch's head three calls at most, on the default branch's way four", async () => {
    const sha = await world.sandbox.commit("acme/shop", "alice", { branch: "by-sha", ...change("by-sha") });
    const whole = await revisionWithCalls(sha);
    expect(whole.found).toEqual({ sha, tree: expect.any(String), inRepository: true });
    expect(whole.calls).toHaveLength(2);
    expect(await facts.revision(shop, sha.slice(0, 7))).toEqual(whole.found);

    await world.sandbox.commit("acme/shop", "alice", { branch: "main", ...change("next") });
    const older = await revisionWithCalls(main);
    expect(older.found).toMatchObject({ sha: main, inRepository: true });
    expect(older.calls).toHaveLength(3);
  });

  test("inside a branch, or only under a tag", async () => {
    const first = await world.sandbox.commit("acme/shop", "alice", { branch: "deep", ...change("deep-1") });
    await world.sandbox.commit("acme/shop", "alice", { branch: "deep", ...change("deep-2") });
    expect(await facts.revision(shop, first)).toMatchObject({ sha: first, inRepository: true });

    const tagged = await world.sandbox.commit("acme/shop", "alice", { branch: "gone", ...change("gone") });
    await world.sandbox.createRef("acme/shop", "rosa", "refs/tags/kept", "gone");
    await world.sandbox.deleteBranch("acme/shop", "alice", "gone");
    expect(await facts.revision(shop, tagged)).toMatchObject({ sha: tagged, inRepository: true });
  });

  test("a commit that GitHub has but no branch or tag reaches, as a fork's, is not the repository's", async () => {
    const sha = await world.sandbox.commit("acme/shop", "alice", { branch: "stray", ...change("stray") });
    await world.sandbox.deleteBranch("acme/shop", "alice", "stray");
    const { found, calls } = await revisionWithCalls(sha);
    expect(found).toEqual({ sha, tree: expect.any(String), inRepository: false });
    expect(calls.length).toBeLessThan(26);
  });

  test.each(["nothing", "main~1", "main^", "..", "a b", "", "0".repeat(40), "refs/heads/main", "$(reboot)"])(
    "there is no %j",
    async (name) => {
      expect(await facts.revision(shop, name)).toBeUndefined();
    },
  );

  test("what cannot be a ref is not even asked for", async () => {
    expect((await revisionWithCalls("main~1")).calls).toEqual([]);
  });
});

describe("compare", () => {
  test("ahead, behind, identical, diverged, unknown", async () => {
    const base = await world.sandbox.commit("acme/shop", "alice", { branch: "cmp", ...change("c0") });
    const ahead = await world.sandbox.commit("acme/shop", "rosa", { branch: "cmp", ...change("c1") });
    expect(await facts.compare(shop, base, ahead)).toEqual({
      comparison: "ahead",
      commits: 1,
      shas: [ahead],
      authors: ["rosa"],
      files: ["c1"],
    });
    expect(await facts.compare(shop, ahead, base)).toMatchObject({ comparison: "behind", commits: 0, authors: [] });
    expect(await facts.compare(shop, base, base)).toMatchObject({ comparison: "identical", commits: 0 });
    const other = await world.sandbox.commit("acme/shop", "alice", { branch: "cmp2", ...change("c2") });
    expect(await facts.compare(shop, ahead, other)).toMatchObject({ comparison: "diverged" });
    expect(await facts.compare(shop, "0".repeat(40), ahead)).toEqual({
      comparison: "unknown",
      commits: 0,
      shas: [],
      authors: [],
    });
  });
});

test("checks and statuses, our own left out", async () => {
  const sha = await world.sandbox.commit("acme/shop", "alice", { branch: "checked", ...change("k") });
  await world.sandbox.setCheckRun("acme/shop", sha, "ci/test", "failure");
  await world.sandbox.setCheckRun("acme/shop", sha, "ci/test", "success");
  await world.sandbox.setCheckRun("acme/shop", sha, "ci/skipped", "skipped");
  await world.sandbox.setCheckRun("acme/shop", sha, "ci/slow", "in_progress");
  await world.sandbox.setStatus("acme/shop", sha, "ci/lint", "pending");
  await world.sandbox.setStatus("acme/shop", sha, "ci/lint", "error");
  await world.sandbox.setStatus("acme/shop", sha, "signalbox/other", "failure");
  const octokit = await world.github.installation(shop.installationId);
  await octokit.rest.checks.create({ owner: "acme", repo: "shop", name: "signalbox/ready", head_sha: sha });
  const found = await facts.checks(shop, sha);
  expect(Object.fromEntries(found.map(({ name, state }) => [name, state]))).toEqual({
    "ci/test": "success",
    "ci/skipped": "success",
    "ci/slow": "pending",
    "ci/lint": "failure",
  });
});

test.each([
  ["alice", "write"],
  ["rosa", "admin"],
  ["olaf", "read"],
  ["nobody", "none"],
  ["../../acme", "none"],
  ["", "none"],
])("%s may %s", async (login, permission) => {
  expect(await facts.permission(shop, login)).toBe(permission);
});

describe("issues and pull requests", () => {
  test("the state of an issue, here and elsewhere", async () => {
    const open = await world.sandbox.createIssue("acme/shop", "olaf", "The basket");
    const closed = await world.sandbox.createIssue("acme/shop", "olaf", "The till");
    await world.sandbox.setIssueState("acme/shop", "olaf", closed, "closed");
    await world.sandbox.commit("acme/shop", "alice", { branch: "pr", ...change("pr") });
    const pull = await world.sandbox.openPullRequest("acme/shop", "alice", { title: "PR", body: "", head: "pr" });
    const state = (number: number, repository = "acme/shop") => facts.issue(shop, { repository, number });
    expect(await state(open)).toBe("open");
    expect(await state(closed)).toBe("closed");
    expect(await state(pull)).toBe("pull-request");
    expect(await state(9999)).toBe("missing");
    expect(await state(1, "acme/hidden")).toBe("unknown");
    await world.sandbox.createRepository("acme/infra", { files: { a: "a" } });
    const elsewhere = await world.sandbox.createIssue("acme/infra", "olaf", "The pipes");
    expect(await state(elsewhere, "acme/infra")).toBe("open");
    expect(await state(9999, "acme/infra")).toBe("missing");
    expect(await state(1, "not a name")).toBe("missing");
  });

  test("a pull request as it is, and the one whose merge made a commit", async () => {
    const headSha = await world.sandbox.commit("acme/shop", "alice", { branch: "pr2", ...change("pr2") });
    const number = await world.sandbox.openPullRequest("acme/shop", "alice", {
      title: "Add it",
      body: "close #1",
      head: "pr2",
      draft: true,
    });
    const open = await facts.pullRequest(shop, number);
    expect(open).toEqual({
      number,
      title: "Add it",
      body: "close #1",
      author: "alice",
      draft: true,
      state: "open",
      headSha,
      headRef: "pr2",
      baseRef: "main",
      fromFork: false,
      assignees: [],
      labels: [],
      requestedReviewers: [],
      createdAt: expect.any(Number),
      updatedAt: expect.any(Number),
    });
    await world.sandbox.editPullRequest("acme/shop", "alice", number, { draft: false });
    const mergeSha = await world.sandbox.mergePullRequest("acme/shop", "rosa", number);
    const merged = await facts.pullRequest(shop, number);
    expect(merged).toMatchObject({ state: "closed", draft: false, mergedBy: "rosa", mergeSha });
    expect(merged?.mergedAt).toBeGreaterThan(0);
    expect(await facts.mergedPullRequest(shop, "main", mergeSha)).toEqual(merged);
    expect(await facts.mergedPullRequest(shop, "another", mergeSha)).toBeUndefined();
    expect(await facts.mergedPullRequest(shop, "main", headSha)).toBeUndefined();
    expect(await facts.mergedPullRequest(shop, "main", "0".repeat(40))).toBeUndefined();
    expect(await facts.pullRequest(shop, 9999)).toBeUndefined();
  });
});

test("names of refs", async () => {
  const names = await facts.refNames(shop);
  expect(names).toContain("main");
  expect(names).toContain("v1.4.0-rc.2");
});

test("git can fetch with what gitAccess gives, the token is not in the address, and it reads only", async () => {
  const { url, extraHeader } = await facts.gitAccess(shop);
  expect(url).toBe(`${world.sandbox.url}/acme/shop.git`);
  expect(extraHeader).toMatch(/^Authorization: basic [\w+/=]+$/);
  const git = promisify(execFile);
  const { stdout } = await git("git", ["-c", `http.extraHeader=${extraHeader}`, "ls-remote", url, "refs/heads/main"]);
  expect(stdout).toMatch(/^[0-9a-f]{40}\trefs\/heads\/main/);
});
