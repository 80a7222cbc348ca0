/**
 * Whatever order the news of a pull request come in, however often, and however many at once: in the end the row, the
 * check and the comment show what the pull request is. GitHub's times have whole seconds, so that quick changes cannot
 * be told apart by them.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGitHubSurfaces } from "../../src/github/surfaces.ts";
import type { FoundPullRequest } from "../../src/operations/ports.ts";
import { seePullRequest } from "../../src/operations/see-pull-request.ts";
import type { Surface } from "../../src/projections/surface.ts";
import { aClient } from "../github/a-client.ts";
import { basket, opened, openPullRequestWorld, rowOf } from "./pull-requests.ts";
import { repository, sha, type World } from "./world.ts";

let world: World;
let surfaces: ReadonlyMap<string, Surface>;
beforeAll(async () => {
  world = await openPullRequestWorld();
  world.github.issues.set(2, "closed");
  const { context } = world.bot;
  surfaces = createGitHubSurfaces({
    db: world.db,
    github: aClient(context),
    context,
    loadDeploymentView: () => Promise.resolve(undefined),
  });
});
afterAll(async () => {
  await world.close();
});

type Change = { readonly changes: Partial<FoundPullRequest>; readonly seconds: number };

const change: fc.Arbitrary<Change> = fc.record({
  changes: fc.oneof(
    // Mostly to and fro, since a state that comes back is what a late telling could hide.
    {
      weight: 6,
      arbitrary: fc.constantFrom("Add the basket", "WIP: add the basket").map((title) => ({ title })),
    },
    fc.constantFrom("close #1", "", "fix #2").map((body) => ({ body })),
    fc.boolean().map((draft) => ({ draft })),
    fc.constantFrom("e", "f").map((letter) => ({ headSha: sha(letter) })),
    fc.constantFrom<readonly string[]>([], ["alice"]).map((assignees) => ({ assignees })),
    fc
      .constantFrom<readonly string[]>(["rosa"], ["rosa", "team:sre"])
      .map((requestedReviewers) => ({ requestedReviewers })),
    fc.constantFrom("open" as const, "closed" as const).map((state) => ({ state })),
    fc.constantFrom("main", "release").map((baseRef) => ({ baseRef })),
  ),
  // Most changes fall into the second of the one before.
  seconds: fc.constantFrom(0, 0, 0, 1, 2),
});

/** The pull request after each change, and as it was opened. */
function history(changes: readonly Change[]): readonly FoundPullRequest[] {
  const states: FoundPullRequest[] = [basket];
  for (const { changes: now, seconds } of changes) {
    const before = states.at(-1) ?? basket;
    states.push({ ...before, ...now, updatedAt: before.updatedAt + seconds * 1_000 });
  }
  return states;
}

/** Only what is told and what follows from it; how often it was written is nobody's business. */
async function shown() {
  const { revision: _, updated_at: __, ...row } = await rowOf(world);
  const render = async (surface: string, subject: string) => (await surfaces.get(surface)?.render(subject))?.content;
  const check = await render("github.check", `${repository.id}/${basket.number}/${row.head_sha}`);
  // As if one stood: whether there is one says only whether something to mend was ever seen.
  await world.db
    .updateTable("projection")
    .set({ external: '{"comment":1}' })
    .where("surface", "=", "github.comment")
    .execute();
  const comment = await render("github.comment", `${repository.id}/${basket.number}`);
  return { row, check, comment };
}

async function forget(): Promise<void> {
  await world.db.deleteFrom("projection").execute();
  await world.db.deleteFrom("pull_request_gate").execute();
  await world.db.deleteFrom("pull_request").execute();
}

async function tell(told: FoundPullRequest): Promise<void> {
  await seePullRequest(world.bot, repository, told);
}

/** What stands when nobody ever told anything but the truth at the end. */
async function truth(last: FoundPullRequest) {
  await forget();
  world.github.pulls.set(basket.number, last);
  await tell(last);
  return await shown();
}

test("any order and repetition, a few at once, told after everything has happened", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 5 }),
      fc.array(fc.array(fc.nat(100), { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
      async (changes, order) => {
        const states = history(changes);
        const last = states.at(-1) ?? basket;
        const expected = await truth(last);
        await forget();
        const untold = new Set(states);
        for (const together of order) {
          const told = together.map((index) => states[index % states.length] ?? last);
          for (const one of told) untold.delete(one);
          await Promise.all(told.map(tell));
        }
        // Each is told at least once; whatever nobody told yet comes all at once.
        await Promise.all([...untold].map(tell));
        expect(await ended()).toEqual(withoutKind(expected));
      },
    ),
    { numRuns: 40 },
  );
});

test("told while things still happen, each any time after it has", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(change, fc.array(fc.nat(100), { maxLength: 3 })), { minLength: 1, maxLength: 6 }),
      async (steps) => {
        const states = history(steps.map(([one]) => one));
        const last = states.at(-1) ?? basket;
        const expected = await truth(last);
        await forget();
        const untold = new Set(states.keys());
        for (const [step, [, told]] of steps.entries()) {
          world.github.pulls.set(basket.number, states[step + 1] ?? last);
          for (const index of told) {
            const at = index % (step + 2);
            untold.delete(at);
            await tell(states[at] ?? last);
          }
        }
        for (const index of [...untold].reverse()) await tell(states[index] ?? last);
        expect(await ended()).toEqual(withoutKind(expected));
      },
    ),
    { numRuns: 40 },
  );
});

async function ended() {
  return withoutKind(await shown());
}

/** Where nothing is to be mended there may be a comment that says so, or none. */
function withoutKind({ row, check, comment }: Awaited<ReturnType<typeof shown>>) {
  const body =
    comment !== undefined && typeof comment === "object" && comment !== null && "body" in comment ? comment.body : "";
  const allSet = typeof body === "string" && (body === "" || body.startsWith("All set"));
  return { row: { ...row, ready_when_merged: null }, check, toMend: allSet ? "nothing" : body };
}

test("a title that goes to and fro within one second ends as it is, told in whatever order", async () => {
  const wip = { ...basket, title: "WIP: add the basket", updatedAt: opened + 1_000 };
  const done = { ...basket, title: "Add the basket", updatedAt: opened + 1_000 };
  const again = { ...basket, title: "Add the basket", updatedAt: opened + 2_000 };
  for (const order of [
    [wip, done, again],
    [again, wip, done],
    [again, done, wip],
    [done, again, wip, wip],
  ]) {
    await forget();
    world.github.pulls.set(basket.number, again);
    for (const told of [basket, ...order]) await tell(told);
    expect((await rowOf(world)).readiness?.state).toBe("success");
  }
});
