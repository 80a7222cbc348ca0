/**
 * Any story at all: people ask, react, lock and roll back, the rules change, stages end in every way, GitHub fails and
 * the bot is killed, in any order and as often as anybody likes. Whatever was told, what must never be never is, and in
 * the end everything rests.
 */
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Attempt, Observation } from "../../src/deployers/contract.ts";
import { noteReaction } from "../../src/operations/note-reaction.ts";
import { OutsideError } from "../../src/operations/ports.ts";
import { seeRepository } from "../../src/operations/see-repository.ts";
import { answerOf } from "../../src/slack/emoji.ts";
import type { DeploymentRow } from "../../src/store/schema.ts";
import { InjectedCrash } from "../harness/fault-points.ts";
import { openWorld, push, repository, sha, shopPipeline, type World } from "./world.ts";

const people = ["U0000ALICE", "U0000ROSA", "U0000BOB", "U0000OLAF", "U0000NOBODY"] as const;
const environments = ["staging", "production"] as const;
const emoji = ["white_check_mark", "+1", "ship::skin-tone-3", "x", "eyes"] as const;
const files = [
  shopPipeline,
  shopPipeline.replace("count: 1", "count: 2"),
  shopPipeline.replace("    approvals:", "    hotfix: {from: [release-managers]}\n    approvals:"),
  shopPipeline.replace("    approvals:", "    queue: queue\n    approvals:"),
  shopPipeline.replace("{count: 1, from: [release-managers], requester: false, expires: 8h}", "off"),
  shopPipeline.slice(0, shopPipeline.indexOf("  production:")),
  `${shopPipeline}      - verify: [broken`,
] as const;
const endings: readonly Observation[] = [
  { state: "success", proven: true },
  { state: "failure", proven: true },
  { state: "error", proven: true },
  { state: "running", lookAgainMs: 5_000 },
  { state: "unknown", proven: false },
];
const points = [
  "request.gathered",
  "request.committed",
  "reaction.stored",
  "approval.committed",
  "decide.gathered",
  "decide.committed",
  "stage.claimed",
  "stage.calling",
  "stage.started",
  "stage.remembered",
  "stage.ended",
  "deployment.ended",
  "pipeline.fetched",
  "pipeline.committed",
] as const;

const who = fc.constantFrom(...people);
const where = fc.constantFrom(...environments);
const frozen = fc.constantFrom(...environments, "all");
/** Which of the newest deployments is meant. */
const nth = fc.nat({ max: 3 });
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("push" as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("deploy" as const), who, where }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("promote" as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("rollback" as const), who, where }) },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant("react" as const),
      who,
      nth: fc.constantFrom(0, 0, 0, 1, 2),
      emoji: fc.constantFrom(...emoji),
      present: fc.constantFrom(true, true, false),
      // Slack tells in any order, and again.
      at: fc.nat({ max: 30 }),
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("click" as const), who, nth, yes: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("lock" as const), who, where, forMs: fc.option(fc.nat(3_600_000)) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("unlock" as const), who, where }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), who, nth }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("freeze" as const), who, where: frozen, forMs: fc.nat(3_600_000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("thaw" as const), who, where: frozen }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("retry" as const), who, nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("hotfix" as const), who, nth, where }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("resolve" as const),
      who,
      nth,
      as: fc.constantFrom("success" as const, "failure" as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("again" as const), who, nth, where }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("confirm" as const), who, nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("allow" as const), who, nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("file" as const), file: fc.constantFrom(...files) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("stages" as const), ending: fc.constantFrom(...endings) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("time" as const),
      ms: fc.constantFrom(1_000, 60_000, 3_600_000, 9 * 3_600_000),
    }),
  },
);
const told = fc.record({
  action,
  /** The bot is killed at this point while the action is handled, and is told again; or GitHub is gone meanwhile. */
  trouble: fc.option(
    fc.oneof(
      fc.record({ point: fc.constantFrom(...points), skip: fc.nat({ max: 2 }) }),
      fc.constant("github-down" as const),
    ),
    { freq: 3 },
  ),
});

