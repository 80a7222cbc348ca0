/** What the bot writes to GitHub, by the projection engine, from rows in a real database; and after crashes in between. */
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SandboxPullRequest } from "../../sandbox/contract.ts";
import type { EventRepository } from "../../src/github/events.ts";
import { createGitHubFacts } from "../../src/github/facts.ts";
import { commentMarker } from "../../src/github/surfaces/comment.ts";
import { createGitHubSurfaces } from "../../src/github/surfaces.ts";
import type { FoundPullRequest } from "../../src/operations/ports.ts";
import type { DeploymentView } from "../../src/operations/views.ts";
import type { NamedIssue, PullRequestFinding, Readiness } from "../../src/policy/pull-request.ts";
import { createProjections, type Projections } from "../../src/projections/engine.ts";
import { projectionKey, type SurfaceName, touch } from "../../src/projections/touch.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";
import { recordedWake } from "../harness/recorded-wake.ts";
import { aSandbox, type WithSandbox } from "./a-sandbox.ts";

let world: WithSandbox;
let database: TestDatabase;
let projections: Projections;
/** A repository of its own for each test. */
let tests = 0;
let repo: string;
let home: string;
let shop: EventRepository;
let view: DeploymentView | undefined;

beforeAll(async () => {
  [world, database] = await Promise.all([aSandbox(), testDatabase()]);
});

afterAll(async () => {
  await Promise.all([world.close(), database.drop()]);
});

beforeEach(async () => {
  tests += 1;
  repo = `shop-${tests}`;
  home = `acme/${repo}`;
  await world.sandbox.createRepository(home, { files: { "README.md": "shop" } });
  await database.db.deleteFrom("projection").execute();
  await database.db.deleteFrom("pull_request").execute();
  await database.db.deleteFrom("repository").execute();
  shop = await world.repository(home);
  await storeRepository(shop);
  view = undefined;
  projections = engine();
});

afterEach(() => {
  projections.stop();
  world.faults.disarm();
});

function engine(): Projections {
  return createProjections({
    context: world.context,
    log: pino({ level: "silent" }),
    db: database.db,
    surfaces: createGitHubSurfaces({
      db: database.db,
      github: world.github,
      context: world.context,
      loadDeploymentView: () => Promise.resolve(view),
    }),
  });
}

async function storeRepository(repository: EventRepository): Promise<void> {
  await database.db
    .insertInto("repository")
    .values({
      id: repository.id,
      full_name: repository.fullName,
      installation_id: repository.installationId,
      default_branch: repository.defaultBranch,
      private: repository.private,
      pipeline_file_id: null,
      latest_pipeline_file_id: null,
      removed_at: null,
    })
    .execute();
}

/** Marks the surface as an operation would, and brings it up to date. */
async function write(surface: SurfaceName, subject: string): Promise<void> {
  await database.db
    .transaction()
    .execute((trx) => touch(trx, recordedWake(), { surface, subject, lane: `${shop.installationId}` }));
  await projections.project(projectionKey(surface, subject));
}

async function rowOf(surface: SurfaceName, subject: string) {
  return await database.db
    .selectFrom("projection")
    .selectAll()
    .where("key", "=", projectionKey(surface, subject))
    .executeTakeFirstOrThrow();
}

/** The process dies at the fault point: its lease runs out, and the next one takes over. */
async function takeOver(surface: SurfaceName, subject: string): Promise<void> {
  projections.stop();
  await database.db
    .updateTable("projection")
    .set({ lease_until: null, look_at: null })
    .where("key", "=", projectionKey(surface, subject))
    .execute();
  projections = engine();
  await projections.project(projectionKey(surface, subject));
}

const none: PullRequestFinding = { rule: "closes", code: "closes.none" };
const wip: PullRequestFinding = { rule: "wip", code: "wip.title", word: "WIP" };
const ready: Readiness = { state: "success", exempt: false, problems: [], suggestions: [], closes: [], bumps: [] };
const failing: Readiness = { ...ready, state: "failure", problems: [none] };
const inProgress: Readiness = { ...ready, state: "in_progress", problems: [wip, none] };

