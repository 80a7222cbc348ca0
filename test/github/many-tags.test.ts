/** A release in a repository with more tags than GitHub lists at once: played page by page, as no one wants to make them. */
import nock from "nock";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createReleaseSurface } from "../../src/github/surfaces/release.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";
import { testContext } from "../harness/test-context.ts";
import { aClient, shop } from "./a-client.ts";
import { played } from "./played.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterEach(() => {
  nock.cleanAll();
});
afterAll(async () => {
  await database.drop();
});

test("the tag of a version is found among however many others", async () => {
  const { db } = database;
  const { id, fullName: full_name, installationId: installation_id, defaultBranch: default_branch } = shop;
  await db.insertInto("repository").values({ id, full_name, installation_id, default_branch, private: true }).execute();
  const sha = "c".repeat(40);
  const scope = played();
  for (let page = 1; page <= 11; page += 1) {
    const others = Array.from({ length: 100 }, (_, i) => ({
      name: `other-${page}-${i}`,
      commit: { sha: "a".repeat(40) },
    }));
    const tags = page === 11 ? [{ name: "v1.4.0", commit: { sha } }] : others;
    scope.get("/repos/acme/shop/tags").query({ per_page: 100, page }).reply(200, tags);
  }
  const url = "https://github.test/acme/shop/releases/5";
  scope.get("/repos/acme/shop/releases/tags/v1.4.0").reply(200, { id: 5, html_url: url });
  const { context } = testContext();
  const loadDeploymentView = () => Promise.resolve(undefined);
  const surface = createReleaseSurface({ db, github: aClient(context), context, loadDeploymentView });
  const versions = { from: { kind: "tags" }, tag: "v{version}", scheme: "semver", files: [] } as const;
  const content = { repositoryId: id, sha, versions, prefix: "", marker: "", body: "" };
  expect(await surface.create("1", content)).toEqual({ release: 5, tag: "v1.4.0", url });
});
