/** What each news of a pull request leads to: its worth, what GitHub is asked for it, and what is written. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { followBranch } from "../../src/operations/follow-branch.ts";
import { createGitHubEvents } from "../../src/operations/github-events.ts";
import { seeBaseMoved, seeIssue, showReadinessAgain } from "../../src/operations/look-again-at-pull-requests.ts";
import { OutsideError } from "../../src/operations/ports.ts";
import { loseMergeGroup, pullRequestOfGroup, seeMergeGroup } from "../../src/operations/see-merge-group.ts";
import { judgeOpenPullRequests, seePullRequest } from "../../src/operations/see-pull-request.ts";
import {
  basket,
  callsSince,
  change,
  found,
  opened,
  openPullRequestWorld,
  rowOf,
  rulesPipeline,
  versionPipeline,
  wanted,
} from "./pull-requests.ts";
import { repository, sha, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openPullRequestWorld();
});
afterEach(async () => {
  await world.close();
});

const check = `github.check/1/7/${sha("f")}`;
const comment = "github.comment/1/7";
const path = ".github/signalbox.yml";

describe("calls", () => {
  test("opened and in order: its issue and its pipeline file, and one check", async () => {
    await change(world);
    expect(callsSince(world)).toEqual({ issue: 1, fileAt: 1 });
    expect(await wanted(world)).toEqual({ [check]: 1 });
    expect(await found(world)).toEqual({ state: "success", problems: [], suggestions: [] });
  });

  test("the same told again: nothing at all", async () => {
    const pull = await change(world);
    callsSince(world);
    await seePullRequest(world.bot, repository, pull);
    await seePullRequest(world.bot, repository, { ...pull, updatedAt: pull.updatedAt + 60_000 });
    expect(callsSince(world)).toEqual({});
    expect(await wanted(world)).toEqual({ [check]: 1 });
  });

  test("an older state told late: one read, and nothing written", async () => {
    await change(world, { title: "WIP" });
    const now = await change(world, { title: "Add" }, 5);
    const before = await wanted(world);
    callsSince(world);
    await seePullRequest(world.bot, repository, { ...now, title: "WIP", updatedAt: opened });
    expect(callsSince(world)).toEqual({ pullRequest: 1 });
    expect(await wanted(world)).toEqual(before);
  });

  test("a description fixed: its issue, and the check and the comment", async () => {
    await change(world, { body: "" });
    const before = await wanted(world);
    callsSince(world);
    await change(world, { body: "close #1" }, 5);
    expect(callsSince(world)).toEqual({ issue: 1 });
    expect(await wanted(world)).toEqual({ ...before, [check]: 2, [comment]: 2 });
  });

  test("a title that changes nothing that is shown writes nothing", async () => {
    await change(world);
    callsSince(world);
    await change(world, { title: "Add the whole basket" }, 5);
    expect(callsSince(world)).toEqual({});
    expect(await wanted(world)).toEqual({ [check]: 1 });
  });

  test("a new head has a check of its own, for one read", async () => {
    await change(world);
    callsSince(world);
    await change(world, { headSha: sha("e") }, 5);
    expect(callsSince(world)).toEqual({ fileAt: 1 });
    expect(await wanted(world)).toEqual({ [check]: 1, [`github.check/1/7/${sha("e")}`]: 1 });
  });

  test("the pipeline file is looked at with the push already, and only when the push may have changed it", async () => {
    const events = createGitHubEvents(world.bot, () => ({ kind: "none" }) as never);
    const push = { repository, branch: "basket", before: sha("0"), after: sha("f"), deleted: false, forced: false };
    await events.pushed({ ...push, pusher: "alice", changedPaths: [] });
    expect(callsSince(world)).toEqual({});
    await events.pushed({ ...push, pusher: "alice", changedPaths: [path] });
    await events.pushed({ ...push, pusher: "alice" });
    expect(callsSince(world)).toEqual({ fileAt: 2 });
    await events.pushed({ ...push, pusher: "alice", deleted: true });
    expect(callsSince(world)).toEqual({});
  });
});

describe("assignees and reviewers", () => {
  test("nobody: both hold, and each turns as somebody is named", async () => {
    await change(world, { assignees: [], requestedReviewers: [] });
    expect((await found(world)).problems).toEqual(["assignee.none", "reviewer.none"]);
    await change(world, { assignees: ["bob"] }, 5);
    expect((await found(world)).problems).toEqual(["reviewer.none"]);
    await change(world, { requestedReviewers: ["team:sre"] }, 6);
    expect((await found(world)).problems).toEqual([]);
  });

  test("just opened, nobody can have reviewed: GitHub is not asked", async () => {
    await change(world, { requestedReviewers: [] });
    expect(callsSince(world)).toEqual({ issue: 1, fileAt: 1, requiresCheck: 1 });
  });

  test("known for long before we were told of it, somebody may have", async () => {
    world.github.reviewers.set(7, ["alice", "rosa"]);
    await change(world, { requestedReviewers: [] }, 3_600);
    expect(callsSince(world)).toEqual({ issue: 1, fileAt: 1, reviewersOf: 1 });
    expect((await rowOf(world)).reviewed_by).toEqual(["alice", "rosa"]);
    expect((await found(world)).problems).toEqual([]);
  });

  test("whoever reviewed is no longer asked to, and counts all the same", async () => {
    await change(world);
    callsSince(world);
    await change(world, { requestedReviewers: [], reviewedBy: ["rosa"] }, 5);
    expect(callsSince(world)).toEqual({});
    expect((await found(world)).problems).toEqual([]);
    // A later news says nothing of reviews, and takes nothing back.
    await change(world, { title: "Add it" }, 9);
    expect((await found(world)).problems).toEqual([]);
  });

  test("a review that is told of after a later change counts too", async () => {
    const now = await change(world, { requestedReviewers: [] }, 9);
    expect((await found(world)).problems).toEqual(["reviewer.none"]);
    await seePullRequest(world.bot, repository, { ...now, updatedAt: opened, reviewedBy: ["rosa"] });
    expect((await found(world)).problems).toEqual([]);
  });

  test("the author's own comments are no review", async () => {
    await change(world, { requestedReviewers: [], reviewedBy: ["alice"] });
    expect((await found(world)).problems).toEqual(["reviewer.none"]);
  });
});

describe("who is exempt", () => {
  const bare = { title: "WIP", body: "", assignees: [], requestedReviewers: [] };

  test("the bot's own pull requests, by the login under which it acts", async () => {
    await change(world, { ...bare, author: "signalbox[bot]" });
    expect((await rowOf(world)).readiness).toMatchObject({ state: "success", exempt: true });
    expect(callsSince(world)).toEqual({});
  });

  test("another program is not, unless the file names it", async () => {
    await change(world, { ...bare, author: "dependabot[bot]" });
    expect((await found(world)).state).toBe("in_progress");
    const exempt = rulesPipeline.replace("reviewer: required", 'reviewer: required, exempt: ["dependabot[bot]"]');
    await world.pipeline(exempt);
    await change(world, { ...bare, number: 8, author: "dependabot[bot]" });
    expect((await rowOf(world, 8)).readiness).toMatchObject({ state: "success", exempt: true });
  });
});

describe("the version", () => {
  const json = (version: string) => JSON.stringify({ version });
  beforeEach(async () => {
    await world.close();
    world = await openPullRequestWorld(versionPipeline);
    world.github.files.set("refs/heads/main:package.json", json("1.4.0"));
  });
  const atHead = (version: string, head = sha("f")) => world.github.files.set(`${head}:package.json`, json(version));

  test("not raised holds with both versions; raised with a new head turns it", async () => {
    atHead("1.4.0");
    await change(world);
    expect(callsSince(world)).toEqual({ issue: 1, fileAt: 3, requiresCheck: 1 });
    const { readiness } = await rowOf(world);
    expect(readiness?.problems).toEqual([
      {
        rule: "version_bump",
        code: "version_bump.not-greater",
        path: "package.json",
        head: "1.4.0",
        base: "1.4.0",
      },
    ]);
    atHead("1.5.0", sha("e"));
    await change(world, { headSha: sha("e") }, 5);
    expect((await rowOf(world)).readiness).toMatchObject({
      state: "success",
      bumps: [{ path: "package.json", head: "1.5.0", base: "1.4.0" }],
    });
  });

  test("is read only when the head or the base moved", async () => {
    atHead("1.5.0");
    await change(world);
    callsSince(world);
    await change(world, { body: "close #1, at last" }, 5);
    expect(callsSince(world)).toEqual({});
    await change(world, { baseRef: "release" }, 6);
    expect(callsSince(world)).toEqual({ fileAt: 2 });
  });

  test("another merge takes the number: what was raised is not any more, and is told so", async () => {
    atHead("1.5.0");
    await change(world);
    expect((await found(world)).state).toBe("success");
    world.github.files.set("refs/heads/main:package.json", json("1.5.0"));
    callsSince(world);
    await seeBaseMoved(world.bot, repository, "main");
    expect(callsSince(world)).toEqual({ fileAt: 1 });
    expect((await found(world)).problems).toEqual(["version_bump.not-greater"]);
    expect(await wanted(world)).toEqual({ [check]: 2, [comment]: 1 });
    // Another push that leaves the version alone changes nothing.
    await seeBaseMoved(world.bot, repository, "main");
    expect(await wanted(world)).toEqual({ [check]: 2, [comment]: 1 });
  });

  test("its own merge takes the number before anybody has told of it: it was ready when it was merged", async () => {
    atHead("1.5.0");
    await change(world);
    const mergedAt = opened + 1_000;
    const merged = { state: "closed", mergedAt, mergedBy: "alice", mergeSha: sha("a") } as const;
    const now = { ...basket, ...merged, updatedAt: mergedAt };
    world.github.pulls.set(basket.number, now);
    world.github.commits.push({ sha: sha("a"), tree: "tree-a", author: "alice", parents: [] });
    world.github.branches.set("main", sha("a"));
    world.github.files.set("refs/heads/main:package.json", json("1.5.0"));
    const move = { before: sha("0"), after: sha("a"), deleted: false, forced: false, pusher: "alice" };
    await followBranch(world.bot, { repository, branch: "main", changedPaths: ["package.json"], ...move });
    expect((await rowOf(world)).ready_when_merged).toBe(true);
  });

  test("a push to another branch, or with nothing open, asks nothing", async () => {
    await seeBaseMoved(world.bot, repository, "main");
    atHead("1.5.0");
    await change(world);
    callsSince(world);
    await seeBaseMoved(world.bot, repository, "release");
    expect(callsSince(world)).toEqual({});
  });

  test("switched on later, the versions of what is open are read then", async () => {
    await world.pipeline(versionPipeline.replace("version_bump: required", "version_bump: off"));
    atHead("1.4.0");
    await change(world);
    expect((await found(world)).state).toBe("success");
    world.github.file = versionPipeline;
    const events = createGitHubEvents(world.bot, () => ({ kind: "none" }) as never);
    const push = { repository, branch: "main", before: sha("0"), after: sha("a"), deleted: false, forced: false };
    await events.pushed({ ...push, pusher: "alice", changedPaths: [path] });
    expect((await found(world)).problems).toEqual(["version_bump.not-greater"]);
  });
});

describe("a change of the pipeline file", () => {
  const at = (text: string, head = sha("f")) => world.github.files.set(`${head}:${path}`, text);

  test("with mistakes holds and names each, and mended it is green", async () => {
    at("chanel: x\nenvironments: {staging: {deploy: 3}}\n");
    await change(world);
    expect(callsSince(world)).toEqual({ issue: 1, fileAt: 1, changesFile: 1, requiresCheck: 1 });
    const { readiness } = await rowOf(world);
    expect(readiness?.problems).toMatchObject([
      {
        code: "pipeline.mistakes",
        mistakes: [
          { file: `acme/shop:${path}`, line: 1, path: "chanel" },
          { line: 2, path: "environments.staging.deploy" },
        ],
      },
    ]);
    at("environments: {staging: {deploy: make}}\n", sha("e"));
    await change(world, { headSha: sha("e") }, 5);
    expect(await found(world)).toMatchObject({ state: "success" });
  });

  test("without mistakes says nothing, and is not asked about further", async () => {
    at("environments: {staging: {deploy: make}}\n");
    await change(world);
    expect(callsSince(world)).toEqual({ issue: 1, fileAt: 1 });
    expect(await found(world)).toMatchObject({ state: "success" });
  });

  test("an older file with a mistake that the pull request does not touch is not its fault", async () => {
    at("chanel: x\n");
    world.github.changesFile = async () => false;
    await change(world);
    expect(await found(world)).toMatchObject({ state: "success" });
  });

  test("one that extends another is read as GitHub would", async () => {
    at("_extends: gone\nenvironments: {staging: {deploy: make}}\n");
    world.github.pipelineSources = async (_repository, head) => {
      expect(head).toBe(sha("f"));
      const sources = [{ name: `acme/shop:${path}`, text: "_extends: gone\n" }];
      return { sources, merged: undefined, unfollowed: `acme/gone:${path}` };
    };
    await change(world);
    expect((await rowOf(world)).readiness?.problems).toMatchObject([{ mistakes: [{ path: "_extends", line: 1 }] }]);
  });
});

describe("issues", () => {
  test("closed and opened again, the pull requests that name it turn", async () => {
    await change(world);
    await seeIssue(world.bot, repository, { number: 1, state: "closed" });
    expect((await found(world)).problems).toEqual(["closes.not-an-open-issue"]);
    // GitHub's names mean the same in any letters, and the file and the event may write them differently.
    await seeIssue(world.bot, { ...repository, fullName: "Acme/Shop" }, { number: 1, state: "open" });
    expect((await found(world)).problems).toEqual([]);
    await seeIssue(world.bot, repository, { number: 2, state: "closed" });
    expect(await wanted(world)).toEqual({ [check]: 3, [comment]: 2 });
  });

  test("closed by a merge that nobody has told of yet, the pull request was ready when it was merged", async () => {
    await change(world);
    const mergedAt = opened + 1_000;
    const merged = { state: "closed", mergedAt, mergedBy: "alice", mergeSha: sha("a") } as const;
    world.github.pulls.set(basket.number, { ...basket, ...merged, updatedAt: mergedAt });
    world.github.issues.set(1, "closed");
    await seeIssue(world.bot, repository, { number: 1, state: "closed" });
    await change(world, merged, 1);
    expect((await rowOf(world)).ready_when_merged).toBe(true);
    expect((await found(world)).problems).toEqual([]);
  });

  test("closed while another change is being looked at, the closing is not lost", async () => {
    await change(world);
    world.github.issues.set(2, "open");
    const { issue } = world.github;
    world.github.issue = async (...about) => {
      await seeIssue(world.bot, repository, { number: 1, state: "closed" });
      return await issue(...about);
    };
    await change(world, { body: "close #1, close #2" }, 5);
    expect((await rowOf(world)).issues.map(({ number, state }) => [number, state])).toEqual([
      [1, "closed"],
      [2, "open"],
    ]);
    expect((await found(world)).problems).toEqual(["closes.not-an-open-issue"]);
  });
});

describe("rules that change while a pull request is looked at: the verdict is by the new ones", () => {
  const strict = versionPipeline.replace("reviewer: off", "reviewer: required");
  const unasked = { requestedReviewers: [] };
  const json = (version: string) => JSON.stringify({ version });
  beforeEach(async () => {
    await world.pipeline(versionPipeline);
    world.github.files
      .set("refs/heads/main:package.json", json("1.4.0"))
      .set(`${sha("f")}:package.json`, json("1.5.0"));
  });

  async function changeRules(): Promise<void> {
    await world.pipeline(strict);
    await judgeOpenPullRequests(world.bot, repository);
  }

  test("its first news", async () => {
    world.faults.arm("pull-request.gathered", changeRules);
    await change(world, unasked);
    expect((await found(world)).problems).toEqual(["reviewer.none"]);
  });

  test("later news", async () => {
    await change(world, unasked);
    world.faults.arm("pull-request.gathered", changeRules);
    await change(world, { body: "" }, 5);
    expect((await found(world)).problems).toEqual(["closes.none", "reviewer.none"]);
  });

  test("judged by rules that change once more", async () => {
    await change(world, unasked);
    world.faults.arm("pull-request.gathered", changeRules);
    await world.pipeline(versionPipeline.replace("assignee: off", "assignee: required"));
    await judgeOpenPullRequests(world.bot, repository);
    expect((await found(world)).problems).toEqual(["reviewer.none"]);
  });

  test("an issue that it names", async () => {
    await change(world, unasked);
    const { pullRequest } = world.github;
    world.github.pullRequest = async (...about) => {
      await changeRules();
      return await pullRequest(...about);
    };
    await seeIssue(world.bot, repository, { number: 1, state: "closed" });
    expect((await found(world)).problems).toEqual(["closes.not-an-open-issue", "reviewer.none"]);
  });

  test("its base that moves", async () => {
    await change(world, unasked);
    world.github.files.set("refs/heads/main:package.json", json("1.5.0"));
    const { fileAt } = world.github;
    world.github.fileAt = async (...about) => {
      await changeRules();
      return await fileAt(...about);
    };
    await seeBaseMoved(world.bot, repository, "main");
    expect((await found(world)).problems).toEqual(["reviewer.none", "version_bump.not-greater"]);
  });

  test("its base that moves, where the new ones find the version elsewhere in the file", async () => {
    await change(world);
    world.github.files.set("refs/heads/main:package.json", JSON.stringify({ version: "1.5.0", api: "0.1.0" }));
    world.github.files.set(`${sha("f")}:package.json`, JSON.stringify({ version: "1.5.0", api: "0.2.0" }));
    const { fileAt } = world.github;
    world.github.fileAt = async (...about) => {
      world.github.fileAt = fileAt;
      await world.pipeline(versionPipeline.replace("package.json", `{path: package.json, pattern: 'api":"([^"]+)'}`));
      await judgeOpenPullRequests(world.bot, repository);
      return await fileAt(...about);
    };
    await seeBaseMoved(world.bot, repository, "main");
    expect((await rowOf(world)).readiness).toMatchObject({
      state: "success",
      bumps: [{ base: "0.1.0", head: "0.2.0" }],
    });
  });
});

test("looked at again, everything is asked anew and a fresh check is written", async () => {
  await change(world);
  await world.db.updateTable("projection").set({ external: '{"checkRun":5}' }).where("key", "=", check).execute();
  world.github.issues.set(1, "closed");
  callsSince(world);
  await showReadinessAgain(world.bot, repository, sha("f"));
  expect(callsSince(world)).toMatchObject({ issue: 1, fileAt: 1 });
  expect((await found(world)).problems).toEqual(["closes.not-an-open-issue"]);
  const row = await world.db.selectFrom("projection").select("external").where("key", "=", check).executeTakeFirst();
  expect(row?.external).toBeNull();
});

test("looked at again while its check is just being written: that writer brings the one of before back no more", async () => {
  await change(world);
  await seeMergeGroup(world.bot, repository, {
    headSha: sha("f"),
    headRef: "refs/heads/gh-readonly-queue/main/pr-7-1",
  });
  const groupCheck = `github.merge-group-check/1/${sha("f")}`;
  const stand = () =>
    world.db
      .selectFrom("projection")
      .select(["key", "external", "shown_hash", "epoch", "lease_until"])
      .where("key", "in", [check, groupCheck])
      .orderBy("key")
      .execute();
  const leased = { external: '{"checkRun":5}', epoch: 3, lease_until: new Date(8e12) };
  await world.db.updateTable("projection").set(leased).where("key", "in", [check, groupCheck]).execute();
  await showReadinessAgain(world.bot, repository, sha("f"));
  const afresh = { external: null, shown_hash: null, epoch: 4, lease_until: null };
  expect(await stand()).toEqual([
    { key: check, ...afresh },
    { key: groupCheck, ...afresh },
  ]);
});

describe("branches that do not require the check", () => {
  const guards = () => world.db.selectFrom("branch_guard").select(["branch", "required"]).orderBy("branch").execute();

  test("are asked about once a day, and only when something could be merged that should not", async () => {
    world.github.guarded.set("main", false);
    await change(world);
    expect(callsSince(world)).not.toHaveProperty("requiresCheck");
    await change(world, { title: "WIP" }, 5);
    await change(world, { title: "WIP: more", body: "" }, 6);
    expect(callsSince(world)).toMatchObject({ requiresCheck: 1 });
    expect(await guards()).toEqual([{ branch: "main", required: false }]);
    await world.tick(24 * 60 * 60_000);
    await change(world, { title: "WIP", body: "close #1" }, 7);
    expect(callsSince(world)).toMatchObject({ requiresCheck: 1 });
  });

  test.each([
    [false, ["merged-unguarded"]],
    [true, []],
    [undefined, []],
  ])("required: %s; merged while not ready, the channel hears %j", async (required, notes) => {
    if (required === undefined) world.github.guarded.delete("main");
    else world.github.guarded.set("main", required);
    await change(world, { body: "" });
    const merged = { state: "closed", mergedAt: opened + 9_000, mergedBy: "alice", mergeSha: sha("a") } as const;
    await change(world, merged, 9);
    expect(await world.notes()).toEqual(notes);
    // The next one says nothing again.
    await change(world, { number: 8, body: "" }, 10);
    await change(world, { ...merged, number: 8, mergeSha: sha("b") }, 11);
    expect(await world.notes()).toEqual(notes);
  });

  test("a merge of what was ready says nothing", async () => {
    world.github.guarded.set("main", false);
    await change(world);
    await change(world, { state: "closed", mergedAt: opened + 9_000, mergedBy: "alice", mergeSha: sha("a") }, 9);
    expect(await world.notes()).toEqual([]);
  });

  test("what cannot be asked now holds nothing up", async () => {
    world.github.requiresCheck = () => Promise.reject(new OutsideError("GitHub does not answer"));
    await change(world, { body: "" });
    expect((await found(world)).state).toBe("failure");
    expect(await guards()).toEqual([]);
  });
});

describe("merge queues", () => {
  test.each([
    ["refs/heads/gh-readonly-queue/main/pr-104-929f8209d40f77f4abc622a499c93a83babdbe64", 104],
    ["refs/heads/gh-readonly-queue/release/1.x/pr-7-929f8209d40f77f4abc622a499c93a83babdbe64", 7],
    ["refs/heads/gh-readonly-queue/pr-3-abcdef0/pr-9-929f8209d40f77f4abc622a499c93a83babdbe64", 9],
    ["refs/heads/main", undefined],
    ["refs/heads/gh-readonly-queue/main/pr-x-929f820", undefined],
  ])("%s names %s", (ref, number) => {
    expect(pullRequestOfGroup(ref)).toBe(number);
  });

  const group = { headSha: sha("d"), headRef: `refs/heads/gh-readonly-queue/main/pr-7-${sha("c")}` };
  const groupCheck = `github.merge-group-check/1/${sha("d")}`;

  test("a group has a check, which is looked at again with its pull request until it is gone", async () => {
    await change(world);
    await seeMergeGroup(world.bot, repository, group);
    await seeMergeGroup(world.bot, repository, group);
    expect((await wanted(world))[groupCheck]).toBe(2);
    await change(world, { title: "WIP" }, 5);
    expect((await wanted(world))[groupCheck]).toBe(3);
    await loseMergeGroup(world.bot, repository, group);
    await change(world, { title: "Add" }, 6);
    expect((await wanted(world))[groupCheck]).toBe(3);
  });

  test("a pull request that nobody told of is looked up", async () => {
    world.github.pulls.set(7, basket);
    await seeMergeGroup(world.bot, repository, group);
    expect((await found(world)).state).toBe("success");
  });
});

describe("open before anybody told of them", () => {
  test("they are looked at when the repository comes to light", async () => {
    await world.empty();
    world.github.pulls.set(7, basket);
    world.github.pulls.set(8, { ...basket, number: 8, state: "closed" });
    const events = createGitHubEvents(world.bot, () => ({ kind: "none" }) as never);
    const push = { repository, branch: "other", before: sha("0"), after: sha("a"), deleted: false, forced: false };
    await events.pushed({ ...push, pusher: "alice", changedPaths: [] });
    expect((await found(world)).state).toBe("success");
    expect(await world.db.selectFrom("pull_request").select("number").execute()).toEqual([{ number: 7 }]);
  });

  test.each([
    ["met", undefined, []],
    ["first followed", rulesPipeline, [path]],
  ])("listed in vain when the repository is %s, they are looked at by the comparison that follows", async (...one) => {
    const [, file, changedPaths] = one;
    await world.empty();
    const events = createGitHubEvents(world.bot, () => ({ kind: "none" }) as never);
    if (file !== undefined) {
      world.github.file = undefined;
      await events.repositoryAdded({ ...repository, private: true });
      world.github.file = file;
    }
    world.github.openPullRequests = async () => {
      throw new OutsideError("GitHub does not answer");
    };
    const push = { repository, branch: "main", before: sha("0"), after: sha("a"), deleted: false, forced: false };
    await expect(events.pushed({ ...push, pusher: "alice", changedPaths })).rejects.toThrow("GitHub does not answer");
    const asked = world.db.selectFrom("listening").select("source").whereRef("wanted", ">", "looked_up");
    expect(await asked.execute()).toEqual([{ source: "github" }]);
  });

  test("and when the repository's first pipeline file comes", async () => {
    await world.empty();
    world.github.file = undefined;
    world.github.pulls.set(7, basket);
    const events = createGitHubEvents(world.bot, () => ({ kind: "none" }) as never);
    await events.pullRequestSeen(repository, basket);
    expect(await world.db.selectFrom("pull_request").select("number").execute()).toEqual([]);
    world.github.file = rulesPipeline;
    const push = { repository, branch: "main", before: sha("0"), after: sha("a"), deleted: false, forced: false };
    await events.pushed({ ...push, pusher: "alice", changedPaths: [path] });
    expect((await found(world)).state).toBe("success");
  });
});
