/** `signalbox/<environment>` as GitHub shows it: its words, when it is open or done, and after a crash in between. */
import { fromMarkdown } from "mdast-util-from-markdown";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { EventRepository } from "../../src/github/events.ts";
import { createGitHubFacts } from "../../src/github/facts.ts";
import { createGitHubSurfaces } from "../../src/github/surfaces.ts";
import {
  type EnvironmentCheck,
  environmentCheckSummary,
  environmentCheckTitle,
} from "../../src/github/wording-environment-check.ts";
import type { FoundPullRequest } from "../../src/operations/ports.ts";
import type { GateResult, Verdict } from "../../src/policy/model.ts";
import { createProjections, type Projections } from "../../src/projections/engine.ts";
import { projectionKey, touch } from "../../src/projections/touch.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";
import { recordedWake } from "../harness/recorded-wake.ts";
import { aSandbox, type WithSandbox } from "./a-sandbox.ts";

const access: GateResult = {
  gate: "access",
  result: "pass",
  reason: { code: "access.by-merging", who: [] },
  clearedBy: [],
};
const missing: GateResult = {
  gate: "approvals",
  result: "wait",
  reason: { code: "approvals.missing", count: 1, by: [], candidates: ["rosa"] },
  clearedBy: [{ kind: "approvers" }],
};
const never: GateResult = {
  gate: "order",
  result: "block",
  reason: { code: "order.never-live-before", before: "staging", sha: "a".repeat(40) },
  clearedBy: [{ kind: "whoever-may-ask" }],
};
const locked = (reason: string): GateResult => ({
  gate: "lock",
  result: "wait",
  reason: { code: "lock.held", by: "bob", reason, at: Date.UTC(2026, 10, 18) },
  clearedBy: [],
});
const go: Verdict = { outcome: "go", gates: [access] };
const wait: Verdict = { outcome: "wait", gates: [access, missing] };
const stop: Verdict = { outcome: "stop", gates: [access, never, missing] };

