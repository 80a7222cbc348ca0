/** A repository whose versions are cut: what people push there, ask for and merge, and what was said of it. */
import type { ReplyContent } from "../../src/operations/said.ts";
import { versionNews } from "../../src/operations/version-news.ts";
import { nothing, openWorld, repository, tellPush, type World } from "./world.ts";

export const file = `
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
export const alice = "U0000ALICE";
export const rosa = "U0000ROSA";
export const path = "ukrdc/__init__.py";

/** That of the present test. */
export let world: World;

/** With this pipeline file, and no branch yet. */
export async function openEmpty(text = file): Promise<World> {
  world = await openWorld({ file: text });
  return world;
}

/** 10.8.4 is tagged, on main and release. */
export async function released(begun: World): Promise<void> {
  const first = begun.commit("1", { content: "first" });
  begun.github.files.set(`${first}:${path}`, "__version__ = '10.8.4'\n");
  begun.github.tagged.set("v10.8.4", first);
  begun.github.branches.set("release", first);
  await tellPush(begun, "main", nothing);
  await tellPush(begun, "release", nothing);
}

/** Main holds 10.8.4 and something new; release holds 10.8.4, which is tagged. */
export async function open(text = file): Promise<World> {
  world = await openWorld({ file: text, begin: released });
  change("2", "main");
  return world;
}

/** Somebody's commit, which touches one file and leaves the version as it is. */
export function change(letter: string, branch: string, author = "alice", changed = `src/${letter}.py`): string {
  const before = world.github.branches.get(branch) ?? "";
  const made = world.commit(letter, { branch, author });
  for (const [key, text] of world.github.files) {
    if (key.startsWith(`${before}:`)) world.github.files.set(`${made}:${key.slice(41)}`, text);
  }
  world.github.files.set(`${made}:${changed}`, letter);
  world.github.changed.set(made, [changed]);
  return made;
}

export async function rc(step?: "cut" | "next" | "finish", person = alice, more: object = {}): Promise<ReplyContent> {
  return await world.command(person, { kind: "rc", ...(step === undefined ? {} : { step }), ...more });
}

/** What was said of versions, in order. */
export async function told(): Promise<readonly object[]> {
  return (await world.said()).filter(({ code }) => code.startsWith("version-"));
}

export const steps = async () => await world.db.selectFrom("candidate").selectAll().orderBy("id").execute();

/** As the projection does when it has made the pull request. */
export async function pullOpened(number: number): Promise<string> {
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

export async function merged(number: number, mergeSha: string): Promise<void> {
  const pull = world.github.pulls.get(number);
  if (pull === undefined) throw new Error(`no pull request ${number}`);
  world.github.pulls.set(number, { ...pull, state: "closed", mergedAt: 1, mergedBy: "rosa", mergeSha });
  await versionNews(world.bot, repository, [pull.baseRef]);
  await world.settle();
}
