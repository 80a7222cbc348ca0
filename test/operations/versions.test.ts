/** `/rc cut`, `next` and `finish` as practice 5 has them, with what stands in the way and with a crash at every step. */
import { afterEach, expect, test } from "vitest";
import { backMergesOf } from "../../src/operations/back-merge.ts";
import { loadServices } from "../../src/operations/place.ts";
import { Refusal } from "../../src/operations/ports.ts";
import type { ReplyContent } from "../../src/operations/said.ts";
import { seeRepository } from "../../src/operations/see-repository.ts";
import { versionNews } from "../../src/operations/version-news.ts";
import { nothing, openWorld, repository, tellPush, type World } from "./world.ts";

const file = `
channel: "#shop-deploys"
people: {alice: U0000ALICE, rosa: U0000ROSA, olaf: U0000OLAF, bob: U0000BOB}
groups: {release-managers: [rosa, bob]}
versions:
  scheme: dotted
  files: [ukrdc/__init__.py]
  release_branch: release
  back_merge: main
environments:
  staging: {branch: release, deploy: make deploy}
  production:
    approvals: {count: 1, from: [release-managers]}
    deploy: make deploy
`;
const alice = "U0000ALICE";
const rosa = "U0000ROSA";
const path = "ukrdc/__init__.py";

let world: World;
afterEach(async () => {
  await world.close();
});

/** Main holds 10.8.4 and something new; release holds 10.8.4, which is tagged. */
async function open(text = file): Promise<World> {
  world = await openWorld({ file: text });
  const first = world.commit("1", { content: "first" });
  world.github.files.set(`${first}:${path}`, "__version__ = '10.8.4'\n");
  world.github.tagged.set("v10.8.4", first);
  world.github.branches.set("release", first);
  await tellPush(world, "main", nothing);
  await tellPush(world, "release", nothing);
  change("2", "main");
  return world;
}

/** Somebody's commit, which touches one file and leaves the version as it is. */
function change(letter: string, branch: string, author = "alice", changed = `src/${letter}.py`): string {
  const before = world.github.branches.get(branch) ?? "";
  const made = world.commit(letter, { branch, author });
  for (const [key, text] of world.github.files) {
    if (key.startsWith(`${before}:`)) world.github.files.set(`${made}:${key.slice(41)}`, text);
  }
  world.github.files.set(`${made}:${changed}`, letter);
  world.github.changed.set(made, [changed]);
  return made;
}

async function rc(step?: "cut" | "next" | "finish", person = alice, more: object = {}): Promise<ReplyContent> {
  return await world.command(person, { kind: "rc", ...(step === undefined ? {} : { step }), ...more });
}

function versionOn(branch: string): string | undefined {
  return world.github.files.get(`${world.github.branches.get(branch)}:${path}`)?.trim();
}

/** What was said of versions, in order. */
async function told(): Promise<readonly object[]> {
  return (await world.said()).filter(({ code }) => code.startsWith("version-"));
}

const steps = async () => await world.db.selectFrom("candidate").selectAll().orderBy("id").execute();

async function audits(): Promise<readonly string[]> {
  const rows = await world.db.selectFrom("audit").selectAll().orderBy("id").execute();
  return rows.filter(({ action }) => action.startsWith("version.")).map(({ actor, action }) => `${actor} ${action}`);
}

