/** What only one branch has is brought back, and nothing undoes it before. */
import { afterEach, expect, test } from "vitest";
import { backMergesOf } from "../../src/operations/back-merge.ts";
import { createGitHubEvents } from "../../src/operations/github-events.ts";
import { loadServices } from "../../src/operations/place.ts";
import { seeRepository } from "../../src/operations/see-repository.ts";
import { versionNews } from "../../src/operations/version-news.ts";
import { change, file, merged, open, openEmpty, pullOpened, rc, told, world } from "./versions-world.ts";
import { nothing, repository } from "./world.ts";

afterEach(async () => {
  await world.close();
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
  // Also where another look comes first, which had read that it is open.
  world.versions.conflicting.delete(5);
  world.faults.arm("back-merge.gathered", async () => {
    await world.clock.advance(1_000);
    world.github.pulls.set(5, pull);
    await versionNews(world.bot, repository, ["release"]);
    world.github.pulls.set(5, { ...pull, state: "closed" });
  });
  await versionNews(world.bot, repository, ["release"]);
  await world.sweep();
  expect(await rows()).toMatchObject([{ opening: 2 }]);

  // Brought back, nothing is lacking.
  world.github.branches.set("main", fix);
  await versionNews(world.bot, repository, ["main"]);
  expect(await rows()).toMatchObject([{ lacking: null }]);
});

test.each([
  ["the first pull request", null, undefined],
  ["the pull request after one that was closed", JSON.stringify({ number: 5, ours: 1 }), "closed" as const],
])("that GitHub refuses %s is told once, and anew when it is refused another time", async (_which, external, state) => {
  await open();
  change("9", "release", "rosa");
  await versionNews(world.bot, repository, ["release"]);
  const ofPull = world.db.updateTable("projection").where("surface", "=", "github.back-merge");
  const pull = (now: "open" | "closed") =>
    world.github.pulls.set(5, {
      ...{ number: 5, title: "", body: "", author: "signalbox[bot]", draft: false, state: now, fromFork: false },
      ...{ headSha: "", headRef: "release", baseRef: "main", assignees: [], requestedReviewers: [] },
      ...{ createdAt: 0, updatedAt: 0 },
    });
  if (state !== undefined) pull(state);
  await ofPull.set({ external }).execute();
  const said = "GitHub answered 403 to POST /repos/acme/shop/pulls: Resource not accessible by integration";
  const told = async () => (await world.said()).filter(({ code }) => code === "back-merge-refused");
  await versionNews(world.bot, repository, ["release"]);
  await ofPull.set({ refused: 2, error: said }).execute();
  await world.tick(15_000);
  expect(await told()).toEqual([]);
  // Soon, and not only when an hour is over.
  await ofPull.set({ refused: 3 }).execute();
  await world.tick(15_000);
  const refusal = { code: "back-merge-refused", repository: "acme/shop", from: "release", into: "main", said };
  expect(await told()).toEqual([refusal]);
  change("a", "release", "rosa");
  await versionNews(world.bot, repository, ["release"]);
  await world.tick(3_700_000);
  expect(await told()).toHaveLength(1);

  pull("open");
  await ofPull.set({ external: JSON.stringify({ number: 5, ours: 1 }), refused: 0, error: null }).execute();
  await versionNews(world.bot, repository, ["release"]);
  pull("closed");
  await ofPull.set({ refused: 3, error: said }).execute();
  // Read before the pull request was made, and so over.
  world.faults.arm("back-merge.gathered", async () => {
    await ofPull.set({ refused: 0 }).execute();
  });
  await versionNews(world.bot, repository, ["release"]);
  expect(await told()).toHaveLength(1);
  await ofPull.set({ refused: 3 }).execute();
  await versionNews(world.bot, repository, ["release"]);
  expect(await told()).toEqual([refusal, refusal]);
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

test.each(["older", "newer"])(
  "of two looks at once the newer reading is kept, where the %s writes last",
  async (last) => {
    await open();
    await world.sweep();
    const { faults } = world;
    const times = (point: string) => faults.reached.filter((one) => one === point).length;
    const [gathered, kept] = [times("back-merge.gathered"), times("back-merge.kept")];
    let newer: Promise<void> | undefined;
    faults.arm("back-merge.gathered", async () => {
      change("9", "release", "rosa");
      if (last === "newer") faults.arm("back-merge.gathered", () => faults.passed("back-merge.kept", kept + 1));
      newer = versionNews(world.bot, repository, ["release"]);
      await (last === "newer" ? faults.passed("back-merge.gathered", gathered + 2) : newer);
    });
    await versionNews(world.bot, repository, ["main"]);
    await newer;
    await world.sweep();
    expect(await lacking()).toMatchObject({ head: world.github.branches.get("release") });
  },
);

test("two looks at once that read the same leave nothing to look at", async () => {
  await open();
  world.faults.arm("back-merge.gathered", async () => {
    await world.clock.advance(1_000);
    await versionNews(world.bot, repository, ["release"]);
  });
  await versionNews(world.bot, repository, ["main"]);
  // Or two bots whose sweeps keep step would call each other back for ever.
  const { look_at: at } = await world.db.selectFrom("back_merge").select("look_at").executeTakeFirstOrThrow();
  expect(at?.getTime()).toBeGreaterThan(world.clock.now());
});

test("with a repository's first pipeline file its branches are looked at at once, or else by the sweep", async () => {
  await openEmpty();
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

test.each([
  ["none", undefined],
  ["another", file.replace("  back_merge: main\n", "")],
])(
  "a file that is pushed where there was %s has its branches looked at at once, each once",
  async (_before, before) => {
    await openEmpty();
    world.github.file = before;
    await world.empty();
    await seeRepository(world.bot, repository);
    world.github.file = file.replace("branch: release, ", "branch: release, back_merge: development, ");
    const looks = () => world.faults.reached.filter((point) => point === "back-merge.kept").length;
    const looksBefore = looks();
    const after = world.commit("1");
    for (const branch of ["release", "development"]) world.github.branches.set(branch, after);
    const { pushed } = createGitHubEvents(world.bot, () => ({ kind: "none" }) as never);
    const push = { repository, before: nothing, after, deleted: false, forced: false, pusher: "alice" };
    await pushed({ ...push, branch: "main", changedPaths: [".github/signalbox.yml"] });
    const pairs = await world.db.selectFrom("back_merge").selectAll().where("removed_at", "is", null).execute();
    expect(pairs.map(({ target }) => target).toSorted()).toEqual(["development", "main"]);
    for (const { look_at: at } of pairs) expect(at?.getTime()).toBeGreaterThan(world.clock.now());
    expect(looks() - looksBefore).toBe(2);
  },
);

test("without a pipeline file nothing is brought back any more", async () => {
  await open();
  change("9", "release", "rosa");
  await world.pipeline(undefined);
  const pair = await world.db.selectFrom("back_merge").selectAll().executeTakeFirstOrThrow();
  expect(pair).toMatchObject({ source: "release", look_at: null });
  expect(pair.removed_at).not.toBeNull();
});

test("an environment's branch is brought back as well, where it says so", async () => {
  await open(file.replace("branch: release, ", "branch: release, back_merge: development, "));
  const [service] = await loadServices(world.db);
  expect(service && backMergesOf(service.pipeline)).toEqual([
    { from: "release", into: "main" },
    { from: "release", into: "development" },
  ]);
});
