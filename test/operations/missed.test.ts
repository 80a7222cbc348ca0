/** What was told while the bot did not listen is looked up until that has succeeded, from where the gap began. */
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GitHubRefusal } from "../../src/github/failures.ts";
import { lookAtChannels } from "../../src/operations/channels.ts";
import { heard, lookUpMissed, missed } from "../../src/operations/missed.ts";
import { seePullRequest } from "../../src/operations/see-pull-request.ts";
import { loseInstallation, seeRepository } from "../../src/operations/see-repository.ts";
import { answerOf } from "../../src/slack/emoji.ts";
import { createCatchUp } from "../../src/start/catch-up.ts";
import { ask, statusOf } from "./steps.ts";
import { openWorld, push, repository, shopPipeline, type World } from "./world.ts";

const minute = 60_000;
const hour = 60 * minute;
const shopChannel = { id: "C1", name: "shop-deploys", team: "T1", archived: false, member: true };
let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** The gaps that looks were asked for, as hours before now; "first" where the bot never listened before. */
async function looked(fails = false): Promise<readonly (number | "first")[]> {
  const seen: (number | "first")[] = [];
  await lookUpMissed(world.bot, "github", async (since) => {
    seen.push(since === undefined ? "first" : Math.round((world.clock.now() - since) / hour));
    if (fails) throw new Error("GitHub does not answer");
  }).catch(() => seen.push(-1));
  return seen;
}

describe("where a gap begins", () => {
  test("a first start has missed nothing, and looks all the same", async () => {
    await missed(world.bot, "github");
    expect([await looked(), await looked()]).toEqual([["first"], []]);
  });

  test("a start looks from when the bot last said that it listens", async () => {
    await missed(world.bot, "github");
    await looked();
    await world.clock.advance(hour);
    await heard(world.bot, "github");
    await looked();
    await world.clock.advance(4 * hour);
    await missed(world.bot, "github");
    expect(await looked()).toEqual([4]);
  });

  test("another start before a look has succeeded does not move it forward, however long the bot listened", async () => {
    await missed(world.bot, "github");
    await looked();
    await world.clock.advance(3 * hour);
    await missed(world.bot, "github");
    expect(await looked(true)).toEqual([3, -1]);
    for (let minutes = 0; minutes < 60; minutes += 1) {
      await world.clock.advance(minute);
      await heard(world.bot, "github");
    }
    await missed(world.bot, "github");
    expect([await looked(), await looked()]).toEqual([[4], []]);
  });

  test("a bot that could not say for minutes that it listens has a gap like one that was down", async () => {
    await missed(world.bot, "github");
    await looked();
    await world.clock.advance(minute);
    await heard(world.bot, "github");
    expect(await looked()).toEqual([]);
    await world.clock.advance(2 * hour);
    await heard(world.bot, "github");
    expect(await looked()).toEqual([2]);
  });

  test("one that comes while a look is under way is looked up after it", async () => {
    await missed(world.bot, "github");
    await lookUpMissed(world.bot, "github", () => missed(world.bot, "github"));
    expect([await looked(), await looked()]).toEqual([[0], []]);
  });
});

test("a look that fails is tried again with growing pauses, and a new start does not wait for them", async () => {
  await missed(world.bot, "github");
  expect(await looked(true)).toEqual(["first", -1]);
  expect(await looked(true)).toEqual([]);
  await world.clock.advance(30_000);
  expect(await looked(true)).toEqual(["first", -1]);
  await world.clock.advance(30_000);
  expect(await looked(true)).toEqual([]);
  await missed(world.bot, "github");
  expect(await looked()).toHaveLength(1);
});

test("a crash after a look and before it is written down looks again", async () => {
  await missed(world.bot, "github");
  world.faults.arm("missed.looked-up");
  expect(await looked()).toEqual(["first", -1]);
  expect([await looked(), await looked()]).toEqual([["first"], []]);
});