test("a candidate is cut, the next one tagged with a fix, and the release finished", async () => {
  await open();
  expect(await rc("cut")).toMatchObject({ code: "version-begun", version: "10.8.5.RC1", tag: "v10.8.5.RC1" });
  const cut = world.github.tagged.get("v10.8.5.RC1");
  expect(world.github.branches.get("main")).toBe(cut);
  expect(versionOn("main")).toBe("__version__ = '10.8.5.RC1'");
  // The merge of the tag has its content, and holds what the release branch held.
  const [version, merge] = world.versions.made;
  expect(version).toMatchObject({ sha: cut, message: "Version 10.8.5.RC1\n\nAsked for by alice with /rc." });
  expect(merge).toMatchObject({ parents: ["1".repeat(40), cut] });
  expect(world.github.branches.get("release")).toBe(merge?.sha);
  expect(versionOn("release")).toBe("__version__ = '10.8.5.RC1'");
  expect(await told()).toMatchObject([
    { code: "version-done", step: "cut", by: "alice", sha: merge?.sha, deployedTo: ["staging"], offer: [] },
  ]);

  expect(await rc("next")).toMatchObject({ code: "version-begun", version: "10.8.5.RC2" });
  expect((await told()).at(-1)).toMatchObject({ why: { code: "nothing-new", branch: "release", tag: "v10.8.5.RC1" } });
  change("3", "release", "rosa");
  await rc("next");
  const second = world.github.tagged.get("v10.8.5.RC2");
  expect(world.github.branches.get("release")).toBe(second);
  expect(versionOn("release")).toBe("__version__ = '10.8.5.RC2'");
  expect(versionOn("main")).toBe("__version__ = '10.8.5.RC1'");

  expect(await rc("finish", alice)).toMatchObject({ code: "may-not", needs: "approve" });
  expect(await rc("finish", rosa)).toMatchObject({ code: "version-begun", version: "10.8.5", tag: "v10.8.5" });
  const released = world.github.tagged.get("v10.8.5");
  expect(world.github.branches.get("release")).toBe(released);
  expect(versionOn("release")).toBe("__version__ = '10.8.5'");
  expect((await told()).at(-1)).toMatchObject({ step: "finish", by: "rosa", sha: released, offer: ["production"] });
  expect(world.versions.written).toEqual([
    `main ${cut?.slice(-2)}`,
    "tag v10.8.5.RC1",
    `release ${merge?.sha.slice(-2)}`,
    `release ${second?.slice(-2)}`,
    "tag v10.8.5.RC2",
    `release ${released?.slice(-2)}`,
    "tag v10.8.5",
  ]);
  expect(await audits()).toEqual([
    "alice version.asked",
    "alice version.done",
    "alice version.asked",
    "alice version.stopped",
    "alice version.asked",
    "alice version.done",
    "rosa version.asked",
    "rosa version.done",
  ]);
  // One release, with what came since the version before it.
  const surfaces = await world.db
    .selectFrom("projection")
    .select("subject")
    .where("surface", "=", "github.release")
    .execute();
  const last = (await steps()).at(-1);
  expect(surfaces).toEqual([{ subject: `version/${last?.id}` }]);
  expect(last?.ships).toMatchObject({ comparison: "ahead", authors: expect.arrayContaining(["rosa"]) });
  expect((await steps()).slice(0, -1).every(({ ships }) => ships === null)).toBe(true);
});

test("/rc says how the versions stand, and which tags it does not count", async () => {
  await open();
  expect(await rc()).toEqual({
    ...{ code: "versions", service: "shop", latest: "v10.8.4", liveIn: [], malformed: [] },
    ...{ releaseBranch: "release", example: "v10.8.5.RC1" },
  });
  await rc("cut");
  world.github.tagged.set("v10.8.x", "1".repeat(40));
  const cut = world.github.tagged.get("v10.8.5.RC1");
  expect(await rc()).toMatchObject({ open: { tag: "v10.8.5.RC1", sha: cut }, malformed: ["v10.8.x"] });
});

const points = [
  "version.begun",
  "version.gathered",
  "version.commit-made",
  "version.kept",
  "version.branch-moved",
  "version.tagged",
  "version.merge-made",
  "version.merged",
  "version.ended",
];

test.each(points)("killed at %s, a cut is carried to its end once", async (point) => {
  await open();
  world.faults.arm(point);
  await rc("cut").catch(() => undefined);
  world.restart();
  await world.sweep(true);
  await world.sweep(true);
  const cut = world.github.tagged.get("v10.8.5.RC1");
  const [row, ...others] = await steps();
  expect(others).toEqual([]);
  expect(row).toMatchObject({ problem: null, sha: world.github.branches.get("release") });
  expect(row?.ended_at).not.toBeNull();
  expect(world.github.branches.get("main")).toBe(cut);
  expect(world.versions.written.map((one) => one.split(" ")[0])).toEqual(["main", "tag", "release"]);
  expect(await told()).toHaveLength(1);
});

