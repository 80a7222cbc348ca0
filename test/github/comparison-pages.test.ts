/** A comparison of more commits than GitHub lists at once: played page by page, as no one wants to make them. */
import nock from "nock";
import { afterEach, expect, test } from "vitest";
import { compareRevisions } from "../../src/github/facts/comparison.ts";
import { testContext } from "../harness/test-context.ts";
import { aClient, shop } from "./a-client.ts";
import { played } from "./played.ts";

afterEach(() => {
  nock.cleanAll();
});

function commit(n: number) {
  const login = n === 259 ? "rosa" : "alice";
  const message = n === 120 ? "Fix\n\nCo-authored-by: Bob <bob@acme.example>" : "Fix";
  const email = n === 201 ? "bob@acme.example" : `${login}@acme.example`;
  return {
    sha: n.toString(16).padStart(40, "0"),
    author: { login: n === 201 ? "bob" : login },
    commit: { message, author: { email } },
  };
}

test("all 260 are asked for, a hundred at a time; 250 are named, and every author is known", async () => {
  const all = Array.from({ length: 260 }, (_, n) => commit(n));
  const scope = played();
  for (const page of [1, 2, 3]) {
    scope
      .get("/repos/acme/shop/compare/a...b")
      .query({ per_page: 100, page })
      .reply(200, {
        status: "ahead",
        total_commits: 260,
        commits: all.slice((page - 1) * 100, page * 100),
        // As GitHub does: every file of the comparison on the first page.
        ...(page === 1 ? { files: [{ filename: "db/migrate/1.sql" }, { filename: "src/till.ts" }] } : {}),
      });
  }
  const compared = await compareRevisions(aClient(testContext().context), shop, "a", "b");
  expect(compared).toEqual({
    comparison: "ahead",
    commits: 260,
    shas: all.slice(0, 250).map(({ sha }) => sha),
    authors: ["alice", "bob", "rosa"],
    files: ["db/migrate/1.sql", "src/till.ts"],
  });
  expect(scope.isDone()).toBe(true);
});
