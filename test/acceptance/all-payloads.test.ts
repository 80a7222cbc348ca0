/**
 * Every example payload that GitHub publishes, delivered signed to the whole bot: none is answered with a 5xx, none
 * leaves anything behind that is not done, and each pull request that a rule speaks of gets the right check.
 */
import { createHmac, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createContext } from "../../src/context.ts";
import type { RunningBot } from "../../src/start-bot.ts";
import { atRest, startInProcess } from "../cost/bot-between.ts";
import { privateKey } from "../github/a-client.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";
import { openStandInGitHub, type StandInGitHub } from "./stand-in-github.ts";

// The package's own types and its JSON do not meet under Node's resolution.
const listed = z.array(z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }));
const examples = listed
  .parse(createRequire(import.meta.url)("@octokit/webhooks-examples"))
  .flatMap(({ name, examples }) => examples.map((payload) => ({ name, payload })));

const webhookSecret = "the-webhook-secret";
const pipeline = `
pull_requests: {assignee: required, reviewer: required}
environments:
  staging:
    branch: master
    deploy: "true"
`;

let github: StandInGitHub;
let database: TestDatabase;
let bot: RunningBot;
let folder: string;
const lines: string[] = [];
const context = createContext();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "signalbox-payloads-"));
  [github, database] = await Promise.all([
    openStandInGitHub("Codertocat", pipeline),
    testDatabase({ migrated: false }),
  ]);
  bot = await startInProcess({
    context,
    database,
    folder,
    lines,
    github: { appId: 1, privateKey, webhookSecret, apiUrl: github.url, url: "https://github.com" },
    slack: { botToken: "xoxb-1", signingSecret: "a-signing-secret", apiUrl: `${github.url}/slack/` },
  });
});
afterAll(async () => {
  await bot?.stop();
  await github?.close();
  await database?.drop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function deliver(name: string, payload: Readonly<Record<string, unknown>>): Promise<number> {
  // Examples come from repository webhooks too; what an App gets always names its installation.
  const body = JSON.stringify({ installation: { id: 7 }, ...payload });
  const { host, port } = bot.address;
  const response = await context.fetch(`http://${host}:${port}/api/github/webhooks`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": name,
      "x-github-delivery": randomUUID(),
      "x-hub-signature-256": `sha256=${createHmac("sha256", webhookSecret).update(body).digest("hex")}`,
    },
    body,
  });
  await response.text();
  return response.status;
}

const rest = () =>
  atRest({
    database,
    lines: () => lines,
    now: () => context.clock.now(),
    calls: () => github.calls.length,
    settled: () => Promise.resolve(),
  });

/** What is not done: deliveries that wait or failed, surfaces that are behind. */
async function leftBehind(): Promise<readonly string[]> {
  const deliveries = await database.db
    .selectFrom("inbox")
    .select(["name", "status", "error"])
    .where("status", "!=", "done")
    .execute();
  const surfaces = await database.db
    .selectFrom("projection")
    .select(["key", "error"])
    .whereRef("wanted", ">", "shown")
    // One that has not failed and has a time to come waits for its turn: comments are written at a pace.
    .where((eb) => eb.or([eb("error", "is not", null), eb("look_at", "is", null)]))
    .execute();
  return [
    ...deliveries.map(({ name, status, error }) => `${name} is ${status}: ${error}`),
    ...surfaces.map(({ key, error }) => `${key} is behind: ${error}`),
  ];
}

test("all 329 are taken, and nothing is left undone", async () => {
  expect(examples).toHaveLength(329);
  const statuses = await Promise.all(
    examples.map(async ({ name, payload }) => `${name}.${payload["action"]}: ${await deliver(name, payload)}`),
  );
  expect(statuses.filter((line) => !line.endsWith(": 202"))).toEqual([]);
  await rest();
  expect(await leftBehind()).toEqual([]);
});

const pulls = examples.filter(({ name }) => name === "pull_request");

describe("each of the 29 pull requests", () => {
  test("gets the check that the rules give it, by itself in a repository of its own", async () => {
    expect(pulls).toHaveLength(29);
    const statuses = await Promise.all(
      pulls.map(({ name, payload }, index) => deliver(name, inRepository(payload, index))),
    );
    expect(new Set(statuses)).toEqual(new Set([202]));
    await rest();
    expect(await leftBehind()).toEqual([]);
    const seen = pulls.map(({ payload }, index) => {
      const written = github.checks.filter(({ repository }) => repository === `Codertocat/alone-${index}`);
      return `${payload["action"]}: ${written.map(({ output, conclusion, status }) => `${conclusion ?? status}, ${output.title}`).join(" then ") || "none"}`;
    });
    expect(seen).toMatchInlineSnapshot(`
      [
        "opened: failure, No issue is named that this closes",
        "assigned: failure, No issue is named that this closes",
        "assigned: failure, No issue is named that this closes",
        "closed: none",
        "closed: none",
        "converted_to_draft: in_progress, Work in progress",
        "converted_to_draft: in_progress, Work in progress",
        "converted_to_draft: in_progress, Work in progress",
        "labeled: none",
        "labeled: none",
        "locked: none",
        "locked: none",
        "opened: failure, No issue is named that this closes",
        "opened: failure, No issue is named that this closes",
        "opened: failure, No issue is named that this closes",
        "ready_for_review: failure, No issue is named that this closes",
        "ready_for_review: failure, No issue is named that this closes",
        "ready_for_review: failure, No issue is named that this closes",
        "reopened: failure, No issue is named that this closes",
        "reopened: failure, No issue is named that this closes",
        "review_request_removed: failure, No issue is named that this closes",
        "review_requested: failure, No issue is named that this closes",
        "synchronize: failure, No issue is named that this closes",
        "unassigned: failure, No issue is named that this closes",
        "unassigned: failure, No issue is named that this closes",
        "unlabeled: none",
        "unlabeled: none",
        "unlocked: none",
        "unlocked: none",
      ]
    `);
    for (const [index, { payload }] of pulls.entries()) {
      const { assignees, requested_reviewers: reviewers } = asked.parse(payload["pull_request"]);
      for (const { repository, output } of github.checks) {
        if (repository !== `Codertocat/alone-${index}`) continue;
        expect(/Nobody is assigned/.test(output.summary), `${index}: assignee`).toBe(assignees.length === 0);
        expect(/Nobody is asked to review/.test(output.summary), `${index}: reviewer`).toBe(reviewers.length === 0);
      }
    }
  });
});

const asked = z.object({ assignees: z.array(z.unknown()), requested_reviewers: z.array(z.unknown()) });

/** The same payload, of a repository that no other payload speaks of. */
function inRepository(payload: Readonly<Record<string, unknown>>, index: number): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(payload)
    .replaceAll('"full_name":"Codertocat/Hello-World"', `"full_name":"Codertocat/alone-${index}"`)
    .replaceAll(/"id":186853002\b/g, `"id":${900_000_000 + index}`)
    .replaceAll(/"id":186853007\b/g, `"id":${900_000_000 + index}`);
  return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
}