/** What chance alone seldom comes to: that a lot has happened already. */
const oncePushed: Action = { kind: "push" };
const inProduction: readonly Action[] = [
  oncePushed,
  { kind: "promote", who: "U0000ALICE" },
  { kind: "react", who: "U0000BOB", nth: 0, emoji: "+1", present: true, at: 1, times: 1 },
];
const rolledBack: readonly Action[] = [
  oncePushed,
  oncePushed,
  { kind: "rollback", who: "U0000ALICE", where: "staging" },
];
const beginnings: readonly (readonly Action[])[] = [
  [],
  [...inProduction, ...inProduction],
  rolledBack,
  [...rolledBack, { kind: "unlock", who: "U0000ROSA", where: "staging" }],
];
const story = fc
  .tuple(fc.constantFrom(...beginnings), fc.array(told, { minLength: 5, maxLength: 22, size: "max" }))
  .map(([beginning, rest]) => [...beginning.map((one) => ({ action: one, trouble: null })), ...rest]);

type Action = (typeof action extends fc.Arbitrary<infer A> ? A : never) & {};

/** Which deployments have something going in each environment, as the far side knows it. */
function watch(world: World) {
  const going = new Map<string, Map<string, Attempt>>();
  const starts: Attempt[] = [];
  let ending: Observation = { state: "success", proven: true };
  world.deployer.onStart = (attempt) => {
    const here = going.get(attempt.environment) ?? new Map<string, Attempt>();
    for (const other of here.values()) {
      // What is lost may run still: nothing else may be started beside it.
      if (other.deployment !== attempt.deployment) throw new Error("two deployments run in one environment");
    }
    here.set(attempt.token, attempt);
    going.set(attempt.environment, here);
    starts.push(attempt);
    return { kind: "started", handle: {} };
  };
  world.deployer.onFind = (attempt) =>
    starts.some((one) => one.token === attempt.token) ? { kind: "started", handle: {} } : { kind: "impossible" };
  world.deployer.observe = async (attempt) => {
    const seen: Observation = world.deployer.cancelled.includes(attempt.token)
      ? { state: "cancelled", proven: true }
      : ending;
    if (seen.state !== "running" && seen.state !== "unknown") going.get(attempt.environment)?.delete(attempt.token);
    return seen;
  };
  return {
    starts,
    endSo(next: Observation) {
      ending = next;
    },
    /** A person has settled it: whatever was going there is not any more. */
    settled(deployment: number) {
      for (const here of going.values()) {
        for (const [token, attempt] of here) if (attempt.deployment === deployment) here.delete(token);
      }
    },
  };
}

async function newest(world: World, place: number): Promise<DeploymentRow | undefined> {
  const rows = await world.db
    .selectFrom("deployment")
    .selectAll()
    .orderBy("id", "desc")
    .limit(place + 1)
    .execute();
  return rows[place];
}

type Watched = ReturnType<typeof watch>;

async function play(world: World, watched: Watched, one: Action, count: number): Promise<unknown> {
  const key = `trigger-${count}`;
  switch (one.kind) {
    case "push":
      if (world.github.commits.some((commit) => commit.sha === shaOf(count))) return await world.settle();
      return await push(world, letterOf(count));
    case "deploy":
      return await world.command(one.who, { kind: "deploy", environment: one.where }, key);
    case "promote":
      return await world.command(one.who, { kind: "promote", environment: "production" }, key);
    case "rollback":
      return await world.command(one.who, { kind: "rollback", environment: one.where }, key);
    case "lock": {
      const until = one.forMs === null ? {} : { until: world.clock.now() + one.forMs };
      return await world.command(one.who, { kind: "lock", environment: one.where, reason: "so", ...until }, key);
    }
    case "freeze": {
      const until = world.clock.now() + one.forMs;
      return await world.command(one.who, { kind: "freeze", environment: one.where, until, reason: "so" }, key);
    }
    case "thaw":
      return await world.command(one.who, { kind: "thaw", environment: one.where }, key);
    case "unlock":
      return await world.command(one.who, { kind: "unlock", environment: one.where }, key);
    case "file":
      return await world.pipeline(one.file);
    case "stages":
      return watched.endSo(one.ending);
    case "time":
      return await world.tick(one.ms);
    default:
      return await playOn(world, watched, one, key);
  }
}