describe("in words", () => {
  const check = (changes: Partial<EnvironmentCheck>): EnvironmentCheck => ({
    ...{ environment: "production", auto: true, verdict: go, refused: [], ended: null },
    ...changes,
  });

  test.each<[Partial<EnvironmentCheck>, string, RegExp]>([
    [{}, "Merging deploys it", /^Merged now\\, this is deployed to production\\\./],
    [{ auto: false }, "Merging offers it", /a person starts it/],
    [{ verdict: wait }, "Waiting: approvals", /this would wait before production/],
    [{ verdict: stop }, "Stopped: order", /this would be stopped before production/],
    [{ verdict: go, untouched: "api" }, "Changes nothing of api", /so its merge is not deployed to production/],
    [{ verdict: go, ended: "merged" }, "Merged", /every gate passed then/],
    [{ verdict: wait, ended: "merged" }, "Merged before every gate passed", /asks for what is missing/],
    [
      { verdict: wait, ended: "elsewhere" },
      "Not into the branch of production any more",
      /^This pull request does not/,
    ],
  ])("%j", (changes, title, summary) => {
    expect(environmentCheckTitle(check(changes))).toBe(title);
    expect(environmentCheckSummary(check(changes))).toMatch(summary);
  });

  test("every gate in its order, and answers that do not count with their reason", () => {
    const refused = [{ login: "rosa", answer: "approve", at: 0, why: { code: "content-changed" } }] as const;
    const tree = fromMarkdown(environmentCheckSummary(check({ verdict: stop, refused })));
    const lists = tree.children.filter((node) => node.type === "list");
    expect(lists.map((list) => list.children.length)).toEqual([3, 1]);
  });

  test("what people wrote stays text", () => {
    const nasty = "@acme/all [x](https://evil.example) <b>#1</b>\n\n# Title `code` www.evil.example";
    const summary = environmentCheckSummary(check({ verdict: { outcome: "wait", gates: [locked(nasty)] } }));
    const kinds = new Set<string>();
    const walk = (node: { readonly type: string; readonly children?: readonly { readonly type: string }[] }) => {
      kinds.add(node.type);
      for (const child of node.children ?? []) walk(child);
    };
    walk(fromMarkdown(summary));
    expect([...kinds].sort()).toEqual(["list", "listItem", "paragraph", "root", "strong", "text"]);
    expect(summary).not.toMatch(/@acme|https:\/\/|#1|www\.evil/);
  });
});

describe("on GitHub", () => {
  let world: WithSandbox;
  let database: TestDatabase;
  let projections: Projections;
  let shop: EventRepository;
  let pull: FoundPullRequest;
  let environment: number;
  let tests = 0;
  const home = () => `acme/gates-${tests}`;

  beforeAll(async () => {
    [world, database] = await Promise.all([aSandbox(), testDatabase()]);
  });
  afterAll(async () => {
    await Promise.all([world.close(), database.drop()]);
  });

  function engine(): Projections {
    const ground = { db: database.db, github: world.github, context: world.context };
    const surfaces = createGitHubSurfaces({ ...ground, loadDeploymentView: () => Promise.resolve(undefined) });
    return createProjections({ context: world.context, log: pino({ level: "silent" }), db: database.db, surfaces });
  }

  beforeEach(async () => {
    tests += 1;
    const { db } = database;
    await world.sandbox.createRepository(home(), { files: { "README.md": "shop" } });
    shop = await world.repository(home());
    const { id, fullName, installationId, defaultBranch } = shop;
    await db
      .insertInto("repository")
      .values({
        id,
        full_name: fullName,
        installation_id: installationId,
        default_branch: defaultBranch,
        private: true,
      })
      .execute();
    const service = await db
      .insertInto("service")
      .values({ repository_id: id, name: "shop" })
      .returning("id")
      .executeTakeFirstOrThrow();
    const made = await db
      .insertInto("environment")
      .values({ service_id: service.id, name: "production", position: 0 })
      .returning("id")
      .executeTakeFirstOrThrow();
    environment = made.id;
    const changes = [{ path: "basket", content: "basket" }];
    await world.sandbox.commit(home(), "alice", { branch: "basket", message: "Add the basket", changes });
    const number = await world.sandbox.openPullRequest(home(), "alice", { title: "Basket", body: "", head: "basket" });
    const found = await createGitHubFacts(world.github).pullRequest(shop, number);
    if (found === undefined) throw new Error(`no pull request ${number}`);
    pull = found;
    await db
      .insertInto("pull_request")
      .values({
        ...{ repository_id: id, number, title: pull.title, body: "", author: pull.author, draft: false, state: "open" },
        ...{ assignees: "[]", requested_reviewers: "[]", reviewed_by: "[]", issues: "[]" },
        ...{ readiness: null, versions: null, file_mistakes: null, merged_at: null },
        ...{ merged_by: null, merge_sha: null, ready_when_merged: null },
        ...{ head_sha: pull.headSha, head_ref: pull.headRef, base_ref: pull.baseRef, from_fork: false },
        updated_at: new Date(pull.updatedAt),
      })
      .execute();
    await db
      .insertInto("pull_request_gate")
      .values({ repository_id: id, number, environment_id: environment, refused: "[]" })
      .execute();
    projections = engine();
  });
  afterEach(() => {
    projections.stop();
    world.faults.disarm();
  });

  const subject = () => `${shop.id}/${pull.number}/${environment}/${pull.headSha}`;
  const key = () => projectionKey("github.environment-check", subject());

  async function say(verdict: Verdict, ended: "merged" | null = null): Promise<void> {
    await database.db
      .updateTable("pull_request_gate")
      .set({ head_sha: pull.headSha, verdict: JSON.stringify(verdict), ended })
      .where("environment_id", "=", environment)
      .execute();
    const touched = {
      surface: "github.environment-check",
      subject: subject(),
      lane: `${shop.installationId}`,
    } as const;
    await database.db.transaction().execute((trx) => touch(trx, recordedWake(), touched));
    await projections.project(key());
  }

  const runs = () => {
    const shown = world.sandbox.view(home()).pullRequests.find(({ number }) => number === pull.number);
    return (shown?.checkRuns ?? []).map(({ name, status, conclusion, title }) => [name, status, conclusion, title]);
  };

  test("it waits, goes, stops, and waits again in a new check, since GitHub reopens none", async () => {
    await say(wait);
    expect(runs()).toEqual([["signalbox/production", "in_progress", null, "Waiting: approvals"]]);
    await say(go);
    expect(runs()).toEqual([["signalbox/production", "completed", "success", "Merging deploys it"]]);
    await say(stop);
    expect(runs()).toEqual([["signalbox/production", "completed", "failure", "Stopped: order"]]);
    await say(wait);
    expect(runs().at(-1)).toEqual(["signalbox/production", "in_progress", null, "Waiting: approvals"]);
  });

  test("merged early, it does not stay open for ever", async () => {
    await say(wait);
    await say(wait, "merged");
    const [, status, conclusion] = runs().at(-1) ?? [];
    expect([status, conclusion]).toEqual(["completed", "neutral"]);
  });

  test("killed between making the check and remembering it, the check is found again", async () => {
    world.faults.arm("projection.created");
    await say(wait);
    projections.stop();
    await database.db
      .updateTable("projection")
      .set({ lease_until: null, look_at: null })
      .where("key", "=", key())
      .execute();
    projections = engine();
    await projections.project(key());
    expect(runs()).toHaveLength(1);
  });

  test("an older head keeps what it said last", async () => {
    await say(wait);
    await database.db
      .updateTable("pull_request")
      .set({ head_sha: "e".repeat(40) })
      .execute();
    await say(go);
    expect(runs()).toEqual([["signalbox/production", "in_progress", null, "Waiting: approvals"]]);
  });

  test("on a merge queue's group nothing is left open, since the queue would wait for it", async () => {
    const { id } = shop;
    const { headSha } = await world.sandbox.enqueue(home(), "alice", pull.number);
    const values = { repository_id: id, head_sha: headSha, pull_request: pull.number, asked_at: new Date(0) };
    const onGroup = async (verdict: Verdict) => {
      await say(verdict);
      const about = { surface: "github.environment-check", lane: `${shop.installationId}` } as const;
      const grouped = `${id}/${pull.number}/${environment}/${headSha}`;
      await database.db.transaction().execute((trx) => touch(trx, recordedWake(), { ...about, subject: grouped }));
      await projections.project(projectionKey(about.surface, grouped));
      const octokit = await world.github.installation(shop.installationId);
      const found = await octokit.rest.checks.listForRef({ owner: "acme", repo: home().slice(5), ref: headSha });
      return found.data.check_runs.map(({ name, conclusion }) => [name, conclusion]);
    };
    expect(await onGroup(go)).toEqual([]);
    await database.db
      .insertInto("merge_group")
      .values({ ...values, gone_at: null })
      .execute();
    expect(await onGroup(wait)).toEqual([["signalbox/production", "failure"]]);
    expect(await onGroup(go)).toEqual([["signalbox/production", "success"]]);
    await database.db
      .updateTable("merge_group")
      .set({ gone_at: new Date(1) })
      .execute();
    expect(await onGroup(stop)).toEqual([["signalbox/production", "success"]]);
  });

  test("the content of a commit is GitHub's own", async () => {
    const facts = createGitHubFacts(world.github);
    const head = await facts.branchHead(shop, pull.headRef);
    expect(await facts.tree(shop, pull.headSha)).toBe(head?.tree);
    await expect(facts.tree(shop, "f".repeat(40))).rejects.toThrow();
  });
});
