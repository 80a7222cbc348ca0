/**
 * Several rows are locked in one order by everybody, so that no two can wait for each other. Each test holds a row, lets
 * an operation come up against it, and finds what comes later in the order still free.
 */
import { sql, type Transaction } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../src/store/schema.ts";
import { type Branches, openBranches } from "./branches-world.ts";
import type { World } from "./world.ts";

let branches: Branches;
let world: World;
beforeEach(async () => {
  branches = await openBranches();
  world = branches.world;
  const headSha = world.commit("a", { branch: "add-basket", parents: [branches.first] });
  await branches.open(1, { headSha, baseRef: "production" });
});
afterEach(() => world.close());

/** While a row is held, starts the operation, waits until it has come up against it, and looks at what else is free. */
async function comeUpAgainst(
  held: (trx: Transaction<Database>) => Promise<unknown>,
  operation: () => Promise<unknown>,
  later: (trx: Transaction<Database>) => Promise<unknown>,
): Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  await world.db.transaction().execute(async (trx) => {
    await held(trx);
    let ended = false;
    running = operation();
    const end = () => {
      ended = true;
    };
    running.then(end, end);
    while (!(await somebodyWaits())) expect(ended, "it did not come up against what is held").toBe(false);
    await later(trx);
  });
  await running;
}

/** Outside of any transaction, in which PostgreSQL would go on telling what it told first. */
async function somebodyWaits(): Promise<boolean> {
  const { rows } = await sql<{ waits: boolean }>`
    select exists (
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    ) as waits`.execute(world.db);
  return rows[0]?.waits === true;
}

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
    await comeUpAgainst(environment("production"), () => world.command("U0000ALICE", every()), gate);
    expect(await world.notes()).toContain("frozen");
  });

  test("thaw", async () => {
    await world.command("U0000ALICE", every());
    const thaw = { kind: "thaw", environment: "all" } as const;
    world.github.permissions.set("rosa", "admin");
    await comeUpAgainst(environment("production"), () => world.command("U0000ROSA", thaw), gate);
    expect(await world.notes()).toContain("thawed");
  });
});
