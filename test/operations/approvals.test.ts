/** Who counts when groups are kept elsewhere, what takes an answer back, reasons, reminders, and the earlier policy. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noteReaction } from "../../src/operations/note-reaction.ts";
import { noteReply } from "../../src/operations/note-reply.ts";
import { seePullRequest } from "../../src/operations/see-pull-request.ts";
import { answerOf } from "../../src/slack/emoji.ts";
import { basket } from "./pull-requests.ts";
import { openWorld, push, repository, sha, shopPipeline, type World } from "./world.ts";

const hour = 3_600_000;
const promote = { kind: "promote", environment: "production" } as const;

let world: World;
const begin = async (begun: World) => void (await push(begun, "a"));
beforeEach(async () => {
  world = await openWorld({ begin });
});
afterEach(async () => {
  await world.close();
});

const withApprovals = (approvals: string) =>
  shopPipeline.replace("{count: 1, from: [release-managers], requester: false, expires: 8h}", approvals);

async function asked(): Promise<number> {
  const reply = await world.command("U0000ALICE", promote);
  if (reply.code !== "requested") throw new Error(reply.code);
  return reply.deployment;
}

const statusOf = async (id: number) => (await world.deployment(id)).status;
const approvalsOf = async (id: number) =>
  (await world.deployment(id)).verdict?.gates.filter(({ gate }) => gate === "approvals") ?? [];

describe("groups that are kept elsewhere", () => {
  test.each([
    ["a team on GitHub", "team:acme/sre", () => world.github.teams.set("acme/sre", ["Rosa"])],
    ["a user group in Slack", "usergroup:S0123", () => world.usergroups.set("S0123", ["U0000ROSA", "U0000NINA"])],
  ])("%s: its people may approve, and nobody else", async (_what, name, fill) => {
    fill();
    await world.pipeline(withApprovals(`{from: ["${name}"]}`));
    const id = await asked();
    await world.react("U0000BOB", id);
    expect(await world.said()).toContainEqual(
      expect.objectContaining({ code: "approval-refused", why: { code: "not-an-approver" } }),
    );
    await world.react("U0000ROSA", id);
    expect(await statusOf(id)).toBe("success");
  });

  test("a group of a group of a team", async () => {
    world.github.teams.set("acme/sre", ["rosa"]);
    const file = withApprovals("{from: [managers]}").replace(
      "groups: {",
      'groups: {managers: [on-call], on-call: ["team:acme/sre"], ',
    );
    await world.pipeline(file);
    const id = await asked();
    await world.react("U0000ROSA", id);
    expect(await statusOf(id)).toBe("success");
  });

  test("while it cannot be read nobody counts and nothing is decided; then it goes on by itself", async () => {
    world.github.teams.set("acme/sre", ["rosa"]);
    await world.pipeline(withApprovals('{from: ["team:acme/sre", bob]}'));
    const id = await asked();
    world.github.teams.delete("acme/sre");
    await world.react("U0000BOB", id);
    await world.react("U0000ROSA", id, "x");
    expect(await approvalsOf(id)).toMatchObject([
      { result: "wait", reason: { code: "approvals.membership-unknown", groups: ["team:acme/sre"] } },
    ]);
    expect(await statusOf(id)).toBe("waiting");
    await world.react("U0000ROSA", id, "x", false);
    world.github.teams.set("acme/sre", ["rosa"]);
    await world.tick(31_000);
    expect(await statusOf(id)).toBe("success");
  });

  test("who left the team before the start does not count, whatever was remembered", async () => {
    world.github.teams.set("acme/sre", ["rosa", "bob"]);
    const { teamMembers } = world.bot.github;
    const remembered = await teamMembers(repository, "acme/sre", true);
    world.github.teamMembers = async (where, team, fresh) =>
      fresh ? await teamMembers(where, team, fresh) : remembered;
    await world.pipeline(withApprovals('{from: ["team:acme/sre"]}'));
    const id = await asked();
    world.github.teams.set("acme/sre", ["bob"]);
    await world.react("U0000ROSA", id);
    expect(await statusOf(id)).toBe("waiting");
    expect(await approvalsOf(id)).toMatchObject([{ reason: { code: "approvals.missing", by: [] } }]);
  });

  test("whose account was closed before the start does not count", async () => {
    await world.pipeline(withApprovals("{count: 2, from: [release-managers]}"));
    const id = await asked();
    await world.react("U0000ROSA", id);
    world.slackPeople.set("U0000ROSA", { deleted: true });
    await world.react("U0000BOB", id);
    expect(await statusOf(id)).toBe("waiting");
    expect(await approvalsOf(id)).toMatchObject([{ reason: { by: ["bob"] } }]);
  });

  test("a command of somebody who may or may not ask is turned away, and supersedes nothing", async () => {
    const file = shopPipeline.replace("    approvals:", '    who: ["team:acme/sre"]\n    approvals:');
    await world.pipeline(file);
    expect(await world.command("U0000ALICE", promote)).toMatchObject({
      code: "stopped",
      verdict: { gates: expect.arrayContaining([expect.objectContaining({ gate: "access", result: "wait" })]) },
    });
    world.github.teams.set("acme/sre", ["alice"]);
    expect(await world.command("U0000ALICE", promote)).toMatchObject({ code: "requested" });
  });
});

describe("what takes an answer back", () => {
  beforeEach(async () => {
    await world.pipeline(withApprovals("{count: 2, from: [release-managers]}"));
  });

  test("the button takes back what a reaction gave, and the reaction that still stands gives it no more", async () => {
    const id = await asked();
    await world.react("U0000ROSA", id);
    expect(await world.click("U0000ROSA", "withdraw", id)).toEqual({ code: "approval-withdrawn", deployment: id });
    // Another emoji comes and goes, and what stands is told again: none of it was said after the button.
    const at = await world.post(id);
    const again = { team: "T1", ...at, slackUser: "U0000ROSA", emoji: "white_check_mark", present: true };
    await noteReaction(world.bot, answerOf, { ...again, eventTs: "1.000000" });
    await world.react("U0000BOB", id);
    expect(await statusOf(id)).toBe("waiting");
    await world.react("U0000ROSA", id, "ship");
    expect(await statusOf(id)).toBe("success");
  });

  test("whoever answered under a login takes it back under the same in other letters, and answers only once", async () => {
    const id = await asked();
    await world.react("U0000ROSA", id);
    world.github.permissions.set("Rosa", "maintain");
    await world.pipeline(withApprovals("{count: 2, from: [release-managers]}").replace("rosa: U", "Rosa: U"));
    expect(await world.click("U0000ROSA", "withdraw", id)).toEqual({ code: "approval-withdrawn", deployment: id });
    await world.react("U0000BOB", id);
    expect(await statusOf(id)).toBe("waiting");
    await world.click("U0000ROSA", "approve", id);
    expect(await statusOf(id)).toBe("success");
    const answers = world.db.selectFrom("approval").select("login").where("deployment_id", "=", id).orderBy("login");
    expect(await answers.execute()).toEqual([{ login: "bob" }, { login: "rosa" }]);
  });

  test("a rejection by button names its reason in the thread, once, by whoever rejected", async () => {
    const id = await asked();
    const { channel, ts } = await world.post(id);
    await world.click("U0000ROSA", "reject", id);
    expect(await world.said()).toContainEqual({
      ...{ code: "rejection-reason-wanted", login: "rosa", slackUser: "U0000ROSA" },
    });
    const said = { team: "T1", channel, threadTs: ts };
    await noteReply(world.bot, { ...said, slackUser: "U0000BOB", text: "why?" });
    await noteReply(world.bot, { ...said, slackUser: "U0000ROSA", text: " the queue\nis full " });
    await noteReply(world.bot, { ...said, slackUser: "U0000ROSA", text: "or so" });
    expect(await world.deployment(id)).toMatchObject({
      status: "rejected",
      outcome: { code: "rejected", by: "rosa", reason: "the queue is full" },
    });
    const audit = await world.db
      .selectFrom("audit")
      .select(["actor", "detail"])
      .where("action", "=", "approval.reason");
    expect(await audit.execute()).toEqual([{ actor: "rosa", detail: { reason: "the queue is full" } }]);
  });
});

describe("the time of an ask", () => {
  test("with a quarter of it left those who may approve are reminded, once; then it ends", async () => {
    const id = await asked();
    await world.tick(6 * hour - 60_000);
    expect(await world.notes()).not.toContain("approval-reminder");
    await world.tick(120_000);
    await world.sweep(true);
    const reminders = (await world.said()).filter(({ code }) => code === "approval-reminder");
    expect(reminders).toEqual([
      expect.objectContaining({
        missing: 1,
        candidates: [
          { login: "rosa", slackUser: "U0000ROSA" },
          { login: "bob", slackUser: "U0000BOB" },
        ],
      }),
    ]);
    await world.tick(2 * hour);
    expect(await statusOf(id)).toBe("expired");
  });

  test("nobody is reminded of what somebody else keeps waiting", async () => {
    const id = await asked();
    await world.tick(1_000);
    await world.command("U0000BOB", { kind: "lock", environment: "production", reason: "so" });
    await world.tick(7 * hour);
    expect(await world.notes()).not.toContain("approval-reminder");
    expect(await world.deployment(id)).toMatchObject({ status: "waiting" });
  });
});

test("a quorum that cannot be reached is said at once, with names", async () => {
  await world.pipeline(withApprovals("{count: 2, from: [alice, rosa]}"));
  await asked();
  expect(await world.said()).toContainEqual({
    ...{ code: "approvals-cannot-be-reached", count: 2, possible: 1, empty: [], earlier: false },
    excluded: [{ login: "alice", why: "requester" }],
  });
});

test("who merged what ships may not approve it, whoever asks", async () => {
  const merged = { state: "closed", mergeSha: sha("a"), mergedBy: "rosa", mergedAt: world.clock.now() } as const;
  await seePullRequest(world.bot, repository, { ...basket, ...merged });
  const id = await asked();
  await world.react("U0000ROSA", id);
  expect(await world.said()).toContainEqual(expect.objectContaining({ why: { code: "merger" } }));
  expect(await statusOf(id)).toBe("waiting");
  await world.react("U0000BOB", id);
  expect(await statusOf(id)).toBe("success");
});

describe("a change of the policy cannot approve itself", () => {
  beforeEach(async () => {
    await world.pipeline(withApprovals("{count: 2, from: [release-managers]}"));
    const id = await asked();
    await world.react("U0000ROSA", id);
    await world.react("U0000BOB", id);
    expect(await statusOf(id)).toBe("success");
    await push(world, "b");
  });

  test.each([
    ["fewer approvals", "{count: 1, from: [release-managers]}"],
    ["no approvals", "off"],
    ["other people", "{count: 1, from: [olaf]}"],
  ])("%s: the policy under which what is live was deployed has to pass too", async (_what, approvals) => {
    await world.pipeline(withApprovals(approvals));
    const id = await asked();
    await world.react("U0000ROSA", id);
    await world.react("U0000OLAF", id);
    expect(await statusOf(id)).toBe("waiting");
    expect((await approvalsOf(id)).at(-1)).toMatchObject({
      ...{ gate: "approvals", result: "wait", earlier: true },
      reason: { code: "approvals.missing", count: 2, by: ["rosa"], candidates: ["bob"] },
    });
    await world.react("U0000BOB", id);
    expect(await statusOf(id)).toBe("success");
    // It has passed both: from now on the new one stands alone.
    await push(world, "c");
    const next = await asked();
    expect((await approvalsOf(next)).filter(({ earlier }) => earlier)).toEqual([]);
  });

  test("nor by adopting what is live, unless an administrator does", async () => {
    await world.pipeline(withApprovals("{count: 1, from: [olaf, rosa]}"));
    const earlier = async () => {
      const id = await asked();
      const found = (await approvalsOf(id)).some((gate) => gate.earlier === true);
      await world.command("U0000ALICE", { kind: "cancel", deployment: id });
      return found;
    };
    const adopt = { kind: "adopt", environment: "production", revision: sha("a") } as const;
    expect(await world.command("U0000OLAF", adopt)).toMatchObject({ code: "adopted" });
    expect(await earlier()).toBe(true);
    world.github.permissions.set("rosa", "admin");
    expect(await world.command("U0000ROSA", adopt)).toMatchObject({ code: "adopted" });
    expect(await earlier()).toBe(false);
  });

  test("nor by way of a rollback, which needs no approval", async () => {
    const second = await asked();
    await world.react("U0000ROSA", second);
    await world.react("U0000BOB", second);
    await world.pipeline(withApprovals("off"));
    await world.command("U0000ALICE", { kind: "rollback", environment: "production" });
    expect((await world.environment("production")).live_sha).toBe(sha("a"));
    await push(world, "c");
    const id = await asked();
    expect((await approvalsOf(id)).at(-1)).toMatchObject({ earlier: true, reason: { count: 2, by: [] } });
  });

  test("a stricter one counts at once, and the earlier one has nothing to add", async () => {
    await world.pipeline(withApprovals("{count: 3, from: [release-managers, olaf]}"));
    const id = await asked();
    for (const person of ["U0000ROSA", "U0000BOB"]) await world.react(person, id);
    expect(await approvalsOf(id)).toMatchObject([
      { result: "wait", reason: { count: 3, by: ["rosa", "bob"] } },
      { result: "pass", earlier: true },
    ]);
  });
});

const people = ["U0000ALICE", "U0000ROSA", "U0000BOB", "U0000OLAF"] as const;
const act = fc.record({
  who: fc.constantFrom(...people),
  act: fc.constantFrom("approve", "withdraw", "+1", "-+1", "ship", "-ship", "again"),
});

type Standing = Map<string, { button: boolean; emoji: Set<string> }>;

const saidYes = (standing: Standing) =>
  [...standing].flatMap(([who, mine]) => (mine.button || mine.emoji.size > 0 ? [who] : []));
const loginOf = (slackUser: string) => slackUser.slice("U0000".length).toLowerCase();

test("a yes that was taken back by the button is not given again by taking another emoji away", async () => {
  await world.pipeline(withApprovals("{count: 2, from: [release-managers, olaf]}"));
  await push(world, "e");
  const id = await asked();
  const at = await world.post(id);
  const react = (slackUser: string, emoji: string, present: boolean, later: number) =>
    noteReaction(world.bot, answerOf, {
      ...{ team: "T1", ...at, slackUser, emoji, present },
      eventTs: ((world.clock.now() + later) / 1000).toFixed(6),
    });
  await react("U0000BOB", "ship", true, 1);
  await world.tick(10);
  await world.click("U0000BOB", "withdraw", id, "back");
  await world.tick(10);
  await react("U0000BOB", "+1", false, 1);
  await react("U0000ROSA", "ship", true, 2);
  await world.settle();
  expect(await statusOf(id)).toBe("waiting");
  // Given anew it counts.
  await react("U0000BOB", "+1", true, 3);
  await world.settle();
  expect(await statusOf(id)).toBe("success");
});

test("no order, repetition or race of answers starts a deployment twice, or with fewer approvals than required", async () => {
  await world.pipeline(withApprovals("{count: 2, from: [release-managers, olaf]}"));
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), async (rounds) => {
      round += 1;
      await push(world, `${String(round).padStart(3, "0")}e`);
      const id = await asked();
      const startsBefore = world.deployer.starts.length;
      const at = await world.post(id);
      const standing: Standing = new Map();
      let second = 0;
      for (const together of rounds) {
        const started = (await statusOf(id)) === "success";
        const before = saidYes(standing);
        // One person's own acts come one after another; those of different people race.
        const distinct = [...new Map(together.map((one) => [one.who, one])).values()];
        await Promise.all(
          distinct.flatMap(({ who, act: what }) => {
            second += 1;
            const now = world.clock.now() + second;
            const mine = standing.get(who) ?? { button: false, emoji: new Set<string>() };
            standing.set(who, mine);
            const reaction = { team: "T1", ...at, slackUser: who, eventTs: (now / 1000).toFixed(6) };
            const react = (emoji: string, present: boolean) => {
              const told = () => noteReaction(world.bot, answerOf, { ...reaction, emoji, present });
              return [told(), told()];
            };
            if (what === "approve" || what === "withdraw") {
              if (!started) mine.button = what === "approve";
              if (!started && what === "withdraw") mine.emoji.clear();
              return [world.click(who, what, id, `${round}/${second}`).then(() => undefined)];
            }
            if (what === "again") return [world.sweep(true)];
            const emoji = what.replace("-", "");
            if (!started) {
              if (what.startsWith("-")) mine.emoji.delete(emoji);
              else mine.emoji.add(emoji);
            }
            return react(emoji, !what.startsWith("-"));
          }),
        );
        await world.settle();
        if (!started && (await statusOf(id)) === "success") {
          // Whoever counted had said yes before this round or in it, and was not who asked.
          const said = new Set([...before, ...saidYes(standing)].map(loginOf));
          const [approvals] = await approvalsOf(id);
          const by = approvals?.reason.code === "approvals.enough" ? approvals.reason.by : [];
          expect(by.filter((login) => said.has(login)).length).toBeGreaterThanOrEqual(2);
          expect(by).not.toContain("alice");
        }
        if (started) break;
      }
      const starts = world.deployer.starts.slice(startsBefore).filter(({ deployment }) => deployment === id);
      expect(new Set(starts.map(({ stage }) => stage.name)).size).toBe(starts.length);
      if ((await statusOf(id)) === "waiting") await world.command("U0000ALICE", { kind: "cancel", deployment: id });
    }),
    { numRuns: 12 },
  );
});
