/** What `signalbox/ready` shows besides its verdict: marks on lines, a button, a warning; and the check of a merge queue. */
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { EventRepository } from "../../src/github/events.ts";
import { createGitHubSurfaces } from "../../src/github/surfaces.ts";
import type { Mistake } from "../../src/policy/pipeline.ts";
import type { PullRequestFinding, Readiness } from "../../src/policy/pull-request.ts";
import { createProjections, type Projections } from "../../src/projections/engine.ts";
import { projectionKey, type SurfaceName, touch } from "../../src/projections/touch.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";
import { recordedWake } from "../harness/recorded-wake.ts";
import { aSandbox, type WithSandbox } from "./a-sandbox.ts";

let world: WithSandbox;
let database: TestDatabase;
let projections: Projections;
let shop: EventRepository;
let tests = 0;
let head: string;

beforeAll(async () => {
  [world, database] = await Promise.all([aSandbox(), testDatabase()]);
});
afterAll(async () => {
  await Promise.all([world.close(), database.drop()]);
});

beforeEach(async () => {
  tests += 1;
  const home = `acme/checked-${tests}`;
  await world.sandbox.createRepository(home, { files: { "README.md": "shop" } });
  head = await world.sandbox.commit(home, "alice", {
    branch: "basket",
    message: "Add",
    changes: [{ path: "a", content: "a" }],
  });
  shop = await world.repository(home);
  const { id, fullName: full_name, installationId: installation_id, defaultBranch: default_branch } = shop;
  const files = { pipeline_file_id: null, latest_pipeline_file_id: null, removed_at: null };
  await database.db
    .insertInto("repository")
    .values({ id, full_name, installation_id, default_branch, private: true, ...files })
    .execute();
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
      loadDeploymentView: () => Promise.resolve(undefined),
    }),
  });
}

async function write(surface: SurfaceName, subject: string): Promise<void> {
  const lane = `github/${shop.installationId}`;
  await database.db.transaction().execute((trx) => touch(trx, recordedWake(), { surface, subject, lane }));
  await projections.project(projectionKey(surface, subject));
}

const ready: Readiness = { state: "success", exempt: false, problems: [], suggestions: [], closes: [], bumps: [] };
const failing = (...problems: readonly PullRequestFinding[]): Readiness => ({ ...ready, state: "failure", problems });

const mistake = (line: number, file = `${shop.fullName}:.github/signalbox.yml`): Mistake => ({
  file,
  line,
  column: 3,
  path: `environments.e${line}.deploy`,
  found: "3",
  expected: "a command",
  nearest: "deploy",
});
const mistakes = (...lines: readonly number[]): PullRequestFinding => ({
  rule: "pipeline",
  code: "pipeline.mistakes",
  mistakes: lines.map((line) => mistake(line)),
});
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

async function store(readiness: Readiness, number = 7): Promise<void> {
  const values = {
    ...{ title: "Add", body: "", author: "alice", draft: false, state: "open" as const, head_sha: head },
    ...{ head_ref: "basket", base_ref: "main", from_fork: false, updated_at: new Date(0), issues: "[]" },
    readiness: JSON.stringify(readiness),
  };
  await database.db
    .insertInto("pull_request")
    .values({ repository_id: shop.id, number, ...values })
    .onConflict((conflict) => conflict.columns(["repository_id", "number"]).doUpdateSet(values))
    .execute();
}

const subject = () => `${shop.id}/7/${head}`;

async function show(readiness: Readiness): Promise<void> {
  await store(readiness);
  await write("github.check", subject());
}

async function runs(ref = head) {
  const octokit = await world.github.installation(shop.installationId);
  const [owner = "", repo = ""] = shop.fullName.split("/");
  const { data } = await octokit.rest.checks.listForRef({ owner, repo, ref, filter: "all" });
  return await Promise.all(
    data.check_runs
      .toSorted((a, b) => a.id - b.id)
      .map(async ({ id, status, conclusion, output }) => ({
        id,
        status,
        conclusion,
        title: output.title,
        summary: output.summary,
        marks: (
          await octokit.paginate(octokit.rest.checks.listAnnotations, { owner, repo, check_run_id: id, per_page: 100 })
        ).map(({ path, start_line, end_line, annotation_level, message }) => {
          return { path, start_line, end_line, annotation_level, message };
        }),
      })),
  );
}

