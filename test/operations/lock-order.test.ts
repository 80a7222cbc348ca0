/**
 * Several rows are locked in one order by everybody, so that no two can wait for each other. Each test holds a row, lets
 * an operation come up against it, and finds what comes later in the order still free.
 */
import type { Transaction } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../src/store/schema.ts";
import { type Branches, openBranches } from "./branches-world.ts";
import { comeUpAgainst } from "./come-up-against.ts";
import { repository, sha, type World } from "./world.ts";

let branches: Branches;
let world: World;
beforeEach(async () => {
  branches = await openBranches();
  world = branches.world;
  const headSha = world.commit("a", { branch: "add-basket", parents: [branches.first] });
  await branches.open(1, { headSha, baseRef: "production" });
});
afterEach(() => world.close());

const environment = (name: string) => (trx: Transaction<Database>) =>
  trx.selectFrom("environment").select("id").where("name", "=", name).forUpdate().noWait().executeTakeFirstOrThrow();

const gate = (trx: Transaction<Database>) =>
  trx
    .selectFrom("pull_request_gate")
    .select("number")
    .where("number", "=", 1)
    .forUpdate()
    .noWait()
    .executeTakeFirstOrThrow();

const every = () =>
  ({ kind: "freeze", environment: "all", until: world.clock.now() + 3_600_000, reason: "the sale" }) as const;

describe("environments before the verdicts of their pull requests", () => {
  test("freeze", async () => {
    await comeUpAgainst(world, environment("production"), () => world.command("U0000ALICE", every()), gate);
    expect(await world.notes()).toContain("frozen");
  });

  test("thaw", async () => {
    await world.command("U0000ALICE", every());
    const thaw = { kind: "thaw", environment: "all" } as const;
    world.github.permissions.set("rosa", "admin");
    await comeUpAgainst(world, environment("production"), () => world.command("U0000ROSA", thaw), gate);
    expect(await world.notes()).toContain("thawed");
  });
});

test("the pull request before its repository, without holding up who puts other rules in force", async () => {
  const rules = (trx: Transaction<Database>) =>
    trx
      .selectFrom("repository")
      .select("id")
      .where("id", "=", repository.id)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
  const named = (trx: Transaction<Database>) =>
    trx.selectFrom("pull_request").select("number").forKeyShare().noWait().execute();
  await comeUpAgainst(world, rules, () => branches.edit(1, { title: "WIP" }), named);
  await comeUpAgainst(world, rules, () => branches.open(2, { headSha: sha("a"), baseRef: "production" }));
});
