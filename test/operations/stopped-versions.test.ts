/** Versions that do not come about: what GitHub refuses, what it does not answer, and what would release or undo too much. */
import { afterEach, expect, test } from "vitest";
import { Refusal } from "../../src/operations/ports.ts";
import { change, file, merged, open, path, pullOpened, rc, rosa, told, world } from "./versions-world.ts";

afterEach(async () => {
  await world.close();
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

test.each(["next", "finish"] as const)(
  "a tag that never came to be merged makes no %s of what the release branch held before",
  async (step) => {
    await open();
    world.versions.closed.add("release");
    await rc("cut");
    await pullOpened(7);
    const pull = world.github.pulls.get(7);
    if (pull !== undefined) world.github.pulls.set(7, { ...pull, state: "closed" });
    await world.tick(6 * 60_000);
    world.versions.closed.delete("release");
    const before = world.github.branches.get("release");
    await rc(step, rosa);
    expect((await told()).at(-1)).toMatchObject({
      ...{ code: "version-stopped", tagged: false },
      why: { code: "not-merged", branch: "release", tag: "v10.8.5.RC1" },
    });
    expect(world.github.branches.get("release")).toBe(before);
    // What the words say leads on.
    await rc("cut");
    await rc(step, rosa);
    const done = step === "finish" ? { code: "version-done" } : { why: { code: "nothing-new", tag: "v10.8.5.RC2" } };
    expect((await told()).at(-1)).toMatchObject(done);
  },
);

test("a tag whose merge stopped goes on once a person has merged it", async () => {
  await open();
  world.versions.closedCommits = "Merge";
  await rc("cut");
  world.versions.closedCommits = undefined;
  const parents = [world.github.branches.get("release") ?? "", world.github.tagged.get("v10.8.5.RC1") ?? ""];
  world.commit("7", { branch: "release", parents });
  world.github.files.set(`${change("8", "release", "rosa")}:${path}`, "__version__ = '10.8.5.RC1'\n");
  await rc("next", rosa);
  expect((await told()).at(-1)).toMatchObject({ code: "version-done", tag: "v10.8.5.RC2" });
});

const moreThanCandidate = {
  code: "more-than-candidate",
  branch: "release",
  tag: "v10.8.5.RC1",
  authors: expect.arrayContaining(["rosa"]),
};

test("a release holds nothing that its candidate did not", async () => {
  await open();
  await rc("cut");
  change("7", "release", "rosa");
  await rc("finish", rosa);
  expect((await told()).at(-1)).toMatchObject({ why: moreThanCandidate });
  expect(world.github.tagged.has("v10.8.5")).toBe(false);
  // What the words say leads on.
  world.versions.closed.delete("release");
  await rc("next");
  await rc("finish", rosa);
  expect((await told()).slice(-2)).toMatchObject([
    { code: "version-done", tag: "v10.8.5.RC2" },
    { code: "version-done", tag: "v10.8.5" },
  ]);
});

test("what was pushed beside a release's pull request is not released with it, squashed though it was", async () => {
  await open();
  await rc("cut");
  world.versions.closed.add("release");
  await rc("finish", rosa);
  await pullOpened(7);
  change("7", "release", "rosa");
  const squashed = change("8", "release", "rosa", path);
  world.github.files.set(`${squashed}:${path}`, "__version__ = '10.8.5'\n");
  await merged(7, squashed);
  expect((await told()).at(-1)).toMatchObject({ tagged: false, why: moreThanCandidate });
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
