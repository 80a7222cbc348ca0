/** Where the work of pull requests is, as deployments bring it and rollbacks take it back, and who is told. */
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseCommand } from "../../src/commands/parse.ts";
import { followBranch } from "../../src/operations/follow-branch.ts";
import type { FoundPullRequest } from "../../src/operations/ports.ts";
import { seePullRequest } from "../../src/operations/see-pull-request.ts";
import { createSlackEvents } from "../../src/operations/slack-events.ts";
import { loadWork } from "../../src/operations/work.ts";
import { answerOf } from "../../src/slack/emoji.ts";
import { wordReply } from "../../src/wording/reply.ts";
import { openWorld, repository, shopPipeline, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

function aPull(number: number, body: string, change: Partial<FoundPullRequest> = {}): FoundPullRequest {
  return {
    number,
    title: `Change ${number}`,
    body,
    author: "alice",
    draft: false,
    state: "open",
    headSha: `${number}`.padEnd(40, "0"),
    headRef: `change-${number}`,
    baseRef: "main",
    fromFork: false,
    assignees: [],
    requestedReviewers: [],
    createdAt: world.clock.now(),
    updatedAt: world.clock.now(),
    ...change,
  };
}

/** Merges a pull request into main, and lets staging follow. */
async function merge(letter: string, number: number, body = `close #${number + 100}`): Promise<string> {
  world.github.issues.set(number + 100, "open");
  const before = world.github.branches.get("main") ?? "0".repeat(40);
  const sha = world.commit(letter);
  const merged = { state: "closed", mergedAt: world.clock.now(), mergedBy: "alice", mergeSha: sha } as const;
  const pull = aPull(number, body, merged);
  world.github.pulls.set(number, pull);
  await seePullRequest(world.bot, repository, pull);
  const moved = { branch: "main", before, after: sha, forced: false, deleted: false, pusher: "alice" };
  await followBranch(world.bot, { repository, ...moved, changedPaths: [] });
  await world.settle();
  return sha;
}

async function toProduction(): Promise<number> {
  const asked = await world.command("U0000ALICE", { kind: "deploy", environment: "production" });
  if (asked.code !== "requested") throw new Error(`not requested: ${asked.code}`);
  await world.react("U0000ROSA", asked.deployment);
  expect((await world.deployment(asked.deployment)).status).toBe("success");
  return asked.deployment;
}

/** `staging`, or `production, gone by 4`. */
async function reached(number: number): Promise<readonly string[]> {
  const [work] = await loadWork(world.db, { repository: "ACME/Shop", number });
  return (work?.reached ?? []).map(({ environment, gone }) =>
    gone === undefined ? environment : `${environment}, gone by ${gone.deployment}`,
  );
}

async function told(): Promise<readonly string[]> {
  const rows = await world.db
    .selectFrom("projection")
    .select(["subject", "wanted"])
    .where("surface", "=", "github.news")
    .orderBy("subject")
    .execute();
  return rows.map(({ subject, wanted }) => `${subject} ×${wanted}`);
}

async function where(number: number): Promise<string> {
  return wordReply(await world.command("U0000ALICE", { kind: "where", number }), { now: world.clock.now() });
}

describe("what goes live", () => {
  test("with the first deployment is the merge itself, and the issue that it closes hears of it", async () => {
    world.github.issues.set(7, "open");
    await merge("a", 8, "close #7");
    expect(await reached(8)).toEqual(["staging"]);
    expect(await told()).toEqual(["1/7 ×1"]);
  });

  test("with a promotion is all that was merged in between, each once and since then", async () => {
    world.github.issues.set(7, "open").set(9, "open");
    await merge("a", 8, "close #7");
    await toProduction();
    const since = world.clock.now();
    await merge("b", 10, "close #9");
    await merge("c", 11);
    await toProduction();
    expect(await reached(8)).toEqual(["staging", "production"]);
    expect(await reached(10)).toEqual(["staging", "production"]);
    expect(await reached(11)).toEqual(["staging", "production"]);
    const [first] = await loadWork(world.db, { repository: repository.fullName, number: 8 });
    expect(first?.reached[1]?.since).toBeLessThanOrEqual(since);
    expect(await told()).toEqual(["1/111 ×2", "1/7 ×2", "1/9 ×2"]);
  });

  test("is noted exactly once when the bot dies just after", async () => {
    world.github.issues.set(7, "open");
    world.faults.arm("deployment.ended");
    await merge("a", 8, "close #7").catch(() => undefined);
    world.restart();
    await world.settle();
    expect(await reached(8)).toEqual(["staging"]);
    expect(await told()).toEqual(["1/7 ×1"]);
  });

  test("a deployment that fails brings nothing", async () => {
    world.deployer.script = () => ({ state: "failure", proven: true });
    world.github.issues.set(7, "open");
    await merge("a", 8, "close #7");
    expect(await reached(8)).toEqual([]);
    expect(await told()).toEqual([]);
  });
});

describe("what a rollback takes back", () => {
  test("is said to have been live until then; what was there before stays", async () => {
    await merge("a", 8);
    await toProduction();
    await merge("b", 10);
    await toProduction();
    await world.command("U0000ALICE", { kind: "rollback", environment: "production" });
    const rollback = (await world.environment("production")).live_deployment_id;
    expect(await reached(8)).toEqual(["staging", "production"]);
    expect(await reached(10)).toEqual(["staging", `production, gone by ${rollback}`]);
    expect(await where(10)).toMatch(
      /^acme\/shop#10 “Change 10”: Live in staging as bbbbbbb since [\d: -]+ UTC\. Was live in production until [\d: -]+ UTC, taken back by a rollback \(deployment \d+\)\.$/,
    );
  });

  test("is live anew when it comes again", async () => {
    const a = await merge("a", 8);
    await toProduction();
    const b = await merge("b", 10);
    await toProduction();
    await world.command("U0000ROSA", { kind: "adopt", environment: "production", revision: a });
    expect(await reached(10)).toEqual(["staging", expect.stringMatching(/^production, gone by/)]);
    await world.command("U0000ROSA", { kind: "adopt", environment: "production", revision: b });
    expect(await reached(10)).toEqual(["staging", "production"]);
    expect(await reached(8)).toEqual(["staging", "production"]);
  });

  test.each([
    ["forward to it", "adacd", ["production", "production", "production"]],
    ["back to it", "acadc", ["production", "production", "gone"]],
  ])("stays live with a revision that holds it and was live once, %s", async (_way, revisions, expected) => {
    const shas = new Map<string, string>();
    for (const [i, letter] of [..."abcd"].entries()) shas.set(letter, await merge(letter, 8 + i));
    for (const letter of revisions) {
      await world.tick(60_000);
      const revision = shas.get(letter) ?? "";
      await world.command("U0000ROSA", { kind: "adopt", environment: "production", revision });
    }
    const now = await Promise.all([9, 10, 11].map(async (number) => (await reached(number)).at(-1)));
    expect(now.map((one) => one?.replace(/^production, gone by \d+$/u, "gone"))).toEqual(expected);
  });
});

describe("who hears of it", () => {
  const withNews = (news: string) =>
    shopPipeline.replace("environments:", `pull_requests: {news: ${news}, closes: off}\nenvironments:`);

  test("all: the pull request too; an issue that is none hears nothing", async () => {
    await world.close();
    world = await openWorld({ file: withNews("all") });
    world.github.issues.set(7, "closed").set(5, "pull-request");
    await merge("a", 8, "close #7, close #5, close #6");
    expect(await told()).toEqual(["1/7 ×1", "1/8 ×1"]);
  });

  test("off: nobody, and where knows it all the same", async () => {
    await world.close();
    world = await openWorld({ file: withNews("off") });
    world.github.issues.set(7, "open");
    await merge("a", 8, "close #7");
    expect(await told()).toEqual([]);
    expect(await where(7)).toMatch(/^acme\/shop#8 “Change 8”: Live in staging as/);
  });
});

describe("where", () => {
  test("an issue's work is that of every pull request that names it, in whatever case the repository is written", async () => {
    world.github.issues.set(7, "open");
    await seePullRequest(world.bot, repository, aPull(9, "fixes Acme/SHOP#7"));
    await merge("a", 8, "close #7");
    expect((await where(7)).split("\n")).toEqual([
      expect.stringMatching(/^acme\/shop#8 “Change 8”: Live in staging/),
      "acme/shop#9 “Change 9”: Open, not merged yet.",
    ]);
  });

  test("merged and not deployed, closed, and unknown are said", async () => {
    world.deployer.script = () => ({ state: "failure", proven: true });
    await merge("a", 8);
    await seePullRequest(world.bot, repository, aPull(9, "", { state: "closed" }));
    expect(await where(8)).toMatch(/^acme\/shop#8 “Change 8”: Merged into main at [\d: -]+ UTC, not deployed yet\.$/);
    expect(await where(9)).toBe("acme/shop#9 “Change 9”: Closed without being merged.");
    expect(await where(99)).toMatch(/^I know no pull request #99, and none that closes an issue #99\./);
  });

  test("whoever is not known, or may not read the repository, learns nothing", async () => {
    await merge("a", 8);
    expect(await world.command("U0000NOBODY", { kind: "where", number: 8 })).toEqual({ code: "not-linked" });
    world.github.permissions.set("alice", "none");
    expect(await world.command("U0000ALICE", { kind: "where", number: 8 })).toMatchObject({ code: "may-not" });
    const named = { kind: "where", number: 8, repository: "acme/shop" } as const;
    expect(await world.command("U0000ALICE", named)).toEqual({ code: "where", asked: "acme/shop#8", work: [] });
  });
});

describe("authors", () => {
  /** What each person was told by a direct message, in order. */
  async function tellings() {
    const rows = await world.db
      .selectFrom("note")
      .select(["slack_user", "content"])
      .where("slack_user", "is not", null)
      .orderBy("id")
      .execute();
    return rows.flatMap(({ slack_user, content }) =>
      content.code === "live" ? [[slack_user, ...content.pullRequests.map(({ number }) => number)]] : [],
    );
  }

  async function mergedBy(author: string, letter: string, number: number): Promise<void> {
    await merge(letter, number);
    await world.db.updateTable("pull_request").set({ author }).where("number", "=", number).execute();
  }

  async function click(slackUser: string, actionId: "no-live-news" | "live-news", key: string): Promise<void> {
    const events = createSlackEvents(world.bot, parseCommand, answerOf);
    const from = { team: "T1", user: slackUser, channel: "D1", responseUrl: "https://hooks.slack.com/actions/T1/1/x" };
    const receivedAt = world.clock.now();
    await events.action({
      ...from,
      key,
      lastTry: false,
      receivedAt,
      actionId,
      value: "live-news",
      actionTs: "1.000000",
    });
  }

  test("are told in one message each, once for each pull request, in production alone", async () => {
    await mergedBy("alice", "a", 8);
    await mergedBy("rosa", "b", 9);
    await mergedBy("alice", "c", 10);
    await mergedBy("stranger", "d", 11);
    expect(await tellings()).toEqual([]);
    await toProduction();
    // With nothing live before, the merge itself is all that is known to have come.
    expect(await tellings()).toEqual([]);
    await mergedBy("alice", "e", 12);
    await mergedBy("rosa", "f", 13);
    await mergedBy("alice", "0", 14);
    await toProduction();
    expect(await tellings()).toEqual([
      ["U0000ALICE", 12, 14],
      ["U0000ROSA", 13],
    ]);
    // Taken back and brought again, it is not told again.
    await world.command("U0000ALICE", { kind: "rollback", environment: "production" });
    await world.command("U0000ROSA", { kind: "unlock", environment: "production" });
    await world.db.deleteFrom("quarantine").execute();
    await toProduction();
    expect(await tellings()).toHaveLength(2);
    const lanes = await world.db
      .selectFrom("projection")
      .innerJoin("note", (join) => join.on(sql<boolean>`projection.subject = note.id::text`))
      .select("lane")
      .where("projection.surface", "=", "slack.note")
      .where("slack_user", "=", "U0000ROSA")
      .execute();
    expect(lanes).toEqual([{ lane: "U0000ROSA" }]);
  });

  test("are not told who said so, until they say otherwise", async () => {
    await mergedBy("rosa", "a", 8);
    await toProduction();
    await click("U0000ALICE", "no-live-news", "1");
    await click("U0000ALICE", "no-live-news", "1");
    await mergedBy("alice", "b", 9);
    await toProduction();
    expect(await tellings()).toEqual([["U0000ROSA", 8]]);
    await click("U0000ALICE", "live-news", "2");
    await mergedBy("alice", "c", 10);
    await toProduction();
    expect(await tellings()).toEqual([
      ["U0000ROSA", 8],
      ["U0000ALICE", 10],
    ]);
    const answers = await world.db.selectFrom("reply").select("content").orderBy("id").execute();
    expect(answers.map(({ content }) => content)).toEqual([
      { code: "live-news", on: false },
      { code: "live-news", on: true },
    ]);
  });

  test("nor anybody where the repository wants no news", async () => {
    await world.pipeline(`pull_requests: {news: off}\n${shopPipeline}`);
    await mergedBy("alice", "a", 8);
    await toProduction();
    await mergedBy("alice", "b", 9);
    await toProduction();
    expect(await tellings()).toEqual([]);
  });
});
