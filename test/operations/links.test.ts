import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { linkForMs, tidyLinks } from "../../src/operations/link.ts";
import { settleLinkChanges } from "../../src/operations/link-changes.ts";
import { confirmLink, type LinkStep, returnFromGitHub } from "../../src/operations/link-steps.ts";
import { noteReaction } from "../../src/operations/note-reaction.ts";
import { loginOf, slackUserOf } from "../../src/operations/people.ts";
import { loadServices } from "../../src/operations/place.ts";
import { OutsideError } from "../../src/operations/ports.ts";
import { takeAction } from "../../src/operations/take-action.ts";
import { answerOf } from "../../src/slack/emoji.ts";
import { InjectedCrash } from "../harness/fault-points.ts";
import { openWorld, push, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** `/deploy link` in Slack; the state that is part of its address. */
async function offered(slackUser: string, key?: string): Promise<string> {
  const reply = await world.command(slackUser, { kind: "link" }, key);
  if (reply.code !== "link-offered") throw new Error(reply.code);
  return `state-${reply.ask}`;
}

function tokenOf(step: LinkStep): string {
  if (step.kind !== "confirm") throw new Error(step.kind);
  return step.token;
}

/** All the way: the command, Authorize at GitHub, the button on the page. */
async function link(slackUser: string, login: string): Promise<LinkStep> {
  const step = await returnFromGitHub(world.bot, await offered(slackUser), `code-${login}`);
  const linked = await confirmLink(world.bot, tokenOf(step));
  await settleLinkChanges(world.bot, answerOf);
  await world.settle();
  return linked;
}

async function links() {
  return (await world.db.selectFrom("link").select(["team", "slack_user", "login"]).orderBy("login").execute()).map(
    (row) => `${row.team} ${row.slack_user} ${row.login}`,
  );
}

async function loginFor(slackUser: string, team = "T1"): Promise<string | undefined> {
  const [service] = await loadServices(world.db);
  if (service === undefined) throw new Error("no service is known");
  return await loginOf(world.bot, service.pipeline, { team, slackUser });
}

async function slackFor(login: string): Promise<string | undefined> {
  const [service] = await loadServices(world.db);
  if (service === undefined) throw new Error("no service is known");
  return await slackUserOf(world.bot, service.pipeline, login);
}

async function audited() {
  const rows = await world.db.selectFrom("audit").select(["actor", "action", "detail"]).orderBy("id").execute();
  return rows.filter(({ action }) => action.startsWith("link.")).map((row) => [row.actor, row.action, row.detail]);
}

/** Who was told what by direct message. */
async function told() {
  const rows = await world.db.selectFrom("note").select(["slack_user", "content"]).orderBy("id").execute();
  return rows.flatMap((row) => (row.slack_user === null ? [] : [[row.slack_user, row.content]]));
}

describe("a link", () => {
  test("is made by the command, GitHub and a click, and everything that somebody does is that login's from then on", async () => {
    expect(await world.command("U0000NINA", { kind: "lock", environment: "staging", reason: "x" })).toEqual({
      code: "not-linked",
    });
    const step = await returnFromGitHub(world.bot, await offered("U0000NINA"), "code-alice");
    expect(step).toMatchObject({ kind: "confirm", login: "alice", slackUser: "U0000NINA", name: "U0000NINA" });
    expect(await links()).toEqual([]);

    expect(await confirmLink(world.bot, tokenOf(step))).toEqual({
      ...{ kind: "linked", login: "alice", slackUser: "U0000NINA", name: "U0000NINA" },
    });
    expect(await links()).toEqual(["T1 U0000NINA alice"]);
    expect(await audited()).toEqual([["alice", "link.made", { team: "T1", slackUser: "U0000NINA" }]]);
    expect(await told()).toEqual([["U0000NINA", { code: "linked", login: "alice" }]]);

    await world.command("U0000NINA", { kind: "lock", environment: "staging", reason: "load test" });
    expect(await world.environment("staging")).toMatchObject({ lock_by: "alice" });
  });

  test("says whom one is linked to when it is asked for again", async () => {
    await link("U0000NINA", "alice");
    expect(await world.command("U0000NINA", { kind: "link" })).toMatchObject({ code: "link-offered", linked: "alice" });
  });

  test("keeps nothing in the store that would open it: no state, no page's secret, no code", async () => {
    const state = await offered("U0000NINA");
    const token = tokenOf(await returnFromGitHub(world.bot, state, "code-alice"));
    const kept = JSON.stringify(await world.db.selectFrom("link_ask").selectAll().execute());
    expect(kept).toContain("state_hash");
    for (const secret of [state, token, "code-alice"]) expect(kept).not.toContain(secret);
  });

  test("of another login replaces the one before, and the page and the person are told", async () => {
    await link("U0000NINA", "alice");
    expect(await link("U0000NINA", "bob")).toMatchObject({ kind: "linked", login: "bob", before: "alice" });
    expect(await links()).toEqual(["T1 U0000NINA bob"]);
    expect((await told()).at(-1)).toEqual(["U0000NINA", { code: "linked", login: "bob", before: "alice" }]);
  });

  test("of a login that somebody else has takes it from them, and they are told", async () => {
    await link("U0000NINA", "alice");
    await link("U0000OTTO", "alice");
    expect(await links()).toEqual(["T1 U0000OTTO alice"]);
    expect(await told()).toEqual([
      ["U0000NINA", { code: "linked", login: "alice" }],
      ["U0000OTTO", { code: "linked", login: "alice" }],
      ["U0000NINA", { code: "link-moved", login: "alice", to: "U0000OTTO" }],
    ]);
    expect((await audited()).at(-1)).toEqual([
      ...["alice", "link.moved", { team: "T1", from: "U0000NINA", to: "U0000OTTO" }],
    ]);
    expect(await loginFor("U0000NINA")).toBeUndefined();
  });

  test("follows an account that has a new name", async () => {
    await link("U0000NINA", "alice7");
    await link("U0000OTTO", "alicia7");
    expect(await links()).toEqual(["T1 U0000OTTO alicia"]);
  });

  test("is one of a team: elsewhere it says nothing", async () => {
    await link("U0000NINA", "alice");
    expect(await loginFor("U0000NINA")).toBe("alice");
    expect(await loginFor("U0000NINA", "T2")).toBeUndefined();
  });

  test.each([[["alice", "alice"]], [["alice", "bob"]]])(
    "that two people make at the same moment ends with one person for each login (%j)",
    async (logins) => {
      const people = ["U0000NINA", "U0000OTTO"];
      const tokens: string[] = [];
      for (const [index, slackUser] of people.entries()) {
        const step = await returnFromGitHub(world.bot, await offered(slackUser), `code-${logins[index]}`);
        tokens.push(tokenOf(step));
      }
      await Promise.all(tokens.map((token) => confirmLink(world.bot, token)));
      expect((await links()).map((line) => line.split(" ")[2])).toEqual([...new Set(logins)]);
    },
  );
});

describe("a link is not made", () => {
  test("by a state that was used, whatever came of it", async () => {
    const state = await offered("U0000NINA");
    expect(await returnFromGitHub(world.bot, state, "code-alice")).toMatchObject({ kind: "confirm" });
    expect(await returnFromGitHub(world.bot, state, "code-alice")).toEqual({ kind: "unknown" });
    const refused = await offered("U0000NINA");
    expect(await returnFromGitHub(world.bot, refused, "stolen")).toEqual({ kind: "refused" });
    expect(await returnFromGitHub(world.bot, refused, "code-alice")).toEqual({ kind: "unknown" });
  });

  test("by two who come back with one state at the same moment, but for one of them", async () => {
    const state = await offered("U0000NINA");
    const steps = await Promise.all([1, 2, 3].map(() => returnFromGitHub(world.bot, state, "code-alice")));
    expect(steps.map((step) => step.kind).toSorted()).toEqual(["confirm", "unknown", "unknown"]);
  });

  test("by a state that has expired, was never offered, or was replaced by a newer one", async () => {
    const late = await offered("U0000NINA");
    await world.tick(linkForMs);
    expect(await returnFromGitHub(world.bot, late, "code-alice")).toEqual({ kind: "unknown" });
    expect(await returnFromGitHub(world.bot, "state-of-nobody", "code-alice")).toEqual({ kind: "unknown" });
    const first = await offered("U0000NINA");
    const second = await offered("U0000NINA");
    expect(await returnFromGitHub(world.bot, first, "code-alice")).toEqual({ kind: "unknown" });
    expect(await returnFromGitHub(world.bot, second, "code-alice")).toMatchObject({ kind: "confirm" });
  });

  test("by a click that comes too late, or by anybody who guesses", async () => {
    const token = tokenOf(await returnFromGitHub(world.bot, await offered("U0000NINA"), "code-alice"));
    await world.tick(linkForMs);
    expect(await confirmLink(world.bot, token)).toEqual({ kind: "unknown" });
    expect(await confirmLink(world.bot, "0".repeat(64))).toEqual({ kind: "unknown" });
    expect(await links()).toEqual([]);
  });

  test("when the person says no at GitHub", async () => {
    expect(await returnFromGitHub(world.bot, await offered("U0000NINA"), undefined)).toEqual({ kind: "declined" });
  });

  test("when GitHub or Slack does not answer", async () => {
    const { signIn, slack } = world.bot;
    if (signIn === undefined) throw new Error("linking is not set up");
    const fails = async () => {
      throw new OutsideError("no answer");
    };
    const noGitHub = { ...world.bot, signIn: { ...signIn, account: fails } };
    expect(await returnFromGitHub(noGitHub, await offered("U0000NINA"), "code-alice")).toEqual({
      ...{ kind: "no-answer", from: "GitHub" },
    });
    const noSlack = { ...world.bot, slack: { ...slack, person: fails } };
    expect(await returnFromGitHub(noSlack, await offered("U0000NINA"), "code-alice")).toEqual({
      ...{ kind: "no-answer", from: "Slack" },
    });
  });

  test("where the operator has not set it up, nor from a comment", async () => {
    const { takeCommand } = await import("../../src/operations/take-command.ts");
    const from = { kind: "slack", team: "T1", slackUser: "U1", channel: { id: "C1" }, key: "k", at: 0 } as const;
    expect(await takeCommand({ ...world.bot, signIn: undefined }, { kind: "link" }, from)).toEqual({
      code: "link-not-set-up",
    });
    const comment = { kind: "github", login: "alice", repository: 1, key: "c", at: 0 } as const;
    expect(await takeCommand(world.bot, { kind: "link" }, comment)).toEqual({ code: "link-in-slack" });
  });

  test("twice by a double click, and the second says the same", async () => {
    const token = tokenOf(await returnFromGitHub(world.bot, await offered("U0000NINA"), "code-alice"));
    const [one, two] = await Promise.all([confirmLink(world.bot, token), confirmLink(world.bot, token)]);
    expect([one.kind, two.kind]).toEqual(["linked", "linked"]);
    expect(await audited()).toHaveLength(1);
    await world.command("U0000NINA", { kind: "unlink" });
    expect(await confirmLink(world.bot, token)).toEqual({ kind: "unknown" });
  });
});

test("a command that is delivered twice offers one sign-in", async () => {
  expect(await offered("U0000NINA", "trigger-x")).toBe(await offered("U0000NINA", "trigger-x"));
});

test("unlink takes the link away, says so once, and `people` counts again", async () => {
  await link("U0000ALICE", "bob");
  expect(await loginFor("U0000ALICE")).toBe("bob");
  expect(await world.command("U0000ALICE", { kind: "unlink" })).toEqual({ code: "unlinked", login: "bob" });
  expect(await world.command("U0000ALICE", { kind: "unlink" })).toEqual({ code: "nothing-linked" });
  expect((await audited()).at(-1)).toEqual(["bob", "link.removed", { team: "T1", slackUser: "U0000ALICE" }]);
  expect(await loginFor("U0000ALICE")).toBe("alice");
});

describe("a link wins over `people`", () => {
  test("both ways: neither the other login nor another person speaks for somebody any more", async () => {
    expect([await loginFor("U0000ALICE"), await slackFor("alice")]).toEqual(["alice", "U0000ALICE"]);
    await link("U0000NINA", "Alice");
    expect([await loginFor("U0000NINA"), await slackFor("alice")]).toEqual(["Alice", "U0000NINA"]);
    expect(await loginFor("U0000ALICE")).toBeUndefined();
    await link("U0000BOB", "otto");
    expect([await loginFor("U0000BOB"), await slackFor("bob"), await slackFor("otto")]).toEqual([
      ...["otto", undefined, "U0000BOB"],
    ]);
  });

  test("for commands, buttons and comments", async () => {
    await push(world, "a");
    await link("U0000OLAF", "alice");
    expect(await world.command("U0000OLAF", { kind: "lock", environment: "staging", reason: "x" })).toMatchObject({
      code: "locked",
    });
    expect(await world.environment("staging")).toMatchObject({ lock_by: "alice" });
    expect(await world.command("U0000ALICE", { kind: "lock", environment: "production", reason: "x" })).toEqual({
      code: "not-linked",
    });
  });
});

describe("an approval is the linked login's", () => {
  test("and counts only in the team of its message, by reaction and by button", async () => {
    const deployment = await asked();
    const { channel, ts } = await world.post(deployment);
    const reaction = { channel, ts, slackUser: "U0000ROSA", emoji: "+1", present: true, eventTs: "1001.000000" };
    await noteReaction(world.bot, answerOf, { ...reaction, team: "T2" });
    const click = { action: "approve", deployment, ask: 1, slackUser: "U0000ROSA", channel, key: "k", at: 0 } as const;
    expect(await takeAction(world.bot, { ...click, team: "T2" })).toEqual({ code: "message-outdated", deployment });
    expect(await takeAction(world.bot, { ...click, action: "cancel", team: "T2" })).toMatchObject({
      code: "message-outdated",
    });
    expect(await approvals()).toEqual([]);
    expect(await takeAction(world.bot, { ...click, team: "T1" })).toMatchObject({ code: "approval-noted" });
    expect(await approvals()).toEqual(["rosa approve"]);
  });

  async function asked(): Promise<number> {
    await push(world, "a");
    await world.settle();
    const reply = await world.command("U0000ALICE", { kind: "promote", environment: "production" });
    if (reply.code !== "requested") throw new Error(reply.code);
    return reply.deployment;
  }
  const approvals = async () =>
    (await world.db.selectFrom("approval").select(["login", "answer"]).orderBy("login").execute())
      .filter(({ answer }) => answer !== "withdrawn")
      .map(({ login, answer }) => `${login} ${answer}`);

  test("a reaction from before the link counts once its person is known", async () => {
    const deployment = await asked();
    await world.react("U0000NINA", deployment);
    expect(await approvals()).toEqual([]);
    await link("U0000NINA", "rosa");
    expect(await approvals()).toEqual(["rosa approve"]);
    expect(await world.deployment(deployment)).toMatchObject({ status: expect.stringMatching(/in_progress|success/u) });
  });

  test("one person cannot count twice by linking another login", async () => {
    world.github.file = world.github.file?.replace("count: 1", "count: 2");
    await world.pipeline(world.github.file);
    const deployment = await asked();
    await world.react("U0000ROSA", deployment);
    expect(await approvals()).toEqual(["rosa approve"]);
    await link("U0000ROSA", "bob");
    expect(await approvals()).toEqual(["bob approve"]);
    expect(await world.deployment(deployment)).toMatchObject({ status: "waiting" });
  });

  test("whoever asked does not approve it by linking another login", async () => {
    const deployment = await asked();
    await link("U0000ALICE", "rosa");
    await world.react("U0000ALICE", deployment);
    expect(await approvals()).toEqual(["rosa approve"]);
    expect(await world.deployment(deployment)).toMatchObject({ status: "waiting" });
  });

  test("is taken back by unlinking, also when the bot is killed on the way", async () => {
    world.github.file = world.github.file?.replace("count: 1", "count: 2");
    await world.pipeline(world.github.file);
    await link("U0000NINA", "rosa");
    const deployment = await asked();
    await world.react("U0000NINA", deployment);
    expect(await approvals()).toEqual(["rosa approve"]);
    await world.command("U0000NINA", { kind: "unlink" });
    world.faults.arm("link.settled");
    await expect(settleLinkChanges(world.bot, answerOf)).rejects.toBeInstanceOf(InjectedCrash);
    await settleLinkChanges(world.bot, answerOf);
    expect(await approvals()).toEqual([]);
    expect(await world.db.selectFrom("link_change").select("id").where("done_at", "is", null).execute()).toEqual([]);
  });
});

test("what is long over is taken away, and links stay", async () => {
  await link("U0000NINA", "alice");
  await world.tick(25 * 3_600_000);
  await tidyLinks(world.bot);
  expect(await world.db.selectFrom("link_ask").selectAll().execute()).toEqual([]);
  expect(await world.db.selectFrom("link_change").selectAll().execute()).toEqual([]);
  expect(await links()).toEqual(["T1 U0000NINA alice"]);
});