async function aPullRequest(base = "main", body = ""): Promise<FoundPullRequest> {
  const changes = [{ path: "basket", content: "basket" }];
  await world.sandbox.commit(home, "alice", { branch: "basket", message: "Add the basket", changes });
  const number = await world.sandbox.openPullRequest(home, "alice", {
    title: "Add the basket",
    body,
    head: "basket",
    base,
  });
  return await found(number);
}

async function found(number: number): Promise<FoundPullRequest> {
  const pull = await createGitHubFacts(world.github).pullRequest(shop, number);
  if (pull === undefined) throw new Error(`no pull request ${number}`);
  return pull;
}

async function store(pull: FoundPullRequest, readiness: Readiness | null, issues: readonly NamedIssue[] = []) {
  const values = {
    title: pull.title,
    body: pull.body,
    author: pull.author,
    draft: pull.draft,
    state: pull.state,
    head_sha: pull.headSha,
    head_ref: pull.headRef,
    base_ref: pull.baseRef,
    from_fork: pull.fromFork,
    updated_at: new Date(pull.updatedAt),
    assignees: "[]",
    requested_reviewers: "[]",
    reviewed_by: "[]",
    versions: null,
    file_mistakes: null,
    issues: JSON.stringify(issues),
    readiness: readiness === null ? null : JSON.stringify(readiness),
    merged_at: pull.mergedAt === undefined ? null : new Date(pull.mergedAt),
    merged_by: pull.mergedBy ?? null,
    merge_sha: pull.mergeSha ?? null,
    ready_when_merged: null,
  };
  await database.db
    .insertInto("pull_request")
    .values({ repository_id: shop.id, number: pull.number, ...values })
    .onConflict((conflict) => conflict.columns(["repository_id", "number"]).doUpdateSet(values))
    .execute();
}

function shown(number: number): SandboxPullRequest {
  const pull = world.sandbox.view(home).pullRequests.find((one) => one.number === number);
  if (pull === undefined) throw new Error(`no pull request ${number}`);
  return pull;
}

const subjects = ({ number, headSha }: FoundPullRequest) => ({
  check: `${shop.id}/${number}/${headSha}`,
  comment: `${shop.id}/${number}`,
});