async function playOn(
  world: World,
  watched: Watched,
  one: Extract<Action, { nth: number }>,
  key: string,
): Promise<unknown> {
  const row = await newest(world, one.nth);
  if (row === undefined) return undefined;
  switch (one.kind) {
    case "react": {
      const at = await world.post(row.id);
      const reaction = { ...at, team: "T1", slackUser: one.who, emoji: one.emoji, present: one.present };
      for (let times = 0; times < one.times; times += 1) {
        await noteReaction(world.bot, answerOf, {
          ...reaction,
          eventTs: `${1_000 + one.at}.${one.present ? 1 : 2}00000`,
        });
      }
      return await world.settle();
    }
    case "click":
      return await world.click(one.who, one.yes ? "approve" : "reject", row.id, key);
    case "confirm":
      return await world.click(one.who, "confirm-fix", row.id, key);
    case "again":
      return await world.command(one.who, { kind: "deploy", environment: one.where, revision: row.sha }, key);
    case "hotfix": {
      const wish = { environment: one.where, revision: row.sha, hotfix: "so" };
      return await world.command(one.who, { kind: "deploy", ...wish }, key);
    }
    case "retry":
      return await world.command(one.who, { kind: "retry", deployment: row.id }, key);
    case "cancel":
      return await world.command(one.who, { kind: "cancel", deployment: row.id }, key);
    case "resolve": {
      const reply = await world.command(
        one.who,
        { kind: "resolve", deployment: row.id, outcome: one.as, reason: "so" },
        key,
      );
      if (reply.code === "settled") watched.settled(row.id);
      return reply;
    }
    case "allow":
      return await world.command(one.who, { kind: "allow", revision: row.sha, reason: "so" }, key);
  }
}

const letterOf = (count: number) => `${String(count).padStart(3, "0")}c`;
const shaOf = (count: number) => sha(letterOf(count));

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world.close();
});

async function begin(): Promise<Watched> {
  await world.empty();
  world.faults.disarm();
  world.github.down = false;
  world.github.file = shopPipeline;
  world.github.permissions.set("rosa", "admin");
  world.github.commits.length = 0;
  world.github.branches.clear();
  world.deployer.starts.length = 0;
  world.deployer.cancelled.length = 0;
  await seeRepository(world.bot, repository);
  await world.settle();
  return watch(world);
}

test("what must never be never is, and in the end everything rests", async () => {
  await fc.assert(
    fc.asyncProperty(story, async (happened) => {
      const watched = await begin();
      for (const [count, { action: one, trouble }] of happened.entries()) {
        if (trouble === "github-down") world.github.down = true;
        else if (trouble !== null) world.faults.arm(trouble.point, undefined, { skip: trouble.skip });
        try {
          await play(world, watched, one, count);
        } catch (error) {
          if (!(error instanceof InjectedCrash || error instanceof OutsideError)) throw error;
          if (error instanceof InjectedCrash) world.restart();
          world.github.down = false;
          world.faults.disarm();
          await world.tick(10_000);
          await play(world, watched, one, count);
        }
        world.github.down = false;
        world.faults.disarm();
        await neverIsSo(world);
      }
      watched.endSo({ state: "success", proven: true });
      for (let round = 0; round < 3; round += 1) {
        await world.clock.advance(70_000);
        await world.sweep(true);
      }
      await neverIsSo(world);
      await everythingRests(world);
      await startsWereRight(world, watched);
    }),
    { numRuns: Number(process.env["STORIES"] ?? 12) },
  );
}, 600_000);

