/** Who may do what, as a table: every command that acts, for every kind of person, from Slack and in a comment. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Command } from "../../src/commands/command.ts";
import type { ReplyContent } from "../../src/operations/said.ts";
import { takeCommand } from "../../src/operations/take-command.ts";
import { hour, toProduction } from "./steps.ts";
import { openWorld, push, repository, shopPipeline, type World } from "./world.ts";

/**
 * Eve can see nothing, Olaf may read, Alice may push, Rosa is an approver of production, Ada administers the repository
 * and approves nothing. The stranger is linked to no login, which in a comment nobody is.
 */
const people = ["eve", "olaf", "alice", "rosa", "ada"] as const;
type Person = (typeof people)[number] | "stranger";
type Row = Readonly<Record<Exclude<Person, "stranger">, string>>;

/** Whoever can push may ask where `who` names nobody. */
const asking: Row = { eve: "ask", olaf: "ask", alice: "may", rosa: "may", ada: "may" };
const access: Row = { eve: "access", olaf: "access", alice: "may", rosa: "may", ada: "may" };
const pushing: Row = { eve: "push", olaf: "push", alice: "may", rosa: "may", ada: "may" };
/** Approvers, or administrators where there are none. */
const approving: Row = { eve: "approve", olaf: "approve", alice: "approve", rosa: "may", ada: "approve" };
const administering: Row = { eve: "approve", olaf: "approve", alice: "approve", rosa: "approve", ada: "may" };

let world: World;
let running: number;
beforeAll(async () => {
  world = await openWorld({
    file: shopPipeline.replace("people: {", "people: {eve: U0000EVE, ada: U0000ADA, "),
  });
  world.github.permissions.set("ada", "admin");
  running = await toProduction(world, "a");
  await push(world, "b");
});
afterAll(async () => {
  await world.close();
});

async function lockedBySomebody(environment: string): Promise<void> {
  const { id } = await world.environment(environment);
  const at = new Date(world.clock.now());
  await world.db
    .updateTable("environment")
    .set({ lock_by: "dora", lock_reason: "x", lock_at: at })
    .where("id", "=", id)
    .execute();
}

const staging = { environment: "staging" };
const production = { environment: "production" };
const reason = "x";
type Case = readonly [what: string, command: () => Command, expected: Row, before?: () => Promise<void>];
const table: readonly Case[] = [
  ["deploy", () => ({ kind: "deploy", ...production }), access],
  ["promote", () => ({ kind: "promote", ...production }), access],
  ["rollback", () => ({ kind: "rollback", ...production }), pushing],
  ["lock", () => ({ kind: "lock", ...production, reason }), asking],
  [
    "unlock another's, with approvers",
    () => ({ kind: "unlock", ...production }),
    approving,
    () => lockedBySomebody("production"),
  ],
  [
    "unlock another's, without approvers",
    () => ({ kind: "unlock", ...staging }),
    administering,
    () => lockedBySomebody("staging"),
  ],
  ["freeze", () => ({ kind: "freeze", ...staging, until: world.clock.now() + hour, reason }), asking],
  ["thaw", () => ({ kind: "thaw", ...staging }), administering],
  ["cancel", () => ({ kind: "cancel", deployment: running }), asking],
  ["retry", () => ({ kind: "retry", deployment: running }), asking],
  ["resolve", () => ({ kind: "resolve", deployment: running, outcome: "success", reason }), approving],
  ["adopt", () => ({ kind: "adopt", ...production, revision: "a".repeat(7) }), approving],
  ["adopt, without approvers", () => ({ kind: "adopt", ...staging, revision: "b".repeat(7) }), administering],
  ["allow", () => ({ kind: "allow", revision: "a".repeat(7), reason }), approving],
];

/** What was lacking, or that nothing was: what else the answer says is for other tests. */
function lacked(reply: ReplyContent): string {
  if (reply.code === "may-not") return reply.needs;
  if (reply.code === "not-linked") return reply.code;
  const gate = reply.code === "stopped" ? reply.verdict.gates.find((one) => one.gate === "access") : undefined;
  return gate?.result === "block" ? "access" : "may";
}

let commands = 0;
function from(face: "slack" | "comment", person: Person) {
  commands += 1;
  const [key, at] = [`${commands}`, world.clock.now()];
  if (face === "comment") return { kind: "github", login: person, repository: repository.id, key, at } as const;
  const slackUser = `U0000${person.toUpperCase()}`;
  return { kind: "slack", team: "T1", slackUser, channel: { id: "C1", name: "shop-deploys" }, key, at } as const;
}

describe.each(["slack", "comment"] as const)("from %s", (face) => {
  beforeEach(async () => {
    await world.settle();
  });

  test.each(table.map((one) => ({ what: one[0], one })))("$what", async ({ one: [, command, expected, before] }) => {
    const seen: Record<string, string> = {};
    for (const person of people) {
      await before?.();
      seen[person] = lacked(await takeCommand(world.bot, command(), from(face, person)));
    }
    expect(seen).toEqual(expected);
  });
});

test("somebody whose login nobody knows may do nothing in Slack", async () => {
  for (const [what, command] of table) {
    expect(lacked(await takeCommand(world.bot, command(), from("slack", "stranger"))), what).toBe("not-linked");
  }
});

test("where `who` names somebody, being able to push is not enough to ask", async () => {
  await world.pipeline(world.github.file?.replace("approvals:", "who: [olaf]\n    approvals:"));
  for (const face of ["slack", "comment"] as const) {
    const deploy = (person: Person) => takeCommand(world.bot, { kind: "promote", ...production }, from(face, person));
    const lock = (person: Person) =>
      takeCommand(world.bot, { kind: "lock", ...production, reason }, from(face, person));
    expect([lacked(await deploy("ada")), lacked(await lock("ada"))]).toEqual(["access", "ask"]);
    expect([lacked(await deploy("olaf")), lacked(await lock("olaf"))]).toEqual(["may", "may"]);
  }
});