test.each(["version.commit-made", "version.branch-moved", "version.tagged", "version.ended"])(
  "killed at %s, a finish is carried to its end once",
  async (point) => {
    await open();
    await rc("cut");
    world.faults.arm(point);
    await rc("finish", rosa).catch(() => undefined);
    world.restart();
    await world.sweep(true);
    expect(world.github.tagged.get("v10.8.5")).toBe(world.github.branches.get("release"));
    expect(world.versions.written.slice(3).map((one) => one.split(" ")[0])).toEqual(["release", "tag"]);
    expect((await told()).map((one) => ("step" in one ? one.step : ""))).toEqual(["cut", "finish"]);
  },
);

test("a command that is delivered twice, and two at once, begin one step", async () => {
  await open();
  const same = { kind: "rc", step: "cut" } as const;
  const [one, two, other] = await Promise.all([
    world.command(alice, same, "key-1"),
    world.command(alice, same, "key-1"),
    world.command(rosa, same, "key-2"),
  ]);
  expect([one, two].map(({ code }) => code)).toEqual(["version-begun", "version-begun"]);
  expect(["version-under-way", "version-begun"]).toContain(other.code);
  await world.settle();
  expect((await steps()).filter(({ problem }) => problem === null)).toHaveLength(1);
  expect([...world.github.tagged.keys()]).toEqual(["v10.8.4", "v10.8.5.RC1"]);
});

test("GitHub away: it goes on by itself when GitHub answers", async () => {
  await open();
  world.faults.arm("version.begun", () => {
    world.github.down = true;
  });
  await rc("cut");
  expect(world.versions.written).toEqual([]);
  world.github.down = false;
  await world.tick(10_000);
  expect(world.github.tagged.has("v10.8.5.RC1")).toBe(true);
});

test("it is given up by how long GitHub was away, and not by how long people took", async () => {
  await open();
  world.versions.closed.add("main");
  await rc("cut");
  await pullOpened(7);
  await world.tick(3 * 24 * 3_600_000);
  world.faults.arm("version.tagged", () => {
    world.github.down = true;
  });
  const squashed = change("8", "main");
  await merged(7, squashed);
  world.github.down = false;
  await world.tick(10_000);
  expect(world.github.tagged.get("v10.8.5.RC1")).toBe(squashed);
  expect((await told()).at(-1)).toMatchObject({ code: "version-done", tag: "v10.8.5.RC1" });
});

const aDayOfTries = 295;

test.each(["version.begun", "version.tagged"])(
  "GitHub away for a day since %s: it is given up, with what is known of the tag",
  async (point) => {
    await open();
    world.faults.arm(point, () => {
      world.github.down = true;
    });
    await rc("cut");
    await world.db.updateTable("candidate").set({ tries: aDayOfTries }).execute();
    await world.tick(6 * 60_000);
    const tagged = point === "version.tagged";
    expect(await told()).toMatchObject([{ code: "version-stopped", tagged, why: { code: "gave-up" } }]);
    expect(world.github.tagged.has("v10.8.5.RC1")).toBe(tagged);
  },
);

test("a service that leaves the pipeline after its tag was set is not said to have none", async () => {
  await open();
  world.faults.arm("version.tagged", () => {
    world.github.down = true;
  });
  await rc("cut");
  world.github.down = false;
  await world.pipeline(undefined);
  await world.tick(10_000);
  expect(await told()).toMatchObject([{ code: "version-stopped", tagged: true, why: { code: "left-pipeline" } }]);
});

test("what GitHub answered and refused for a day is told in its words", async () => {
  await open();
  world.faults.arm("version.gathered", new Refusal("Resource not accessible by integration"), { times: 9 });
  await rc("cut");
  await world.db.updateTable("candidate").set({ tries: aDayOfTries }).execute();
  await world.tick(6 * 60_000);
  const said = "Resource not accessible by integration";
  expect(await told()).toMatchObject([{ code: "version-stopped", tagged: false, why: { code: "gave-up", said } }]);
});