describe("marks on the lines of the pipeline file", () => {
  test("each mistake on its line, in words, and in the summary", async () => {
    await show(failing(mistakes(3, 9)));
    const [run] = await runs();
    expect(run?.title).toBe("The pipeline file has 2 mistakes");
    expect(run?.marks).toEqual(
      [3, 9].map((line) => ({
        path: ".github/signalbox.yml",
        start_line: line,
        end_line: line,
        annotation_level: "failure",
        message: `environments.e${line}.deploy: found 3, expected a command. Did you mean deploy?`,
      })),
    );
    expect(run?.summary).toContain("line 9, column 3, `environments.e9.deploy`: found `3`, expected `a command`.");
  });

  test("a mistake in a file that it extends is told in the summary alone", async () => {
    const elsewhere = mistake(4, "acme/.github:.github/signalbox.yml");
    await show(failing({ rule: "pipeline", code: "pipeline.mistakes", mistakes: [elsewhere, mistake(2)] }));
    const [run] = await runs();
    expect(run?.marks.map(({ start_line }) => start_line)).toEqual([2]);
    expect(run?.summary).toContain("`acme/.github:.github/signalbox.yml`, line 4");
  });

  test("a hundred and twenty come in three requests, all on one check", async () => {
    const calls = await world.callsOf(() => show(failing(mistakes(...numbers(120)))));
    expect(calls.map((call) => call.split(" ")[0])).toEqual(["POST", "PATCH", "PATCH"]);
    const [run, ...others] = await runs();
    expect(others).toEqual([]);
    expect(run?.marks).toHaveLength(120);
    expect(run?.summary).toContain("- 70 more");
  });

  test("the same marks are not added again when something else changes", async () => {
    await show(failing(mistakes(3)));
    await show(failing({ rule: "closes", code: "closes.none" }, mistakes(3)));
    const [run, ...others] = await runs();
    expect(others).toEqual([]);
    expect(run?.title).toBe("No issue is named that this closes");
    expect(run?.marks).toHaveLength(1);
  });

  test("marks that no longer hold are not left standing: a new check has the right ones", async () => {
    await show(failing(mistakes(3, 4)));
    await show(failing(mistakes(4)));
    const [, run, ...others] = await runs();
    expect(others).toEqual([]);
    expect(run?.marks.map(({ start_line }) => start_line)).toEqual([4]);
    await show(ready);
    expect((await runs()).at(-1)).toMatchObject({ conclusion: "success", marks: [] });
  });

  test("marks that come later are added to the check that stands", async () => {
    await show(failing({ rule: "closes", code: "closes.none" }));
    await show(failing(mistakes(...numbers(60))));
    const [run, ...others] = await runs();
    expect(others).toEqual([]);
    expect(run?.marks).toHaveLength(60);
  });

  test("a crash between two requests leaves no check with half of the marks as the newest", async () => {
    world.sandbox.fail({ method: "PATCH", path: /check-runs/ }, [{ status: 502 }]);
    await show(failing(mistakes(...numbers(70))));
    expect((await runs()).at(-1)?.marks).toHaveLength(50);
    projections.stop();
    projections = engine();
    await database.db.updateTable("projection").set({ look_at: null, lease_until: null }).execute();
    await projections.project(projectionKey("github.check", subject()));
    expect((await runs()).at(-1)?.marks).toHaveLength(70);
  });

  test("a crash between making it and remembering it makes no second one, and doubles no mark", async () => {
    world.faults.arm("projection.created");
    await show(failing(mistakes(3)));
    projections.stop();
    projections = engine();
    await database.db.updateTable("projection").set({ look_at: null, lease_until: null }).execute();
    await projections.project(projectionKey("github.check", subject()));
    const [run, ...others] = await runs();
    expect(others).toEqual([]);
    expect(run?.marks).toHaveLength(1);
  });
});