describe("the check", () => {
  test("is made once, follows the readiness, and is written only when that changed", async () => {
    const pull = await aPullRequest();
    const { check } = subjects(pull);
    await store(pull, failing);
    const made = await world.callsOf(() => write("github.check", check));
    expect(made).toEqual([`POST /repos/${home}/check-runs`]);
    expect(shown(pull.number).checkRuns).toMatchObject([
      {
        name: "signalbox/ready",
        status: "completed",
        conclusion: "failure",
        title: "No issue is named that this closes",
        headSha: pull.headSha,
      },
    ]);
    expect(await world.callsOf(() => write("github.check", check))).toEqual([]);
    await store(pull, ready);
    expect(await world.callsOf(() => write("github.check", check))).toHaveLength(1);
    expect(shown(pull.number).checkRuns).toMatchObject([{ conclusion: "success", title: "Ready" }]);
  });

  test("is in progress while the work is, also after it had been completed", async () => {
    const pull = await aPullRequest();
    const { check } = subjects(pull);
    for (const readiness of [ready, inProgress, ready]) {
      await store(pull, readiness);
      await write("github.check", check);
    }
    const octokit = await world.github.installation(shop.installationId);
    const runs = await octokit.rest.checks.listForRef({
      owner: "acme",
      repo,
      ref: pull.headSha,
      filter: "all",
    });
    const ours = runs.data.check_runs.filter(({ name }) => name === "signalbox/ready");
    expect(ours.map(({ status, conclusion }) => [status, conclusion])).toEqual(
      expect.arrayContaining([
        ["completed", "success"],
        ["completed", "success"],
      ]),
    );
    expect(ours).toHaveLength(2);
    expect(shown(pull.number).mergeable).toBe(true);
  });

  test("says nothing of an older head, of what was never judged, or where the App was taken away", async () => {
    const pull = await aPullRequest();
    const { check } = subjects(pull);
    await store(pull, null);
    expect(await world.callsOf(() => write("github.check", check))).toEqual([]);
    await store({ ...pull, headSha: "f".repeat(40) }, ready);
    expect(await world.callsOf(() => write("github.check", check))).toEqual([]);
    await store(pull, ready);
    await database.db
      .updateTable("repository")
      .set({ removed_at: new Date(0) })
      .execute();
    expect(await world.callsOf(() => write("github.check", check))).toEqual([]);
  });

  test("made just before a crash is found again, not made twice, and brought up to date", async () => {
    const pull = await aPullRequest();
    const { check } = subjects(pull);
    await store(pull, failing);
    world.sandbox.fail({ method: "POST", path: /check-runs/ }, [{ status: 502, afterDoing: true }]);
    await write("github.check", check);
    expect(await rowOf("github.check", check)).toMatchObject({ state: "posting", external: null });
    await store(pull, ready);
    await takeOver("github.check", check);
    const octokit = await world.github.installation(shop.installationId);
    const runs = await octokit.rest.checks.listForRef({ owner: "acme", repo, ref: pull.headSha, filter: "all" });
    expect(runs.data.check_runs).toMatchObject([{ name: "signalbox/ready", conclusion: "success" }]);
    expect(await rowOf("github.check", check)).toMatchObject({ state: "idle", error: null });
  });
});

describe("the comment", () => {
  test("a pull request that was always in order gets none, and its opening costs one call", async () => {
    const pull = await aPullRequest();
    const { check, comment } = subjects(pull);
    await store(pull, ready);
    const calls = await world.callsOf(async () => {
      await write("github.check", check);
      await write("github.comment", comment);
    });
    expect(calls).toEqual([`POST /repos/${home}/check-runs`]);
    expect(shown(pull.number).comments).toEqual([]);
  });

  test("is one, edited in place, from the first thing to mend to all set", async () => {
    const pull = await aPullRequest();
    const { comment } = subjects(pull);
    for (const readiness of [inProgress, failing, failing, ready, ready]) {
      await store(pull, readiness);
      await write("github.comment", comment);
    }
    expect(shown(pull.number).comments).toMatchObject([
      { edits: 2, body: `${commentMarker}\nAll set: nothing holds this pull request any more.` },
    ]);
    await store(pull, failing);
    await write("github.comment", comment);
    expect(shown(pull.number).comments).toMatchObject([
      {
        edits: 3,
        body: `${commentMarker}\nNot ready to be merged yet. The description names no issue that this closes. Write a line such as \`Closes #123\` into it.`,
      },
    ]);
  });

  test("stays as it was once the pull request is closed", async () => {
    const pull = await aPullRequest();
    const { comment } = subjects(pull);
    await store(pull, failing);
    await write("github.comment", comment);
    await store({ ...pull, state: "closed" }, ready);
    expect(await world.callsOf(() => write("github.comment", comment))).toEqual([]);
  });

  test("made just before a crash is found by its marker, and nobody else's is taken for it", async () => {
    const pull = await aPullRequest();
    const { comment } = subjects(pull);
    await world.sandbox.comment(home, "olaf", pull.number, `${commentMarker}\nI am the bot.`);
    await store(pull, failing);
    world.sandbox.fail({ method: "POST", path: /comments/ }, [{ status: 0, afterDoing: true }]);
    await write("github.comment", comment);
    await store(pull, ready);
    await takeOver("github.comment", comment);
    const comments = shown(pull.number).comments;
    expect(comments).toHaveLength(2);
    expect(comments[0]).toMatchObject({ author: "olaf", edits: 0 });
    expect(comments[1]).toMatchObject({ edits: 1, body: expect.stringContaining("All set") });
  });

  test("that was not made before the crash is not made when there is nothing left to mend", async () => {
    const pull = await aPullRequest();
    const { comment } = subjects(pull);
    await store(pull, failing);
    world.sandbox.fail({ method: "POST", path: /comments/ }, [{ status: 502 }]);
    await write("github.comment", comment);
    await store(pull, ready);
    await takeOver("github.comment", comment);
    expect(shown(pull.number).comments).toEqual([]);
    await store(pull, failing);
    await write("github.comment", comment);
    expect(shown(pull.number).comments).toHaveLength(1);
  });

  test("that somebody deleted is written anew only while there is something to mend", async () => {
    const pull = await aPullRequest();
    const { comment } = subjects(pull);
    await store(pull, failing);
    await write("github.comment", comment);
    const octokit = await world.github.installation(shop.installationId);
    const [made] = shown(pull.number).comments;
    await octokit.rest.issues.deleteComment({ owner: "acme", repo, comment_id: made?.id ?? 0 });
    await store(pull, ready);
    await write("github.comment", comment);
    expect(shown(pull.number).comments).toEqual([]);
    await store(pull, failing);
    await write("github.comment", comment);
    expect(shown(pull.number).comments).toHaveLength(1);
  });
});