test("a branch that moves meanwhile is built on anew", async () => {
  await open();
  world.faults.arm("version.commit-made", () => void change("4", "main"));
  await rc("cut");
  const cut = world.github.tagged.get("v10.8.5.RC1");
  expect(world.github.branches.get("main")).toBe(cut);
  expect(world.github.commits.find(({ sha }) => sha === cut)?.parents).toEqual(["4".repeat(40)]);
});

test("a tag that somebody sets meanwhile at another commit stops it, and is left where it is", async () => {
  await open();
  world.faults.arm("version.commit-made", () => void world.github.tagged.set("v10.8.5.RC1", "1".repeat(40)));
  await rc("cut");
  expect(world.github.tagged.get("v10.8.5.RC1")).toBe("1".repeat(40));
  expect(await told()).toMatchObject([{ code: "version-stopped", tagged: false, why: { code: "tag-elsewhere" } }]);
  expect(world.versions.written).toEqual([]);
  // The number is taken: the next one is another.
  expect(await rc("cut")).toMatchObject({ tag: "v10.8.5.RC2" });
});

test("a rule that refuses the tag is said in GitHub's words", async () => {
  await open();
  world.versions.closedTags = "v";
  await rc("cut");
  const said = "Cannot create ref due to creations being restricted.";
  expect(await told()).toMatchObject([{ why: { code: "refused", what: "tag", name: "v10.8.5.RC1", said } }]);
});

test.each([
  ["", false],
  ["Merge", true],
])("a refused commit (%j) is said at once, in GitHub's words", async (closedCommits, tagged) => {
  await open();
  world.versions.closedCommits = closedCommits;
  await rc("cut");
  const said = "Resource not accessible by integration";
  expect(await told()).toMatchObject([
    { code: "version-stopped", tagged, why: { code: "refused", what: "commit", name: "v10.8.5.RC1", said } },
  ]);
});

test("a tag that never came to be merged keeps no other candidate back", async () => {
  await open();
  world.versions.closedCommits = "Merge";
  await rc("cut");
  world.versions.closedCommits = undefined;
  await rc("cut");
  expect((await told()).at(-1)).toMatchObject({ code: "version-done", tag: "v10.8.5.RC2" });
  await rc("cut");
  expect((await told()).at(-1)).toMatchObject({ why: { code: "nothing-new", branch: "main", tag: "v10.8.5.RC2" } });
});

test("what only the release branch has is not undone: nothing is written before it was brought back", async () => {
  await open();
  change("5", "release", "rosa");
  await rc("cut");
  expect(await told()).toMatchObject([
    {
      tagged: false,
      why: {
        code: "not-brought-back",
        from: "release",
        into: "main",
        commits: 1,
        authors: ["rosa"],
        files: ["src/5.py"],
      },
    },
  ]);
  expect(world.versions.written).toEqual([]);
  // Squashed into main it shares no commit, and yet is there.
  change("6", "main", "rosa", "src/5.py");
  world.github.files.set(`${"6".repeat(40)}:src/5.py`, "5");
  await rc("cut");
  expect(world.github.tagged.has("v10.8.5.RC1")).toBe(true);
});

test("a release holds nothing that its candidate did not", async () => {
  await open();
  await rc("cut");
  change("7", "release", "rosa");
  await rc("finish", rosa);
  expect((await told()).at(-1)).toMatchObject({
    why: {
      code: "more-than-candidate",
      branch: "release",
      tag: "v10.8.5.RC1",
      authors: expect.arrayContaining(["rosa"]),
    },
  });
  expect(world.github.tagged.has("v10.8.5")).toBe(false);
});