describe("at a start", () => {
  function starting(github: { down: boolean; closed?: GitHubRefusal }) {
    const recovered: number[] = [];
    const listening = { github: false, slack: false };
    const catchUp = createCatchUp({
      bot: { ...world.bot, log: pino({ level: "silent" }) },
      githubApp: {
        async startUp() {
          if (github.down) throw new Error("GitHub does not answer");
          return github.closed;
        },
        async recoverDeliveries(since) {
          recovered.push(world.clock.now() - since);
          return { asked: 0, complete: true };
        },
      },
      meaningOf: answerOf,
      listensTo: (source) => listening[source],
    });
    return { catchUp, recovered, listening };
  }

  test("GitHub is compared once the bot listens, from the sweep until it answers, with an hour to spare", async () => {
    const first = starting({ down: false });
    await first.catchUp.begin();
    first.listening.github = true;
    await first.catchUp.look();
    expect(first.recovered).toEqual([]);
    await world.clock.advance(2 * hour);

    const github = { down: true };
    const second = starting(github);
    await second.catchUp.begin();
    github.down = false;
    await second.catchUp.look();
    expect(second.recovered, "what comes after the look is told only to who listens").toEqual([]);
    github.down = true;
    second.listening.github = true;
    await second.catchUp.look();
    github.down = false;
    await world.clock.advance(minute);
    await second.catchUp.heard();
    await second.catchUp.look();
    await second.catchUp.look();
    expect(second.recovered).toEqual([3 * hour + minute]);
  });

  test("an installation that lets nobody in keeps nothing from the others, and is asked again until it does", async () => {
    await missed(world.bot, "github");
    const closed = new GitHubRefusal("GitHub answered 403 to GET /installation/repositories", 403);
    const github: Parameters<typeof starting>[0] = { down: false, closed };
    const { catchUp, recovered, listening } = starting(github);
    listening.github = true;
    await catchUp.begin();
    await catchUp.look();
    expect(recovered).toHaveLength(1);
    delete github.closed;
    await world.clock.advance(minute);
    await catchUp.look();
    await catchUp.look();
    expect(recovered).toHaveLength(2);
  });

  test("what was merged while the App was out of a repository goes on from there when it is back", async () => {
    const { catchUp, listening } = starting({ down: false });
    await catchUp.begin();
    listening.github = true;
    await catchUp.look();
    await push(world, "a");
    await loseInstallation(world.bot, repository.installationId);
    world.commit("b");
    await seeRepository(world.bot, repository);
    await catchUp.look();
    await world.settle();
    expect(await statusOf(world, 2)).toBe("success");
    expect((await world.deployment(2)).sha).toBe("b".repeat(40));
  });

  test("what was told while the database was away for a moment is looked up", async () => {
    const { catchUp, recovered, listening } = starting({ down: false });
    await catchUp.begin();
    listening.github = true;
    await catchUp.look();
    await world.clock.advance(minute);
    catchUp.notStored("github");
    await catchUp.heard();
    await catchUp.look();
    expect(recovered).toEqual([hour + minute]);
    await world.clock.advance(minute);
    await catchUp.heard();
    await catchUp.look();
    expect(recovered).toHaveLength(1);
  });

  test("what was merged is judged by the pipeline file that came meanwhile, though nobody tells of it", async () => {
    await push(world, "1");
    const { catchUp, listening } = starting({ down: false });
    await catchUp.begin();
    listening.github = true;
    world.commit("a");
    world.github.file = shopPipeline.replace("branch: main", "branch: main\n    auto: false");
    await catchUp.look();
    await world.settle();
    const rows = await world.db.selectFrom("deployment").select(["sha", "status"]).orderBy("id").execute();
    expect(rows.map(({ sha: one, status }) => `${one.slice(0, 1)} ${status}`)).toEqual(["1 success", "a waiting"]);
  });

  test("open pull requests are judged by it once, also where the look that read it was cut short", async () => {
    const problems = async () => {
      const row = await world.db.selectFrom("pull_request").select(["readiness", "revision"]).executeTakeFirstOrThrow();
      return { revision: row.revision, problems: row.readiness?.problems.map(({ code }) => code) };
    };
    await world.pipeline(`pull_requests: {closes: off, assignee: off, reviewer: off}\n${shopPipeline}`);
    const [now, headSha] = [world.clock.now(), world.commit("b", { branch: "basket" })];
    await seePullRequest(world.bot, repository, {
      ...{ number: 7, title: "Add the basket", body: "", author: "alice", headRef: "basket", headSha, baseRef: "main" },
      ...{ draft: false, state: "open", fromFork: false, assignees: [], requestedReviewers: [] },
      ...{ createdAt: now, updatedAt: now },
    });
    const { catchUp, listening } = starting({ down: false });
    listening.github = true;
    const start = async () => {
      await world.clock.advance(minute);
      await catchUp.heard();
      await catchUp.begin();
      await catchUp.look();
    };
    await start();
    expect(await problems()).toEqual({ revision: 0, problems: [] });
    world.github.file = `pull_requests: {closes: off, assignee: required, reviewer: off}\n${shopPipeline}`;
    world.faults.arm("pipeline.committed");
    await start();
    await start();
    const judged = { revision: 1, problems: ["assignee.none"] };
    expect(await problems()).toEqual(judged);
    await start();
    expect(await problems()).toEqual(judged);
  });

  test("a repository whose first pipeline file came meanwhile is followed, with its open pull requests", async () => {
    await world.pipeline(undefined);
    const { catchUp, listening } = starting({ down: false });
    await catchUp.begin();
    listening.github = true;
    world.github.file = shopPipeline;
    await catchUp.look();
    expect(world.github.calls.get("openPullRequests")).toBe(1);
    expect(await world.environment("staging")).toMatchObject({ removed_at: null });
  });

  test("reactions are read when Slack is connected, again until it answers, and again after each gap", async () => {
    await push(world, "a");
    const waiting = await ask(world, "production");
    const { ts } = await world.post(waiting);
    const { catchUp, listening } = starting({ down: false });
    world.standing.set(ts, [{ emoji: "eyes", users: ["U0000ROSA"] }]);
    await catchUp.begin();
    await catchUp.look();
    listening.slack = true;
    await catchUp.slackConnected();
    expect(await statusOf(world, waiting)).toBe("waiting");

    const { reactions } = world.bot.slack;
    Object.assign(world.bot.slack, {
      async reactions() {
        throw new Error("Slack does not answer");
      },
    });
    world.standing.set(ts, [{ emoji: "ship", users: ["U0000ROSA"] }]);
    await catchUp.slackConnected();
    Object.assign(world.bot.slack, { reactions });
    await world.clock.advance(30_000);
    await catchUp.look();
    await world.settle();
    expect(await statusOf(world, waiting)).toBe("success");
  });

  test("in a channel without the bot every answer stays, and what stands there is read once the bot is back", async () => {
    await world.pipeline(shopPipeline.replace("count: 1", "count: 2"));
    await push(world, "a");
    const waiting = await ask(world, "production");
    await world.react("U0000ROSA", waiting);
    const { ts } = await world.post(waiting);
    const { catchUp, listening } = starting({ down: false });
    listening.slack = true;
    await catchUp.begin();
    const { reactions } = world.bot.slack;
    Object.assign(world.bot.slack, { reactions: async () => undefined });
    world.slackChannels.set("C1", { ...shopChannel, member: false });
    await lookAtChannels(world.bot, { channel: "C1" });
    await catchUp.slackConnected();
    const answers = () => world.db.selectFrom("approval").select(["login", "answer"]).orderBy("login").execute();
    expect(await answers()).toEqual([{ login: "rosa", answer: "approve" }]);

    Object.assign(world.bot.slack, { reactions });
    world.standing.set(ts, [{ emoji: "ship", users: ["U0000BOB"] }]);
    world.slackChannels.set("C1", shopChannel);
    await lookAtChannels(world.bot, { channel: "C1" });
    await catchUp.look();
    expect(await answers()).toEqual([
      { login: "bob", answer: "approve" },
      { login: "rosa", answer: "withdrawn" },
    ]);
  });
});