describe("the Deployment", () => {
  const subject = "4";

  async function aView(change: Partial<DeploymentView> = {}): Promise<DeploymentView> {
    const head = await createGitHubFacts(world.github).branchHead(shop, "main");
    if (head === undefined) throw new Error("main has no head");
    return {
      id: 4,
      ask: 0,
      service: "shop",
      repository: home,
      environment: "production",
      production: true,
      environmentUrl: "https://shop.example.com",
      kind: "promotion",
      status: "in_progress",
      revision: { sha: head.sha, tree: head.tree },
      requestedBy: "alice",
      requestedAt: 1,
      approvals: [],
      stages: [],
      startedAt: 2,
      hotfix: false,
      mayApprove: [],
      approversNamed: [],
      canRetry: false,
      leftUncertain: false,
      settled: true,
      voided: [],
      ...change,
    };
  }

  const deployments = () => world.sandbox.view(home).deployments;

  test("is made when it has started, and gets a status only when that changed", async () => {
    const { startedAt: _, ...waiting } = await aView({ status: "waiting" });
    view = waiting;
    expect(await world.callsOf(() => write("github.deployment", subject))).toEqual([]);

    view = await aView();
    expect(await world.callsOf(() => write("github.deployment", subject))).toHaveLength(2);
    view = await aView({ status: "verifying" });
    await write("github.deployment", subject);
    const logUrl = "https://ci.example.com/9";
    const stages: DeploymentView["stages"] = [{ name: "deploy", phase: "deploy", state: "failure", logUrl }];
    view = await aView({ status: "failure", stages, outcome: { code: "stage-failed", stage: "deploy" } });
    await write("github.deployment", subject);
    expect(await world.callsOf(() => write("github.deployment", subject))).toEqual([]);
    expect(deployments()).toMatchObject([
      {
        sha: view.revision.sha,
        environment: "production",
        payload: { signalbox: { deployment: 4, token: expect.stringMatching(/^[0-9a-f]{24}$/) } },
        statuses: expect.arrayContaining([
          expect.objectContaining({ state: "in_progress", description: "Deployment 4 is running." }),
          expect.objectContaining({ state: "failure", description: "The stage deploy failed.", logUrl }),
        ]),
      },
    ]);
  });

  test.each<[Partial<DeploymentView>, string, string]>([
    [{ status: "success", outcome: { code: "succeeded" } }, "success", "It is live."],
    [
      { status: "error", outcome: { code: "stage-timed-out", stage: "build", afterMs: 60_000 } },
      "error",
      "The stage build did not end within 1 minute and was given up.",
    ],
    [{ status: "cancelled", outcome: { code: "cancelled", by: "alice" } }, "inactive", "alice cancelled it."],
    [
      { status: "failure", outcome: { code: "stage-failed", stage: "x", message: `\u0000\n${"long ".repeat(99)}` } },
      "failure",
      `The stage x failed. ${"long ".repeat(23)}long…`,
    ],
  ])("%j is %s: %s", async (change, state, description) => {
    view = await aView(change);
    await write("github.deployment", subject);
    expect(deployments()[0]?.statuses).toMatchObject([{ state, description }]);
    expect(description.length).toBeLessThanOrEqual(140);
  });

  test("made just before a crash is found by the token in its payload; another bot's deployment 4 is not", async () => {
    view = await aView();
    world.faults.arm("github.deployment-made");
    await write("github.deployment", subject);
    expect(deployments()).toHaveLength(1);
    const octokit = await world.github.installation(shop.installationId);
    const another = await octokit.rest.repos.createDeployment({
      owner: "acme",
      repo,
      ref: view.revision.sha,
      environment: "production",
      required_contexts: [],
      payload: { signalbox: { deployment: 4, token: "of another" } },
    });
    await takeOver("github.deployment", subject);
    const statuses = deployments().map(({ id, statuses }) => [
      "id" in another.data && id === another.data.id,
      statuses.length,
    ]);
    expect(statuses.sort()).toEqual([
      [false, 1],
      [true, 0],
    ]);
  });

  test("that a stage makes is shown to once its worker has ended, and no second one is made", async () => {
    view = await aView({ madeByStage: {} });
    expect(await world.callsOf(() => write("github.deployment", subject))).toEqual([]);
    const made = await world.sandbox.deployAs(home, "alice", {
      ...{ environment: "production", revision: view.revision.sha, states: ["success"] },
    });
    view = await aView({ madeByStage: { githubDeployment: made }, status: "verifying" });
    await write("github.deployment", subject);
    view = await aView({
      madeByStage: { githubDeployment: made },
      status: "failure",
      outcome: { code: "verification-failed", stage: "smoke" },
    });
    world.faults.arm("projection.created");
    await write("github.deployment", subject);
    await takeOver("github.deployment", subject);
    expect(deployments()).toMatchObject([{ id: made }]);
    expect(deployments()[0]?.statuses.map(({ state }) => state)).toEqual(["success", "in_progress", "failure"]);
  });

  test("gets no status when only what GitHub is not told has changed", async () => {
    view = await aView();
    await write("github.deployment", subject);
    view = await aView({ production: false });
    expect(await world.callsOf(() => write("github.deployment", subject))).toEqual([]);
  });
});