test("what was pushed beside a release's pull request is not released with it, squashed though it was", async () => {
  await open();
  await rc("cut");
  world.versions.closed.add("release");
  await rc("finish", rosa);
  await pullOpened(7);
  change("7", "release", "rosa");
  await merged(7, change("8", "release", "rosa", path));
  expect((await told()).at(-1)).toMatchObject({
    tagged: false,
    why: {
      code: "more-than-candidate",
      branch: "release",
      tag: "v10.8.5.RC1",
      authors: expect.arrayContaining(["rosa"]),
    },
  });
  expect(world.github.tagged.has("v10.8.5")).toBe(false);
});

test("a release's pull request that was squashed on what the candidate held is tagged where it came to lie", async () => {
  await open();
  await rc("cut");
  world.versions.closed.add("release");
  await rc("finish", rosa);
  await pullOpened(7);
  const squashed = change("8", "release", "rosa", path);
  await merged(7, squashed);
  expect(world.github.tagged.get("v10.8.5")).toBe(squashed);
});

test("without a release branch, what was merged meanwhile is left out of the release", async () => {
  await open(file.replace("  release_branch: release\n  back_merge: main\n", ""));
  await rc("cut");
  world.versions.closed.add("main");
  await rc("finish", rosa);
  const made = world.versions.made.at(-1)?.sha;
  await pullOpened(7);
  change("7", "main");
  await merged(7, change("8", "main", "rosa", path));
  expect(world.github.tagged.get("v10.8.5")).toBe(made);
  expect((await told()).at(-1)).toMatchObject({ code: "version-done", step: "finish" });
});

test("a file without a version, and a branch that is not there, are said", async () => {
  await open();
  world.github.files.set(`${"2".repeat(40)}:${path}`, "nothing here\n");
  await rc("cut");
  expect((await told()).at(-1)).toMatchObject({ why: { code: "file-not-written", path, why: "no-version" } });
  world.github.branches.delete("main");
  await rc("cut");
  expect((await told()).at(-1)).toMatchObject({ why: { code: "no-branch", branch: "main" } });
});

test("a version that cannot be the next is refused at once", async () => {
  await open();
  expect(await rc("next")).toMatchObject({ code: "no-next-version", why: { code: "no-candidate", latest: "10.8.4" } });
  expect(await rc("cut", alice, { version: "10.8.4" })).toMatchObject({ why: { code: "exists", tag: "v10.8.4" } });
  expect(await rc("cut", alice, { version: "1.x" })).toMatchObject({ why: { code: "not-a-version" } });
  expect(await rc("cut", alice, { raise: "minor" })).toMatchObject({ version: "10.9.0.RC1" });
  expect(await rc("cut", "U0000OLAF")).toMatchObject({ code: "may-not" });
});

/** As the projection does when it has made the pull request. */
async function pullOpened(number: number): Promise<string> {
  const [row] = (await steps()).filter(({ ended_at: ended }) => ended === null);
  const asked = row?.plan.asked;
  if (row === undefined || asked === undefined) throw new Error("nothing is asked to be merged");
  world.github.pulls.set(number, {
    ...{ number, title: "", body: "", author: "signalbox[bot]", draft: false, state: "open" as const },
    ...{ headSha: asked.sha, headRef: asked.branch, baseRef: asked.base, fromFork: false, assignees: [] },
    ...{ requestedReviewers: [], createdAt: 0, updatedAt: 0 },
  });
  await world.db
    .updateTable("projection")
    .set({ external: JSON.stringify({ number, branch: asked.branch, ours: 1 }) })
    .where("key", "=", `github.version-pull/${row.id}`)
    .execute();
  await world.tick(6_000);
  return asked.base;
}

async function merged(number: number, mergeSha: string): Promise<void> {
  const pull = world.github.pulls.get(number);
  if (pull === undefined) throw new Error(`no pull request ${number}`);
  world.github.pulls.set(number, { ...pull, state: "closed", mergedAt: 1, mergedBy: "rosa", mergeSha });
  await versionNews(world.bot, repository, [pull.baseRef]);
  await world.settle();
}