describe("the button", () => {
  const lookAgain = { label: "Look again", description: "Looks up issues and versions anew", identifier: "look-again" };
  const offered = async (readiness: Readiness) => {
    // GitHub takes buttons, within its lengths, and never gives them back: what is sent is looked at.
    await show(readiness);
    expect(await runs()).toHaveLength(1);
    const surface = createGitHubSurfaces({ ...world, db: database.db, loadDeploymentView: async () => undefined });
    return (await surface.get("github.check")?.render(subject()))?.content;
  };

  test.each<[string, PullRequestFinding, boolean]>([
    ["no keyword", { rule: "closes", code: "closes.none" }, false],
    ["a draft", { rule: "wip", code: "wip.draft" }, false],
    ["nobody to review", { rule: "reviewer", code: "reviewer.none" }, true],
    [
      "an issue that is closed",
      {
        rule: "closes",
        code: "closes.not-an-open-issue",
        issue: { written: "#1", repository: "acme/shop", number: 1, state: "closed" },
      },
      true,
    ],
  ])("%s", async (_, finding, offers) => {
    const content = await offered(failing(finding));
    if (offers) expect(content).toMatchObject({ buttons: [lookAgain] });
    else expect(content).not.toHaveProperty("buttons");
  });

  test("is within what GitHub takes, and goes away with what it was for", async () => {
    expect(lookAgain.label.length <= 20 && lookAgain.identifier.length <= 20).toBe(true);
    expect(lookAgain.description.length).toBeLessThanOrEqual(40);
    expect(await offered({ ...ready, suggestions: [{ rule: "assignee", code: "assignee.none" }] })).toHaveProperty(
      "buttons",
    );
    expect(await offered(ready)).not.toHaveProperty("buttons");
  });
});

describe("a branch that does not require the check", () => {
  const guard = async (required: boolean | null) => {
    const values = { required, looked_at: new Date(0) };
    await database.db
      .insertInto("branch_guard")
      .values({ repository_id: shop.id, branch: "main", ...values })
      .execute();
  };
  const warning = /Nothing keeps this from being merged/;

  test.each([
    [false, true],
    [true, false],
    [null, false],
  ])("required: %s, warned: %s", async (required, warned) => {
    await guard(required);
    await show(failing({ rule: "closes", code: "closes.none" }));
    expect(warning.test((await runs())[0]?.summary ?? "")).toBe(warned);
  });

  test("more than GitHub takes is cut at a line, and that is said", async () => {
    const issue = (number: number) => ({
      ...{ repository: shop.fullName, number, written: `#${number}` },
      state: "closed" as const,
    });
    const closed = Array.from({ length: 1_000 }, (_, at) => issue(at + 1));
    await show(
      failing(...closed.map((one) => ({ rule: "closes", code: "closes.not-an-open-issue", issue: one }) as const)),
    );
    const [run] = await runs();
    expect(run?.conclusion).toBe("failure");
    expect(run?.summary).toMatch(/\n- .*\.\n\nThere is more than fits here\.$/u);
  });

  test("what is ready may be merged, and needs no warning", async () => {
    await guard(false);
    await show(ready);
    expect((await runs())[0]?.summary).toBe("Nothing holds this pull request.");
  });
});

describe("a merge queue's group", () => {
  const ask = async (number: number | null) => {
    const values = { repository_id: shop.id, head_sha: head, pull_request: number };
    await database.db
      .insertInto("merge_group")
      .values({ ...values, asked_at: new Date(0), gone_at: null })
      .execute();
    await write("github.merge-group-check", `${shop.id}/${head}`);
  };

  test.each<[string, number | null, Readiness, object]>([
    ["of what is ready", 7, ready, { conclusion: "success", title: "#7 is ready" }],
    [
      "of what is not",
      7,
      failing({ rule: "closes", code: "closes.none" }),
      { conclusion: "failure", title: "#7 is not ready: No issue is named that this closes" },
    ],
    [
      "of work in progress, for which no queue waits",
      7,
      { ...ready, state: "in_progress", problems: [{ rule: "wip", code: "wip.draft" }] },
      { status: "completed", conclusion: "failure", title: "#7 is not ready: Work in progress" },
    ],
    ["of nobody knows what", null, ready, { conclusion: "failure", title: "No pull request is known for this group" }],
    ["of one that is not known", 99, ready, { conclusion: "failure" }],
  ])("%s", async (_, number, readiness, answer) => {
    await store(readiness);
    await ask(number);
    expect(await runs()).toMatchObject([answer]);
  });

  test("turns with its pull request, and is left alone when it is gone", async () => {
    await store(failing({ rule: "closes", code: "closes.none" }));
    await ask(7);
    await store(ready);
    await write("github.merge-group-check", `${shop.id}/${head}`);
    expect(await runs()).toMatchObject([{ conclusion: "success" }]);
    await database.db
      .updateTable("merge_group")
      .set({ gone_at: new Date(1) })
      .execute();
    await store(failing({ rule: "closes", code: "closes.none" }));
    const calls = await world.callsOf(() => write("github.merge-group-check", `${shop.id}/${head}`));
    expect(calls).toEqual([]);
  });
});