describe("an issue after the merge", () => {
  const closes = (number: number, repository = home): Readiness => ({
    ...ready,
    closes: [{ written: `#${number}`, repository, number, state: "open" }],
  });
  const issueOf = (number: number, repository = home) =>
    world.sandbox.view(repository).issues.find((issue) => issue.number === number);

  async function merged(base: string, by = "rosa"): Promise<FoundPullRequest> {
    if (base !== "main") await world.sandbox.createRef(home, "rosa", `refs/heads/${base}`, "main");
    const pull = await aPullRequest(base);
    await world.sandbox.mergePullRequest(home, by, pull.number);
    return await found(pull.number);
  }

  const subjectOf = (pull: FoundPullRequest, issue: number, issueRepository = home) =>
    `${shop.id}/${pull.number}/${issueRepository}/${issue}`;

  test("is closed once, with a link, when the base is not the default branch", async () => {
    const issue = await world.sandbox.createIssue(home, "olaf", "The basket");
    const pull = await merged("release");
    await store(pull, closes(issue));
    const subject = subjectOf(pull, issue);
    await write("github.issue-closed", subject);
    expect(issueOf(issue)).toMatchObject({
      state: "closed",
      comments: [
        {
          body: `<!-- signalbox:closed ${subject} -->\nClosed by [${home}#${pull.number}](${world.sandbox.url}/${home}/pull/${pull.number}), which was merged into \`release\`.`,
        },
      ],
    });
    await world.sandbox.setIssueState(home, "olaf", issue, "open");
    await write("github.issue-closed", subject);
    expect(issueOf(issue)).toMatchObject({ state: "open", comments: [expect.anything()] });
  });

  test("is left to GitHub when the base is the default branch", async () => {
    const issue = await world.sandbox.createIssue(home, "olaf", "The basket");
    const pull = await merged("main");
    await store(pull, closes(issue));
    expect(await world.callsOf(() => write("github.issue-closed", subjectOf(pull, issue)))).toEqual([]);
  });

  test("is left alone when it is closed already, or is not named", async () => {
    const issue = await world.sandbox.createIssue(home, "olaf", "The basket");
    const other = await world.sandbox.createIssue(home, "olaf", "The till");
    await world.sandbox.setIssueState(home, "olaf", issue, "closed");
    const pull = await merged("release");
    await store(pull, closes(issue));
    await write("github.issue-closed", subjectOf(pull, issue));
    await write("github.issue-closed", subjectOf(pull, other));
    expect(issueOf(issue)).toMatchObject({ comments: [] });
    expect(issueOf(other)).toMatchObject({ state: "open" });
  });

  test("between closing and the comment a crash loses nothing and repeats nothing", async () => {
    const issue = await world.sandbox.createIssue(home, "olaf", "The basket");
    const pull = await merged("release");
    await store(pull, closes(issue));
    world.faults.arm("github.issue-closed");
    await write("github.issue-closed", subjectOf(pull, issue));
    expect(issueOf(issue)).toMatchObject({ state: "closed", comments: [] });
    await takeOver("github.issue-closed", subjectOf(pull, issue));
    expect(issueOf(issue)?.comments).toHaveLength(1);
    await database.db.updateTable("projection").set({ external: null, state: "posting" }).execute();
    await write("github.issue-closed", subjectOf(pull, issue));
    expect(issueOf(issue)?.comments).toHaveLength(1);
  });

  test("of another repository is closed only in the same installation, and only when the merger may", async () => {
    await world.sandbox.createRepository("acme/infra", { files: { a: "a" } });
    await world.sandbox.createRepository("other/infra", { files: { a: "a" } });
    await storeRepository(await world.repository("acme/infra"));
    await storeRepository(await world.repository("other/infra"));
    const near = await world.sandbox.createIssue("acme/infra", "olaf", "The pipes");
    const far = await world.sandbox.createIssue("other/infra", "olaf", "The pipes");
    const pull = await merged("main");

    await store({ ...pull, mergedBy: "olaf" }, closes(near, "acme/infra"));
    await write("github.issue-closed", subjectOf(pull, near, "acme/infra"));
    expect(issueOf(near, "acme/infra")).toMatchObject({ state: "open" });

    await database.db.deleteFrom("projection").execute();
    await store(pull, closes(near, "acme/infra"));
    await write("github.issue-closed", subjectOf(pull, near, "acme/infra"));
    expect(issueOf(near, "acme/infra")).toMatchObject({ state: "closed", comments: [expect.anything()] });

    await store(pull, closes(far, "other/infra"));
    expect(await world.callsOf(() => write("github.issue-closed", subjectOf(pull, far, "other/infra")))).toEqual([]);
  });
});

test("a description that closes an open issue costs two calls in all when it is in order", async () => {
  const issue = await world.sandbox.createIssue(home, "olaf", "The basket");
  const pull = await aPullRequest("main", `close #${issue}`);
  const calls = await world.callsOf(async () => {
    const state = await createGitHubFacts(world.github).issue(shop, { repository: home, number: issue });
    await store(pull, { ...ready, closes: [{ written: `#${issue}`, repository: home, number: issue, state }] });
    await write("github.check", subjects(pull).check);
    await write("github.comment", subjects(pull).comment);
  });
  expect(calls).toEqual([`GET /repos/${home}/issues/${issue}`, `POST /repos/${home}/check-runs`]);
});