test("protected branches are written by pull requests, and it goes on when they are merged", async () => {
  await open();
  world.versions.closed.add("main").add("release");
  await rc("cut");
  expect(world.versions.written).toEqual([`new signalbox/v10.8.5.RC1-files-${"e".repeat(7)}`]);
  expect(await pullOpened(7)).toBe("main");
  expect(await told()).toMatchObject([{ code: "version-asks-to-merge", number: 7, base: "main" }]);
  expect(await rc("cut", rosa)).toMatchObject({ code: "version-under-way", by: "alice", asks: "main" });
  // Squashed, it is another commit: that one is tagged.
  const squashed = change("8", "main");
  world.github.files.set(`${squashed}:${path}`, "__version__ = '10.8.5.RC1'\n");
  await merged(7, squashed);
  expect(world.github.tagged.get("v10.8.5.RC1")).toBe(squashed);
  expect(await pullOpened(8)).toBe("release");
  const merge = world.versions.made.at(-1)?.sha ?? "";
  world.github.branches.set("release", merge);
  await merged(8, merge);
  expect((await told()).map(({ code }: { code?: string }) => code)).toEqual([
    "version-asks-to-merge",
    "version-asks-to-merge",
    "version-done",
  ]);
});

test("a pull request that GitHub refuses ends the step, in GitHub's words", async () => {
  await open();
  world.versions.closed.add("main");
  await rc("cut");
  const refused = { refused: 3, error: "Resource not accessible by integration" };
  await world.db.updateTable("projection").set(refused).where("surface", "=", "github.version-pull").execute();
  await world.tick(6_000);
  expect((await told()).at(-1)).toMatchObject({
    code: "version-stopped",
    why: { code: "refused", what: "pull-request", said: "Resource not accessible by integration" },
  });
});

test("a pull request that is closed ends the step", async () => {
  await open();
  world.versions.closed.add("main");
  await rc("cut");
  await pullOpened(7);
  const pull = world.github.pulls.get(7);
  if (pull !== undefined) world.github.pulls.set(7, { ...pull, state: "closed" });
  await world.tick(6 * 60_000);
  expect((await told()).at(-1)).toMatchObject({ code: "version-stopped", why: { code: "pull-closed", number: 7 } });
  expect(world.github.tagged.has("v10.8.5.RC1")).toBe(false);
});

test("without a release branch the default branch is tagged; without files the very candidate is released", async () => {
  await open(file.replace("  files: [ukrdc/__init__.py]\n  release_branch: release\n  back_merge: main\n", ""));
  await rc("cut");
  expect(world.github.tagged.get("v10.8.5.RC1")).toBe("2".repeat(40));
  change("3", "main");
  await rc("finish", rosa);
  expect(world.github.tagged.get("v10.8.5")).toBe("2".repeat(40));
  expect(world.versions.written).toEqual(["tag v10.8.5.RC1", "tag v10.8.5"]);
  expect(world.versions.made).toEqual([]);
});

test("a release branch that is not there yet is made by the first cut", async () => {
  await open();
  world.github.branches.delete("release");
  await rc("cut");
  expect(world.github.branches.get("release")).toBe(world.github.tagged.get("v10.8.5.RC1"));
  expect((await told()).at(-1)).toMatchObject({ code: "version-done" });
});

