/** Pull requests for tests of the operations: told of one at a time, with the time going on between them. */
import type { FoundPullRequest } from "../../src/operations/ports.ts";
import { seePullRequest } from "../../src/operations/see-pull-request.ts";
import type { PullRequestRow } from "../../src/store/schema.ts";
import { openWorld, repository, sha, type World } from "./world.ts";

export const rulesPipeline = `
channel: "#shop-deploys"
pull_requests: {assignee: required, reviewer: required}
environments: {staging: {branch: main, deploy: make deploy}}
`;

export const versionPipeline = `
channel: "#shop-deploys"
pull_requests: {assignee: off, reviewer: off, version_bump: required}
versions: {from: package.json}
environments: {staging: {branch: main, deploy: make deploy}}
`;

/** Two minutes past the hour, so that some time lies before it. */
export const opened = Date.UTC(2026, 10, 18, 10, 2);

export const basket: FoundPullRequest = {
  number: 7,
  title: "Add the basket",
  body: "close #1",
  author: "alice",
  draft: false,
  state: "open",
  headSha: sha("f"),
  headRef: "basket",
  baseRef: "main",
  fromFork: false,
  assignees: ["alice"],
  requestedReviewers: ["rosa"],
  createdAt: opened,
  updatedAt: opened,
};

export async function openPullRequestWorld(file = rulesPipeline): Promise<World> {
  const world = await openWorld({ file });
  world.github.issues.set(1, "open");
  world.github.guarded.set("main", true);
  world.github.calls.clear();
  return world;
}

/** As GitHub does it: changed there, and told of, `later` seconds after it was opened. */
export async function change(
  world: World,
  changes: Partial<FoundPullRequest> = {},
  later = 0,
): Promise<FoundPullRequest> {
  const before = world.github.pulls.get(changes.number ?? basket.number) ?? basket;
  const now = { ...before, ...changes, updatedAt: opened + later * 1_000 };
  world.github.pulls.set(now.number, now);
  await seePullRequest(world.bot, repository, now);
  return now;
}

export async function rowOf(world: World, number = basket.number): Promise<PullRequestRow> {
  return await world.db
    .selectFrom("pull_request")
    .selectAll()
    .where("repository_id", "=", repository.id)
    .where("number", "=", number)
    .executeTakeFirstOrThrow();
}

/** Codes of what holds it, and of what is only noted. */
export async function found(world: World, number = basket.number) {
  const { readiness } = await rowOf(world, number);
  return {
    state: readiness?.state,
    problems: readiness?.problems.map(({ code }) => code),
    suggestions: readiness?.suggestions.map(({ code }) => code),
  };
}

/** The calls since the last time that this was asked. */
export function callsSince(world: World): Readonly<Record<string, number>> {
  const calls = Object.fromEntries(world.github.calls);
  world.github.calls.clear();
  return calls;
}

/** How often each surface was asked to be written. */
export async function wanted(world: World): Promise<Readonly<Record<string, number>>> {
  const rows = await world.db
    .selectFrom("projection")
    .select(["key", "wanted"])
    .where("surface", "like", "github.%")
    .orderBy("key")
    .execute();
  return Object.fromEntries(rows.map(({ key, wanted: times }) => [key, Number(times)]));
}
