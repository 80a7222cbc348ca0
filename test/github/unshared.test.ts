/** What one commit has that another lacks, by content: files that a squashed merge brought are not looked at again. */
import nock from "nock";
import { afterEach, expect, test } from "vitest";
import { findUnshared } from "../../src/github/versions/unshared.ts";
import { testContext } from "../harness/test-context.ts";
import { aClient, shop } from "./a-client.ts";
import { played } from "./played.ts";

afterEach(() => {
  nock.cleanAll();
});

const file = (name: string, status = "modified") => ({ filename: name, sha: `blob-${name}`, status });
const commit = (login: string) => ({
  sha: login,
  author: { login },
  commit: { message: "Fix", author: { email: "" } },
});

/** `names` changed on the release branch since it parted from main, `since` after the squash. */
function compared(names: readonly string[], since: readonly string[], status: string): nock.Scope {
  const scope = played();
  const query = { per_page: 100 };
  const all = { status: "diverged", total_commits: 2, commits: [commit("rosa"), commit("bob")] };
  scope
    .get("/repos/acme/shop/compare/main...release")
    .query(query)
    .reply(200, { ...all, files: names.map((name) => file(name)) });
  scope
    .get("/repos/acme/shop/compare/brought...release")
    .query(query)
    .reply(200, { status, total_commits: 1, commits: [commit("bob")], files: since.map((name) => file(name)) });
  return scope;
}

const unshared = async (since?: string) =>
  await findUnshared(aClient(testContext().context), shop, "release", "main", since);

test("of many that were squashed, those that changed since are looked at", async () => {
  const scope = compared(
    [...Array.from({ length: 40 }, (_, n) => `${n}.py`), "new.py"],
    ["new.py", "main.py"],
    "ahead",
  );
  scope.get("/repos/acme/shop/contents/new.py").query({ ref: "main" }).reply(404, {});
  expect(await unshared("brought")).toEqual({ commits: 1, authors: ["bob"], files: ["new.py"] });
});

test("where the branch does not hold what was brought, all its files count", async () => {
  const scope = compared(["a.py"], [], "diverged");
  scope.get("/repos/acme/shop/contents/a.py").query({ ref: "main" }).reply(404, {});
  expect(await unshared("brought")).toEqual({ commits: 2, authors: ["rosa", "bob"], files: ["a.py"] });
});

test("of more files than GitHub lists, one that changed since is looked at though it is not among them", async () => {
  const scope = compared(
    Array.from({ length: 300 }, (_, n) => `a${n}.py`),
    ["z.py"],
    "ahead",
  );
  scope.get("/repos/acme/shop/contents/z.py").query({ ref: "main" }).reply(404, {});
  expect(await unshared("brought")).toEqual({ commits: 1, authors: ["bob"], files: ["z.py"] });
});