test("what only the release branch has is brought back, kept open, and its conflict told once", async () => {
  await open();
  const rows = async () => await world.db.selectFrom("back_merge").selectAll().execute();
  const [service] = await loadServices(world.db);
  expect(service && backMergesOf(service.pipeline)).toEqual([{ from: "release", into: "main" }]);
  await world.sweep();
  expect(await rows()).toMatchObject([{ source: "release", target: "main", lacking: null }]);
  // A merge alone brings nothing.
  await rc("cut");
  await versionNews(world.bot, repository, ["release"]);
  expect(await rows()).toMatchObject([{ lacking: null }]);

  const fix = change("9", "release", "rosa");
  await versionNews(world.bot, repository, ["release"]);
  expect(await rows()).toMatchObject([
    { lacking: { head: fix, authors: expect.arrayContaining(["rosa"]), conflict: false } },
  ]);
  // It is looked at soon, unless GitHub refuses the pull request: then with the next news, or after an hour.
  const soon = async () => ((await rows())[0]?.look_at?.getTime() ?? 0) - world.clock.now() < 60_000;
  expect(await soon()).toBe(true);
  const ofPull = world.db.updateTable("projection").where("surface", "=", "github.back-merge");
  await ofPull.set({ refused: 3, error: "Resource not accessible by integration" }).execute();
  await world.tick(15_000);
  expect(await soon()).toBe(false);
  await ofPull.set({ refused: 0, error: null }).execute();
  await world.db
    .updateTable("projection")
    .set({ external: JSON.stringify({ number: 5, ours: 1 }) })
    .where("surface", "=", "github.back-merge")
    .execute();
  const pull = {
    ...{ number: 5, title: "", body: "", author: "signalbox[bot]", draft: false, state: "open" as const },
    ...{ headSha: fix, headRef: "release", baseRef: "main", fromFork: false, assignees: [] },
    ...{ requestedReviewers: [], createdAt: 0, updatedAt: 0 },
  };
  world.github.pulls.set(5, pull);
  world.versions.conflicting.add(5);
  for (let time = 0; time < 2; time += 1) await versionNews(world.bot, repository, ["main"]);
  const conflicts = (await world.said()).filter(({ code }) => code === "back-merge-conflict");
  expect(conflicts).toMatchObject([
    { from: "release", into: "main", number: 5, authors: expect.arrayContaining(["rosa"]) },
  ]);

  // Closed while something is lacking, it is opened again.
  world.github.pulls.set(5, { ...pull, state: "closed" });
  await versionNews(world.bot, repository, ["release"]);
  expect(await rows()).toMatchObject([{ opening: 1 }]);

  // Brought back, nothing is lacking.
  world.github.branches.set("main", fix);
  await versionNews(world.bot, repository, ["main"]);
  expect(await rows()).toMatchObject([{ lacking: null }]);
});

/** The fix in `src/9.py` on release, and the pull request that brings it back, squashed into main. */
async function squashedBack(): Promise<string> {
  const fix = change("9", "release", "rosa");
  await versionNews(world.bot, repository, ["release"]);
  await world.db
    .updateTable("projection")
    .set({ external: JSON.stringify({ number: 5, ours: 1 }) })
    .where("surface", "=", "github.back-merge")
    .execute();
  const squashed = change("a", "main", "rosa", "src/9.py");
  world.github.files.set(`${squashed}:src/9.py`, "9");
  world.github.pulls.set(5, {
    ...{ number: 5, title: "", body: "", author: "signalbox[bot]", draft: false, state: "closed" as const },
    ...{ headSha: fix, headRef: "release", baseRef: "main", fromFork: false, assignees: [] },
    ...{ requestedReviewers: [], createdAt: 0, updatedAt: 0, mergedAt: 1, mergedBy: "rosa", mergeSha: squashed },
  });
  await versionNews(world.bot, repository, ["main"]);
  return squashed;
}

const lacking = async () => (await world.db.selectFrom("back_merge").selectAll().executeTakeFirstOrThrow()).lacking;

test("what a squash brought back stays brought, however it is edited afterwards", async () => {
  await open();
  await squashedBack();
  change("b", "main", "alice", "src/9.py");
  await versionNews(world.bot, repository, ["main"]);
  expect(await lacking()).toBeNull();
  // What is fixed on release after that is lacking, and that alone.
  const later = change("c", "release", "rosa", "src/c.py");
  await versionNews(world.bot, repository, ["release"]);
  expect(await lacking()).toMatchObject({ head: later });
  await rc("cut");
  expect((await told()).at(-1)).toMatchObject({ why: { code: "not-brought-back", files: ["src/c.py"] } });
  world.github.files.set(`${world.github.branches.get("main")}:src/c.py`, "c");
  await rc("cut");
  expect(world.github.tagged.has("v10.8.5.RC1")).toBe(true);
});

