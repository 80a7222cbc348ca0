/** `/rc cut`, `next` and `finish` as practice 5 has them, with a crash at every step, and over protected branches. */
import { afterEach, expect, test } from "vitest";
import { alice, change, file, merged, open, path, pullOpened, rc, rosa, steps, told, world } from "./versions-world.ts";
import { tellPush } from "./world.ts";

afterEach(async () => {
  await world.close();
});

function versionOn(branch: string): string | undefined {
  return world.github.files.get(`${world.github.branches.get(branch)}:${path}`)?.trim();
}

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
  // Whoever comes first begins it; told twice, a command is answered the same.
  expect(two.code).toBe(one.code);
  expect([one.code, other.code]).toContain("version-begun");
  for (const { code } of [one, other]) expect(["version-under-way", "version-begun"]).toContain(code);
  await world.settle();
  expect((await steps()).filter(({ problem }) => problem === null)).toHaveLength(1);
  expect([...world.github.tagged.keys()]).toEqual(["v10.8.4", "v10.8.5.RC1"]);
});

test("a branch that moves meanwhile is built on anew", async () => {
  await open();
  world.faults.arm("version.commit-made", () => void change("4", "main"));
  await rc("cut");
  const cut = world.github.tagged.get("v10.8.5.RC1");
  expect(world.github.branches.get("main")).toBe(cut);
  expect(world.github.commits.find(({ sha }) => sha === cut)?.parents).toEqual(["4".repeat(40)]);
});

test("a version that cannot be the next is refused at once", async () => {
  await open();
  expect(await rc("next")).toMatchObject({ code: "no-next-version", why: { code: "no-candidate", latest: "10.8.4" } });
  expect(await rc("cut", alice, { version: "10.8.4" })).toMatchObject({ why: { code: "exists", tag: "v10.8.4" } });
  expect(await rc("cut", alice, { version: "1.x" })).toMatchObject({ why: { code: "not-a-version" } });
  expect(await rc("cut", alice, { raise: "minor" })).toMatchObject({ version: "10.9.0.RC1" });
  expect(await rc("cut", "U0000OLAF")).toMatchObject({ code: "may-not" });
});

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

test("a release is made of the newest candidate, also where a hand has spelled those before it another way", async () => {
  const semver = file.replace("scheme: dotted", "scheme: semver");
  await open(semver.replace("  files: [ukrdc/__init__.py]\n  release_branch: release\n  back_merge: main\n", ""));
  world.github.tagged.set("v10.8.5-rc1", "2".repeat(40));
  change("3", "main");
  await rc("next");
  expect(world.github.tagged.get("v10.8.5-rc.2")).toBe("3".repeat(40));
  await rc("finish", rosa);
  expect(world.github.tagged.get("v10.8.5")).toBe("3".repeat(40));
});

test("a release branch that is not there yet is made by the first cut", async () => {
  await open();
  world.github.branches.delete("release");
  await rc("cut");
  expect(world.github.branches.get("release")).toBe(world.github.tagged.get("v10.8.5.RC1"));
  expect((await told()).at(-1)).toMatchObject({ code: "version-done" });
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
