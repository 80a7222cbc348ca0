/** Commands as comments, runs that GitHub holds, and what others deploy, told to the operations on a real database. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseCommand } from "../../src/commands/parse.ts";
import { judgeHeldRun } from "../../src/operations/judge-held-run.ts";
import { type FoundPullRequest, OutsideError } from "../../src/operations/ports.ts";
import { seeDeployment, seeRunEnd } from "../../src/operations/see-deployment.ts";
import { takeComment } from "../../src/operations/take-comment.ts";
import { openWorld, push, repository, sha, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

let comments = 100;
async function say(login: string, body: string, more: { number?: number; issue?: boolean; comment?: number } = {}) {
  comments += 1;
  await takeComment(world.bot, parseCommand, {
    repository,
    issue: more.number ?? 7,
    onPullRequest: more.issue !== true,
    comment: more.comment ?? comments,
    body,
    login,
    at: world.clock.now(),
  });
  await world.settle();
  const rows = await world.db.selectFrom("comment_reply").selectAll().orderBy("id").execute();
  return { last: rows.at(-1), count: rows.length };
}

function pull(more: Partial<FoundPullRequest> = {}): FoundPullRequest {
  const head = { headSha: sha("b"), headRef: "basket", baseRef: "main", fromFork: false };
  const text = { title: "Basket", body: "", author: "alice", draft: false, state: "open" } as const;
  return { number: 7, ...text, ...head, assignees: [], requestedReviewers: [], createdAt: 0, updatedAt: 0, ...more };
}

describe("a command in a comment", () => {
  test("deploys the head of the pull request, for whoever may push, and once", async () => {
    await push(world, "a");
    world.commit("b", { branch: "basket" });
    world.github.pulls.set(7, pull());
    const first = await say("alice", "Let us see.\n/deploy staging", { comment: 1 });
    expect(first.last).toMatchObject({ login: "alice", command: "/deploy staging", content: { code: "requested" } });
    expect((await world.environment("staging")).live_sha).toBe(sha("b"));
    const again = await say("alice", "/deploy staging", { comment: 1 });
    expect(again.count).toBe(1);
    expect(world.deployer.starts).toHaveLength(2);
  });

  test("is refused to whoever may only read, with the gate", async () => {
    await push(world, "a");
    world.github.pulls.set(7, pull({ headRef: "main" }));
    const { last } = await say("olaf", "/deploy staging");
    expect(last?.content).toMatchObject({ code: "stopped" });
    expect(last?.content).toMatchObject({
      verdict: { gates: expect.arrayContaining([expect.objectContaining({ gate: "access", result: "block" })]) },
    });
  });

  test("on a fork's pull request is refused by access", async () => {
    await push(world, "a");
    world.github.pulls.set(7, pull({ fromFork: true, headSha: sha("f") }));
    const { revision } = world.github;
    world.github.revision = async (where, name) =>
      name === sha("f") ? { sha: sha("f"), tree: "tree-f", inRepository: false } : await revision(where, name);
    const { last } = await say("alice", "/deploy staging");
    expect(last?.content).toMatchObject({
      code: "stopped",
      verdict: {
        gates: expect.arrayContaining([
          expect.objectContaining({ reason: { code: "access.not-in-repository", sha: sha("f") } }),
        ]),
      },
    });
    expect((await world.environment("staging")).live_sha).toBe(sha("a"));
  });

  test("on a merged pull request and on an issue means what it means everywhere", async () => {
    await push(world, "a");
    world.github.pulls.set(7, pull({ state: "closed", headRef: "gone" }));
    const merged = await say("alice", "/deploy staging");
    expect(merged.last?.content).toMatchObject({ code: "requested", revision: { sha: sha("a") } });
    const issue = await say("alice", "/deploy staging", { issue: true, number: 3 });
    expect(issue.last?.content).toMatchObject({ code: "requested", revision: { sha: sha("a") } });
  });

  test("the branch of an open pull request that is gone deploys nothing else", async () => {
    await push(world, "a");
    world.github.pulls.set(7, pull({ headRef: "gone" }));
    const { last } = await say("alice", "/deploy staging");
    expect(last?.content).toMatchObject({ code: "unknown-revision", found: "gone" });
  });

  test("none of several is carried out, a typo is answered, and what was written long ago is not meant any more", async () => {
    await push(world, "a");
    const several = await say("alice", "/deploy staging\n/promote production");
    expect(several.last?.content).toEqual({ code: "several-commands", commands: 2 });
    const typo = await say("alice", "/deploy stauts");
    expect(typo.last?.content).toMatchObject({ code: "command-problem" });
    const at = world.clock.now();
    await world.clock.advance(16 * 60_000);
    await takeComment(world.bot, parseCommand, {
      ...{ repository, issue: 7, onPullRequest: false, comment: 5, login: "alice", at },
      body: "/rollback staging",
    });
    const rows = await world.db.selectFrom("comment_reply").selectAll().orderBy("id").execute();
    expect(rows.at(-1)?.content).toEqual({ code: "asked-long-ago", at });
    expect(world.deployer.starts).toHaveLength(1);
  });

  test("knows the services of its own repository alone", async () => {
    await push(world, "a");
    const { last } = await say("alice", "/deploy staging of pay");
    expect(last?.content).toMatchObject({ code: "unknown-service", choices: ["shop"] });
    const other = await world.db
      .insertInto("repository")
      .values({
        ...{ id: 2, full_name: "acme/pay", installation_id: 7, default_branch: "main", private: true },
        ...{ pipeline_file_id: null, latest_pipeline_file_id: null, removed_at: null },
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    await takeComment(world.bot, parseCommand, {
      ...{ repository: { ...repository, id: other.id, fullName: "acme/pay" }, issue: 1, onPullRequest: false },
      ...{ comment: 900, login: "alice", at: world.clock.now(), body: "/deploy status" },
    });
    const rows = await world.db.selectFrom("comment_reply").select("id").where("repository_id", "=", 2).execute();
    expect(rows).toEqual([]);
  });

  test("is answered once, wherever the bot dies", async () => {
    await push(world, "a");
    for (const point of ["request.committed", "comment.carried-out", "comment.answered"]) {
      comments += 1;
      const comment = comments;
      world.faults.arm(point, new OutsideError("down"));
      await say("alice", "/deploy staging", { comment }).catch(() => undefined);
      world.restart();
      await say("alice", "/deploy staging", { comment });
      const rows = await world.db.selectFrom("comment_reply").select("id").where("comment_id", "=", comment).execute();
      expect(rows).toHaveLength(1);
    }
  });
});

let held = 500;
async function hold(environment: string, commit: string, more: { run?: number; by?: string; at?: number } = {}) {
  held += 1;
  await judgeHeldRun(world.bot, {
    ...{ repository, run: held, environment, deployment: held, sha: commit, by: "alice", ...more },
  });
  await world.settle();
  return held;
}

const ended = (
  deployment: number,
  state: "success" | "failure" | "error",
  environment = "staging",
  commit = sha("a"),
) =>
  seeDeployment(world.bot, {
    repository,
    deployment,
    environment,
    sha: commit,
    state,
    by: "alice",
    at: world.clock.now(),
  }).then(() => world.settle());

async function request(deployment: number) {
  const row = await world.db
    .selectFrom("protection_request")
    .selectAll()
    .where("github_deployment_id", "=", deployment)
    .executeTakeFirstOrThrow();
  return { ...row, ours: row.deployment_id === null ? undefined : await world.deployment(row.deployment_id) };
}

describe("a run that GitHub holds", () => {
  test("goes on where every gate passes, takes the slot, and its end is the deployment's", async () => {
    const commit = world.commit("a");
    const id = await hold("staging", commit);
    expect((await request(id)).ours).toMatchObject({ kind: "external", status: "in_progress", sha: commit });
    await ended(id, "success");
    expect((await request(id)).ours).toMatchObject({ status: "success" });
    expect((await world.environment("staging")).live_sha).toBe(commit);
    expect(world.deployer.starts).toHaveLength(0);
  });

  test("is cancelled on GitHub alone, and a rollback waits until it has ended there", async () => {
    await push(world, "a");
    await push(world, "b");
    const id = await hold("staging", world.commit("c"));
    const { ours } = await request(id);
    const deployment = ours?.id ?? 0;
    const cancel = await world.command("U0000ALICE", { kind: "cancel", deployment });
    expect(cancel).toEqual({ code: "cancel-elsewhere", deployment });
    const reply = await world.command("U0000ALICE", { kind: "rollback", environment: "staging" });
    if (reply.code !== "requested") throw new Error(reply.code);
    expect((await world.deployment(deployment)).cancel_at).toBeNull();
    expect(await world.said()).toContainEqual({ code: "run-in-the-way", deployment, rollback: reply.deployment });
    expect((await world.deployment(reply.deployment)).status).toBe("queued");
    await ended(id, "success", "staging", sha("c"));
    expect((await world.deployment(deployment)).status).toBe("success");
    expect((await world.deployment(reply.deployment)).status).toBe("success");
  });

  test("waits for a lock as a merge does, and goes on when it is given back", async () => {
    const commit = world.commit("a");
    await world.command("U0000ROSA", { kind: "lock", environment: "staging", reason: "counting" });
    const id = await hold("staging", commit);
    expect((await request(id)).ours?.status).toBe("waiting");
    await world.command("U0000ROSA", { kind: "unlock", environment: "staging" });
    expect((await request(id)).ours?.status).toBe("in_progress");
  });

  test("is approved in Slack like any other request", async () => {
    await push(world, "a");
    const id = await hold("production", sha("a"));
    const { deployment_id: ours } = await request(id);
    expect((await request(id)).ours?.status).toBe("waiting");
    await world.react("U0000ROSA", ours ?? 0);
    expect((await request(id)).ours?.status).toBe("in_progress");
  });

  test("that order blocks ends as rejected", async () => {
    await push(world, "a");
    const commit = world.commit("b", { branch: "other" });
    const id = await hold("production", commit);
    expect((await request(id)).ours).toMatchObject({ status: "rejected", outcome: { code: "blocked" } });
  });

  test("that a deployment of ours started passes at once and is not judged again", async () => {
    world.deployer.script = () => ({ state: "running" });
    await push(world, "a");
    const id = await hold("staging", sha("a"));
    expect(await request(id)).toMatchObject({ started_by_us: true, ours: { kind: "merge", status: "in_progress" } });
    await ended(id, "failure");
    expect((await request(id)).ours?.status).toBe("in_progress");
  });

  test("before an environment that nobody described is turned away", async () => {
    const id = await hold("github-pages", world.commit("a"));
    expect((await request(id)).refusal).toEqual({
      code: "unknown-environment",
      found: "github-pages",
      choices: ["staging", "production"],
    });
  });

  test("with a commit of nobody's is turned away, and nothing is stored that a rollback could go to", async () => {
    const id = await hold("staging", sha("f"));
    expect((await request(id)).refusal).toEqual({ code: "not-in-repository", sha: sha("f") });
    expect(await world.db.selectFrom("deployment").select("id").execute()).toEqual([]);
  });

  test("that fails leaves the environment uncertain; one that is called off ends as cancelled", async () => {
    const id = await hold("staging", world.commit("a"));
    await ended(id, "failure");
    expect((await request(id)).ours?.status).toBe("failure");
    expect((await world.environment("staging")).uncertain_deployment_id).not.toBeNull();
    const other = await hold("staging", world.commit("b"), { run: 77 });
    await seeRunEnd(world.bot, { repository, run: 77, sha: sha("b"), conclusion: "cancelled", by: "bob" });
    await world.settle();
    expect((await request(other)).ours).toMatchObject({
      status: "cancelled",
      outcome: { code: "cancelled", by: "bob" },
    });
  });

  test("that is run again on GitHub is not ended by the end of its first attempt, told late", async () => {
    const over = world.clock.now();
    const id = await hold("staging", world.commit("a"), { run: 77, at: over + 30_000 });
    const end = { repository, run: 77, sha: sha("a"), conclusion: "failure", by: "bob" };
    await seeRunEnd(world.bot, { ...end, at: over });
    await world.settle();
    expect((await request(id)).ours?.status).toBe("in_progress");
    await seeRunEnd(world.bot, { ...end, at: over + 60_000 });
    await world.settle();
    expect((await request(id)).ours?.status).toBe("error");
  });

  test("that nobody hears of any more is given up when its time is over, and settled when it tells its end after all", async () => {
    const id = await hold("staging", world.commit("a"));
    await world.clock.advance(61 * 60_000);
    const { deployment_id: ours } = await request(id);
    await world.db.transaction().execute((trx) => world.bot.wake.advance(trx, ours ?? 0));
    await world.settle();
    expect((await request(id)).ours).toMatchObject({ status: "error", settled: false });
    await ended(id, "success");
    expect((await request(id)).ours).toMatchObject({ status: "success", settled: true });
    expect((await world.environment("staging")).live_sha).toBe(sha("a"));
  });

  test("that ended while it was judged leaves nothing that waits", async () => {
    await world.command("U0000ROSA", { kind: "lock", environment: "staging", reason: "counting" });
    world.commit("a");
    const { revision } = world.github;
    world.github.revision = async (...asked) => {
      world.github.revision = revision;
      await ended(held, "failure");
      return await revision(...asked);
    };
    const id = await hold("staging", sha("a"));
    expect((await request(id)).ours).toMatchObject({
      status: "cancelled",
      outcome: { code: "cancelled", by: "alice" },
    });
  });

  test("is judged once, wherever the bot dies", async () => {
    const commit = world.commit("a");
    const told = { repository, run: 1, environment: "staging", deployment: 1, sha: commit, by: "alice" };
    for (const point of ["protection.stored", "request.gathered", "request.committed", "protection.judged"]) {
      world.faults.arm(point);
      await judgeHeldRun(world.bot, told).catch(() => undefined);
      await judgeHeldRun(world.bot, told);
    }
    expect(await world.db.selectFrom("deployment").select("id").execute()).toHaveLength(1);
    expect((await request(1)).ours?.kind).toBe("external");
  });
});

describe("what others deploy", () => {
  test("is live, is said once, and opens the next environment", async () => {
    await push(world, "a");
    const commit = world.commit("b");
    const told = {
      repository,
      deployment: 9,
      environment: "Staging",
      sha: commit,
      state: "success",
      by: "octocat",
    } as const;
    for (let time = 0; time < 3; time += 1) await seeDeployment(world.bot, { ...told, at: world.clock.now() + 1_000 });
    expect((await world.environment("staging")).live_sha).toBe(commit);
    const rows = await world.db.selectFrom("deployment").selectAll().where("kind", "=", "external").execute();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      status: "success",
      outcome: { code: "seen", by: "octocat" },
      requested_by: "octocat",
    });
    expect((await world.notes()).filter((code) => code === "went-live-elsewhere")).toHaveLength(1);
    await world.tick(1_000);
    const reply = await world.command("U0000ALICE", { kind: "promote", environment: "production" });
    expect(reply).toMatchObject({ code: "requested", revision: { sha: commit } });
  });

  test("counts only as a success, in an environment and of a revision that we know, and not when told too late", async () => {
    await push(world, "a");
    const commit = world.commit("b");
    const told = {
      repository,
      deployment: 9,
      environment: "staging",
      sha: commit,
      by: "octocat",
      at: world.clock.now() + 1_000,
    };
    await seeDeployment(world.bot, { ...told, state: "failure" });
    await seeDeployment(world.bot, { ...told, state: "success", environment: "preview" });
    await seeDeployment(world.bot, { ...told, state: "success", sha: sha("f") });
    await seeDeployment(world.bot, { ...told, state: "success", at: world.clock.now() - 60_000 });
    expect((await world.environment("staging")).live_sha).toBe(sha("a"));
  });

  test("under a running deployment of ours with the same revision is ours", async () => {
    world.deployer.script = () => ({ state: "running" });
    await push(world, "a");
    await ended(9, "success");
    expect((await world.environment("staging")).live_sha).toBeNull();
  });

  test("while a deployment of ours with the same revision ran is ours, though told after that has failed", async () => {
    await push(world, "a");
    world.deployer.script = () => ({ state: "running" });
    await push(world, "b");
    const { started_at: started } = await world.deployment(2);
    // GitHub's times are whole seconds, so that it may seem to come before the start.
    const at = Math.floor((started?.getTime() ?? 0) / 1_000) * 1_000;
    world.deployer.script = () => ({ state: "failure", message: "the smoke test", proven: true });
    await world.tick(60_000);
    const told = { repository, environment: "staging", sha: sha("b"), state: "success", by: "octocat" } as const;
    await seeDeployment(world.bot, { ...told, deployment: 9, at });
    const failed = { live_sha: sha("a"), uncertain_deployment_id: 2, slot_deployment_id: null };
    expect(await world.environment("staging")).toMatchObject(failed);
    // Something else that went live meanwhile is no proof that what broke since is whole.
    const other = { ...told, sha: world.commit("c"), deployment: 11, at: at + 1_000 };
    await seeDeployment(world.bot, other);
    const since = { live_sha: sha("c"), uncertain_deployment_id: 2 };
    expect(await world.environment("staging")).toMatchObject(since);
    await seeDeployment(world.bot, { ...other, deployment: 12, at: at + 2_000 });
    expect(await world.environment("staging")).toMatchObject(since);
    // By hand, after it had failed, it did go live.
    await seeDeployment(world.bot, { ...told, deployment: 10, at: world.clock.now() + 1_000 });
    expect((await world.environment("staging")).live_sha).toBe(sha("b"));
  });
});