test("a candidate that was made before the squash does not undo what it brought back", async () => {
  await open();
  world.versions.closed.add("main");
  await rc("cut");
  await pullOpened(7);
  await squashedBack();
  // By a merge commit, so that the tag is set on the commit that was made before.
  const made = world.versions.made.at(-1)?.sha ?? "";
  const head = world.github.branches.get("main") ?? "";
  await merged(7, world.commit("d", { branch: "main", parents: [head, made] }));
  expect(world.github.tagged.get("v10.8.5.RC1")).toBe(made);
  expect((await told()).at(-1)).toMatchObject({ tagged: true, why: { code: "not-brought-back", files: ["src/9.py"] } });
});

test("with a repository's first pipeline file its branches are looked at at once, or else by the sweep", async () => {
  world = await openWorld({ file });
  const lookAt = async () => {
    const row = await world.db.selectFrom("back_merge").select("look_at").executeTakeFirstOrThrow();
    return row.look_at?.getTime();
  };
  expect(await lookAt()).toBeGreaterThan(world.clock.now());
  await world.empty();
  world.faults.arm("pipeline.committed", () => {
    world.github.down = true;
  });
  expect(await seeRepository(world.bot, repository)).toBe(true);
  expect(await lookAt()).toBeLessThanOrEqual(world.clock.now());
  world.github.down = false;
  await world.sweep();
  expect(await lookAt()).toBeGreaterThan(world.clock.now());
});

test("without a pipeline file nothing is brought back any more", async () => {
  await open();
  change("9", "release", "rosa");
  await world.pipeline(undefined);
  const pair = await world.db.selectFrom("back_merge").selectAll().executeTakeFirstOrThrow();
  expect(pair).toMatchObject({ source: "release", look_at: null });
  expect(pair.removed_at).not.toBeNull();
});

const together = `
people: {alice: U0000ALICE, rosa: U0000ROSA}
services:
  api:
    paths: ["api/**"]
    versions: {tag: "api-v{version}", release_branch: release, back_merge: main}
    environments: {staging: {branch: release, deploy: make deploy}}
  web:
    paths: ["web/**"]
    versions: {tag: "web-v{version}", release_branch: release, back_merge: main}
    environments: {staging: {branch: release, deploy: make deploy}}
`;

test("of several services each has its own candidates: what another changes is nothing new, and keeps no release back", async () => {
  await open(together);
  world.github.permissions.set("rosa", "admin");
  change("3", "main", "alice", "api/3.py");
  await rc("cut", alice, { service: "api" });
  change("4", "main", "alice", "web/4.py");
  await rc("cut", alice, { service: "api" });
  expect((await told()).at(-1)).toMatchObject({ why: { code: "nothing-new", tag: "api-v0.1.0-rc.1" } });
  await rc("cut", alice, { service: "web" });
  expect(world.github.tagged.get("web-v0.1.0-rc.1")).toBe("4".repeat(40));
  expect(await rc("finish", rosa, { service: "api" })).toMatchObject({ code: "version-begun" });
  expect((await told()).at(-1)).toMatchObject({ code: "version-done", step: "finish", tag: "api-v0.1.0" });
});

test("a release has the content of its candidate, and revisions have the versions that their tags name", async () => {
  await open();
  await rc("cut");
  await tellPush(world, "release", "1".repeat(40));
  const staged = await world.environment("staging");
  expect(staged.live_version).toBe("10.8.5.RC1");
  await rc("finish", rosa);
  const reply = await world.command(alice, { kind: "deploy", environment: "production", revision: "v10.8.5" });
  expect(reply).toMatchObject({ code: "requested", verdict: { outcome: "wait" } });
  const [deployment] = await world.db.selectFrom("deployment").selectAll().orderBy("id", "desc").limit(1).execute();
  expect(deployment?.version).toBe("10.8.5");
  expect(deployment?.verdict?.gates.find(({ gate }) => gate === "order")?.reason.code).toBe("order.ok");
});

test("an environment's branch is brought back as well, where it says so", async () => {
  await open(file.replace("branch: release, ", "branch: release, back_merge: development, "));
  const [service] = await loadServices(world.db);
  expect(service && backMergesOf(service.pipeline)).toEqual([
    { from: "release", into: "main" },
    { from: "release", into: "development" },
  ]);
});
