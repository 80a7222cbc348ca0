/** Environments that each follow a branch, and what people do there: open pull requests, review them, merge them. */

import type { FoundPullRequest } from "../../src/operations/ports.ts";
import { seePullRequest } from "../../src/operations/see-pull-request.ts";
import { type Review, seeReview } from "../../src/operations/see-review.ts";
import type { Verdict } from "../../src/policy/model.ts";
import type { Begin } from "./begun-world.ts";
import { nothing, openWorld, repository, sha, tellPush, type World } from "./world.ts";

export const branchesPipeline = `
channel: "#shop-deploys"
pull_requests: {closes: off, assignee: off, reviewer: off}
people: {alice: U0000ALICE, rosa: U0000ROSA, olaf: U0000OLAF, bob: U0000BOB}
groups: {release-managers: [rosa, bob]}
environments:
  development: {branch: development, deploy: make deploy}
  staging: {branch: staging, deploy: make deploy}
  production:
    branch: production
    approvals: {count: 1, from: [release-managers], requester: false, expires: 8h}
    deploy: make deploy
`;

export type Branches = {
  readonly world: World;
  /** The first content, live in all three environments. */
  readonly first: string;
  open(number: number, pull: Partial<FoundPullRequest> & Pick<FoundPullRequest, "headSha" | "baseRef">): Promise<void>;
  edit(number: number, changes: Partial<FoundPullRequest>): Promise<void>;
  /** As GitHub merges; `told: "push first"` lets the push arrive before the pull request's own event. */
  merge(
    number: number,
    merge: {
      readonly letter: string;
      readonly by?: string;
      readonly content?: string;
      readonly method?: "merge" | "squash" | "rebase";
      readonly told?: "push first";
    },
  ): Promise<string>;
  review(number: number, login: string, state: Review["state"], more?: Partial<Review>): Promise<Review>;
  gate(number: number, environment: string): Promise<Awaited<ReturnType<typeof gateRow>>>;
  /** Results by gate, those that do not pass. */
  openGates(number: number, environment: string): Promise<Record<string, string>>;
  statusOf(environment: string): Promise<readonly string[]>;
};

async function gateRow(world: World, number: number, environment: string) {
  return await world.db
    .selectFrom("pull_request_gate")
    .innerJoin("environment", "environment.id", "pull_request_gate.environment_id")
    .where("number", "=", number)
    .where("environment.name", "=", environment)
    .selectAll("pull_request_gate")
    .executeTakeFirst();
}

/** The first content, brought to all three. */
export async function firstLive(world: World): Promise<void> {
  const first = world.commit("1", { branch: "main", content: "first" });
  for (const branch of ["development", "staging", "production"]) {
    world.github.branches.set(branch, first);
    await tellPush(world, branch, nothing);
  }
  // Production asks for approval also of the first.
  const waiting = await world.db
    .selectFrom("deployment")
    .select("id")
    .where("status", "=", "waiting")
    .orderBy("id")
    .execute();
  for (const { id } of waiting) await world.react("U0000ROSA", id);
}

/** Another `begin` goes on from `firstLive`. */
export async function openBranches(file = branchesPipeline, begin: Begin = firstLive): Promise<Branches> {
  const world = await openWorld({ file, begin });
  const first = sha("1");
  let reviews = 0;
  const branches: Branches = {
    world,
    first,
    async open(number, pull) {
      await world.clock.advance(1_000);
      const now = world.clock.now();
      const opened: FoundPullRequest = {
        number,
        title: "Add the basket",
        body: "",
        author: "alice",
        draft: false,
        state: "open",
        headRef: "add-basket",
        fromFork: false,
        updatedAt: now,
        createdAt: now,
        assignees: [],
        requestedReviewers: [],
        ...pull,
      };
      world.github.pulls.set(number, opened);
      await seePullRequest(world.bot, repository, opened);
      await world.settle();
    },
    async edit(number, changes) {
      await world.clock.advance(1_000);
      const before = world.github.pulls.get(number);
      if (before === undefined) throw new Error(`no pull request ${number}`);
      const edited = { ...before, ...changes, updatedAt: world.clock.now() };
      world.github.pulls.set(number, edited);
      await seePullRequest(world.bot, repository, edited);
      await world.settle();
    },
    async merge(number, { letter, by = "alice", content, method = "merge", told }) {
      await world.clock.advance(1_000);
      const pull = world.github.pulls.get(number);
      const base = pull && world.github.branches.get(pull.baseRef);
      const head = world.github.commits.find((commit) => commit.sha === pull?.headSha);
      if (pull === undefined || base === undefined || head === undefined) throw new Error(`cannot merge ${number}`);
      const parents = method === "merge" ? [base, head.sha] : [base];
      const made = { branch: pull.baseRef, author: by, content: content ?? head.tree.replace("tree-", ""), parents };
      const sha = world.commit(letter, made);
      const now = world.clock.now();
      const merged = { ...pull, state: "closed", mergedAt: now, mergedBy: by, mergeSha: sha, updatedAt: now } as const;
      world.github.pulls.set(number, merged);
      const tellMerge = () => seePullRequest(world.bot, repository, merged);
      if (told !== "push first") await tellMerge();
      await tellPush(world, pull.baseRef, base, { pusher: by });
      if (told === "push first") await tellMerge();
      await world.settle();
      return sha;
    },
    async review(number, login, state, more = {}) {
      await world.clock.advance(1_000);
      reviews += 1;
      const pull = world.github.pulls.get(number);
      const at = Math.floor(world.clock.now() / 1_000) * 1_000;
      const review = { number, reviewId: reviews, login, state, commitSha: pull?.headSha ?? "", at, ...more };
      await seeReview(world.bot, repository, review);
      await world.settle();
      return review;
    },
    gate: (number, environment) => gateRow(world, number, environment),
    async openGates(number, environment) {
      const verdict: Verdict | null | undefined = (await gateRow(world, number, environment))?.verdict;
      if (verdict === null || verdict === undefined) throw new Error(`no verdict on ${number} for ${environment}`);
      const open = verdict.gates.filter((gate) => gate.result !== "pass");
      return Object.fromEntries(open.map((gate) => [gate.gate, gate.reason.code]));
    },
    async statusOf(environment) {
      const rows = await world.db
        .selectFrom("deployment")
        .innerJoin("environment", "environment.id", "deployment.environment_id")
        .where("environment.name", "=", environment)
        .select(["deployment.status", "deployment.sha"])
        .orderBy("deployment.id")
        .execute();
      return rows.map(({ status, sha }) => `${sha.slice(0, 1)} ${status}`);
    },
  };
  return branches;
}