async function neverIsSo(world: World): Promise<void> {
  const rows = await world.db
    .selectFrom("deployment")
    .innerJoin("environment", "environment.id", "deployment.environment_id")
    .select(["deployment.id", "environment_id", "deployment.status", "settled", "slot_deployment_id"])
    .where((eb) => eb.or([eb("deployment.status", "in", ["in_progress", "verifying"]), eb("settled", "=", false)]))
    .execute();
  for (const row of rows) expect(row.slot_deployment_id, "what runs, or may run still, holds the slot").toBe(row.id);
}

/** Nothing is under way; what has not ended waits for somebody who is named, or for a time that its row names. */
async function everythingRests(world: World): Promise<void> {
  const open = await world.db
    .selectFrom("deployment")
    .selectAll()
    .where("status", "in", ["requested", "waiting", "queued", "in_progress", "verifying"])
    .execute();
  for (const row of open) {
    expect(["waiting", "queued"]).toContain(row.status);
    const waits = row.verdict?.gates.filter((gate) => gate.result === "wait") ?? [];
    expect(waits.length).toBeGreaterThan(0);
    for (const gate of waits) expect(gate.clearedBy.length, gate.reason.code).toBeGreaterThan(0);
  }
  const attempts = await world.db.selectFrom("attempt").select("state").where("state", "!=", "ended").execute();
  expect(attempts).toEqual([]);
}

/** From what was written down, and not by asking the policy again. */
async function startsWereRight(world: World, { starts }: Watched): Promise<void> {
  expect(new Set(starts.map((attempt) => attempt.token)).size, "each attempt was started once").toBe(starts.length);
  const perStage = starts.map((attempt) => `${attempt.deployment}/${attempt.stage.name}`);
  expect(new Set(perStage).size, "each stage was started once").toBe(perStage.length);
  const rows = await world.db.selectFrom("deployment").selectAll().where("started_at", "is not", null).execute();
  for (const row of rows) {
    const decisions = await world.db
      .selectFrom("decision")
      .selectAll()
      .where("deployment_id", "=", row.id)
      .orderBy("id", "desc")
      .execute();
    const go = decisions[0];
    expect(go?.verdict.outcome).toBe("go");
    expect(go?.at).toEqual(row.started_at);
    if (go === undefined) continue;
    const { facts } = go;
    const rules = facts.policy.approvals;
    if (rules !== undefined && row.kind !== "rollback") {
      const yes = facts.approvals.filter(
        ({ login, answer, ask }) =>
          answer === "approve" &&
          (login === "rosa" || login === "bob") &&
          login !== row.requested_by &&
          ask.from === facts.environment.live?.revision.sha &&
          ask.policy === facts.policyHash,
      );
      expect(new Set(yes.map(({ login }) => login)).size).toBeGreaterThanOrEqual(rules.count);
    }
    const environment = await world.db
      .selectFrom("environment")
      .select(["position", "service_id"])
      .where("id", "=", row.environment_id)
      .executeTakeFirstOrThrow();
    const quarantined = await world.db
      .selectFrom("quarantine")
      .innerJoin("environment", "environment.id", "quarantine.environment_id")
      .select("quarantine.id")
      .where("quarantine.service_id", "=", environment.service_id)
      .where("environment.position", "<=", environment.position)
      .where("quarantine.tree", "=", row.tree)
      .where("quarantine.since", "<", row.started_at)
      .where((eb) => eb.or([eb("cleared_at", "is", null), eb("cleared_at", ">", row.started_at)]))
      .execute();
    expect(quarantined, `deployment ${row.id} of ${row.tree} was in quarantine`).toEqual([]);
  }
}
