import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createChannelNews } from "../../src/operations/channels.ts";
import type { NoteContent, ReplyContent } from "../../src/operations/said.ts";
import type { DeploymentView } from "../../src/operations/views.ts";
import { createProjections } from "../../src/projections/engine.ts";
import { projectionKey } from "../../src/projections/touch.ts";
import { createSlackChannels } from "../../src/slack/channels.ts";
import { isResponseUrl } from "../../src/slack/reply-surface.ts";
import { createSlackSurfaces } from "../../src/slack/surfaces.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";
import { InjectedCrash } from "../harness/fault-points.ts";
import { recordedWake } from "../harness/recorded-wake.ts";
import { request, running } from "./deployment-views.ts";
import { callsOf, silent, testSlack } from "./sandbox.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  for (const table of ["projection", "note", "reply"] as const) await database.db.deleteFrom(table).execute();
});

const lane = "#shop-deploys";

/** A deployment's row, for what refers to it; what it shows comes from a view. */
async function deploymentRow(): Promise<number> {
  const { db } = database;
  const at = new Date(0);
  await db
    .insertInto("repository")
    .values({ id: 1, full_name: "acme/shop-api", installation_id: 1, default_branch: "main", private: false })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  const service = await db
    .insertInto("service")
    .values({ repository_id: 1, name: `shop-${randomUUID()}` })
    .returning("id")
    .executeTakeFirstOrThrow();
  const environment = await db
    .insertInto("environment")
    .values({ service_id: service.id, name: "production", position: 1 })
    .returning("id")
    .executeTakeFirstOrThrow();
  const { id } = await db
    .insertInto("deployment")
    .values({
      environment_id: environment.id,
      kind: "promotion",
      typed: true,
      status: "waiting",
      sha: "a",
      tree: "b",
      requested_by: "alice",
      requested_at: at,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

async function stage() {
  const world = await testSlack();
  const { slack, client, context, clock, faults } = world;
  const { db } = database;
  const views = new Map<number, DeploymentView>();
  const surfaces = createSlackSurfaces({
    db,
    client,
    channels: createSlackChannels({ client, context }),
    news: createChannelNews({ db, context, wake: recordedWake() }),
    context,
    log: silent,
    loadDeploymentView: async (_db, id) => views.get(id),
    githubUrl: "https://github.com",
    apiUrl: slack.apiUrl,
    loadHomeView: async () => undefined,
    signInAddress: (id) => `https://github.example/login/oauth/authorize?client_id=Iv1&state=s-${id}`,
  });
  const engine = createProjections({ context, log: silent, db, surfaces });
  const keep = (view: DeploymentView) => views.set(view.id, view);

  async function touch(surface: string, subject: string): Promise<void> {
    await db
      .insertInto("projection")
      .values({ key: projectionKey(surface, subject), surface, subject, lane })
      .onConflict((conflict) =>
        conflict.column("key").doUpdateSet((eb) => ({ wanted: eb("projection.wanted", "+", 1) })),
      )
      .execute();
  }
  async function show(surface: string, subject: string): Promise<void> {
    await touch(surface, subject);
    await engine.project(projectionKey(surface, subject));
  }
  const row = (surface: string, subject: string) =>
    db
      .selectFrom("projection")
      .selectAll()
      .where("key", "=", projectionKey(surface, subject))
      .executeTakeFirstOrThrow();

  async function addNote(content: NoteContent, deployment?: number): Promise<string> {
    const at = new Date(clock.now());
    const key = `note-${context.ids.uuid()}`;
    const { id } = await db
      .insertInto("note")
      .values({ key, content: JSON.stringify(content), at, deployment_id: deployment ?? null })
      .returning("id")
      .executeTakeFirstOrThrow();
    return `${id}`;
  }

  async function addReply(content: ReplyContent, responseUrl: string): Promise<string> {
    const { id } = await db
      .insertInto("reply")
      .values({
        key: context.ids.uuid(),
        response_url: responseUrl,
        slack_user: "U0ALICE",
        channel: "C",
        content: JSON.stringify(content),
        at: new Date(clock.now()),
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    return `${id}`;
  }
  const [channel] = slack.channels();
  if (channel === undefined) throw new Error("the sandbox has a channel");
  const messages = () => slack.messages(channel.id);
  return { ...world, faults, engine, keep, show, touch, row, addNote, addReply, messages, channel: channel.id };
}

describe("a deployment's message", () => {
  test("is posted once and edited in place, and nothing is written when nothing changed", async () => {
    const { slack, clock, keep, show, row, messages, channel } = await stage();
    keep(request());
    await show("slack.message", "42/1");
    expect(messages()).toMatchObject([{ user: slack.botUser, edits: 0 }]);
    expect(messages()[0]?.text).toContain("Waiting: approvals.");
    expect((await row("slack.message", "42/1")).external).toEqual({
      channel,
      ts: messages()[0]?.ts,
      team: slack.team,
    });
    await clock.advance(1_000);
    await show("slack.message", "42/1");
    expect(callsOf(slack, "chat.update")).toBe(0);
    keep(running());
    await clock.advance(1_000);
    await show("slack.message", "42/1");
    expect(messages()).toMatchObject([{ edits: 1 }]);
    expect(messages()[0]?.text).toContain("Running.");
  });

  test("that was posted just before a crash is found again, and not posted twice", async () => {
    const { slack, clock, faults, engine, keep, show, messages } = await stage();
    keep(request({ requestedAt: clock.now() }));
    faults.arm("projection.created", new InjectedCrash("projection.created"));
    await show("slack.message", "42/1");
    engine.stop();
    expect(messages()).toHaveLength(1);
    await clock.advance(61_000);
    keep(running({ requestedAt: clock.now() }));
    await show("slack.message", "42/1");
    expect(messages()).toMatchObject([{ edits: 1 }]);
    expect(messages()[0]?.text).toContain("Running.");
    expect(callsOf(slack, "chat.postMessage")).toBe(1);
  });

  test("whose answer was lost is found again", async () => {
    const { slack, clock, engine, keep, show, messages } = await stage();
    keep(request({ requestedAt: clock.now() }));
    slack.fail("chat.postMessage", [{ status: 500, afterDoing: true }]);
    await show("slack.message", "42/1");
    engine.stop();
    await clock.advance(2_000);
    await show("slack.message", "42/1");
    expect(messages()).toHaveLength(1);
  });

  test("that somebody deleted is posted anew with the next change, once, also after a crash", async () => {
    const { clock, client, faults, engine, keep, show, row, messages } = await stage();
    const requestedAt = clock.now();
    keep(request({ requestedAt }));
    await show("slack.message", "42/1");
    const { channel, ts } = z
      .object({ channel: z.string(), ts: z.string() })
      .parse((await row("slack.message", "42/1")).external);
    await client.call("chat.delete", { channel, ts }, z.unknown());
    keep(running({ requestedAt }));
    await clock.advance(1_000);
    faults.arm("projection.updated", new InjectedCrash("projection.updated"));
    await show("slack.message", "42/1");
    engine.stop();
    await clock.advance(61_000);
    await show("slack.message", "42/1");
    expect(messages().map(({ text }) => text)).toEqual([expect.stringContaining("Running.")]);
    expect((await row("slack.message", "42/1")).external).toMatchObject({ ts: messages()[0]?.ts });
  });

  test("of an older ask says that it no longer counts, and a new one asks", async () => {
    const { clock, keep, show, messages } = await stage();
    keep(request());
    await show("slack.message", "42/1");
    keep(request({ ask: 2 }));
    await clock.advance(1_000);
    await show("slack.message", "42/1");
    await show("slack.message", "42/2");
    expect(messages()).toMatchObject([{ edits: 1 }, { edits: 0 }]);
    expect(messages()[0]?.text).toContain("This no longer counts");
    expect(messages()[1]?.text).toContain("Waiting: approvals.");
  });

  test("of an older ask that nobody saw is not posted at all", async () => {
    const { keep, show, row, messages } = await stage();
    keep(request({ ask: 2 }));
    await show("slack.message", "42/1");
    expect(messages()).toEqual([]);
    expect((await row("slack.message", "42/1")).external).toEqual({ undelivered: "the ask was replaced" });
  });

  test("waits for as long as Slack asks", async () => {
    const { slack, clock, keep, show, row, messages } = await stage();
    keep(request());
    slack.fail("chat.postMessage", [{ status: 429, retryAfter: 30 }]);
    await show("slack.message", "42/1");
    expect((await row("slack.message", "42/1")).look_at?.getTime()).toBe(clock.now() + 30_000);
    expect(messages()).toEqual([]);
  });

  test("in a channel that is not there is tried every ten minutes, and said in the row's error", async () => {
    const { clock, keep, show, row } = await stage();
    keep(request({ channel: "#nowhere" }));
    await show("slack.message", "42/1");
    const { look_at, error } = await row("slack.message", "42/1");
    expect(look_at?.getTime()).toBe(clock.now() + 600_000);
    expect(error).toBe(
      "Slack refused chat.postMessage: channel_not_found; check that the channel exists, is not archived, and that the bot was invited to it",
    );
  });

  test("in a channel that is not there is given up a day after it was asked for, once it has ended", async () => {
    const { clock, keep, show, row } = await stage();
    keep(
      running({
        channel: "#nowhere",
        status: "success",
        outcome: { code: "succeeded" },
        requestedAt: clock.now() - 24 * 3_600_000,
      }),
    );
    await show("slack.message", "42/1");
    const { wanted, shown, external, error } = await row("slack.message", "42/1");
    expect({ behind: wanted > shown, external, error }).toEqual({
      behind: false,
      external: { undelivered: "channel_not_found" },
      error: null,
    });
  });

  test("without a channel is not shown", async () => {
    const { keep, show, messages } = await stage();
    const { channel: _, ...view } = request();
    keep(view);
    await show("slack.message", "42/1");
    expect(messages()).toEqual([]);
  });
});

describe("a note", () => {
  const unlocked = { code: "unlocked", service: "shop", environment: "production", by: "bob", held: "alice" } as const;

  test("is said once, in the channel", async () => {
    const { addNote, show, messages } = await stage();
    const id = await addNote(unlocked);
    await show("slack.note", id);
    await show("slack.note", id);
    expect(messages().map(({ text }) => text)).toEqual(["bob unlocked shop production. The lock was held by alice."]);
  });

  test("that was said just before a crash is not said twice", async () => {
    const { addNote, clock, faults, engine, show, messages } = await stage();
    const id = await addNote(unlocked);
    faults.arm("projection.created", new InjectedCrash("projection.created"));
    await show("slack.note", id);
    engine.stop();
    await clock.advance(61_000);
    await show("slack.note", id);
    expect(messages()).toHaveLength(1);
  });
});

describe("a note of a deployment", () => {
  const counted = { code: "approval-counted", login: "bob", have: 1, need: 2 } as const;

  test("waits for the deployment's message, and is said in its thread", async () => {
    const { addNote, clock, engine, keep, show, touch, row, messages } = await stage();
    const id = await deploymentRow();
    keep(request({ id }));
    await touch("slack.message", `${id}/1`);
    const note = await addNote(counted, id);
    await show("slack.note", note);
    expect(messages()).toEqual([]);
    expect((await row("slack.note", note)).error).toBe("the message that this note belongs to is not posted yet");
    await show("slack.message", `${id}/1`);
    engine.stop();
    await clock.advance(1_000);
    await show("slack.note", note);
    const [first, second] = messages();
    expect(second).toMatchObject({ text: "bob approved: 1 of 2 approvals.", threadTs: first?.ts });
  });

  test("that was said in the thread just before a crash is not said twice", async () => {
    const { addNote, clock, faults, engine, keep, show, messages } = await stage();
    const id = await deploymentRow();
    keep(request({ id }));
    await show("slack.message", `${id}/1`);
    const note = await addNote(counted, id);
    faults.arm("projection.created", new InjectedCrash("projection.created"));
    await show("slack.note", note);
    engine.stop();
    await clock.advance(61_000);
    await show("slack.note", note);
    expect(messages()).toHaveLength(2);
  });

  test("that has no message is said in the channel", async () => {
    const { addNote, keep, show, messages } = await stage();
    const id = await deploymentRow();
    keep(request({ id }));
    await show("slack.note", await addNote(counted, id));
    expect(messages()).toMatchObject([{ text: "bob approved: 1 of 2 approvals." }]);
    expect(messages()[0]?.threadTs).toBeUndefined();
  });
});

describe("an answer", () => {
  const locked = { code: "locked", environment: "production", reason: "load test" } as const;

  test("goes to the response URL, for the person's eyes only", async () => {
    const { slack, addReply, show, messages, channel } = await stage();
    const urls: string[] = [];
    slack.deliverTo(undefined);
    const url = await responseUrl(slack, channel, urls);
    const id = await addReply(locked, url);
    await show("slack.reply", id);
    await show("slack.reply", id);
    expect(messages().filter(({ text }) => text.startsWith("You hold"))).toMatchObject([
      {
        ephemeralFor: "U0ALICE",
        text: "You hold the lock of production: “load test”. /deploy unlock production gives it back.",
      },
    ]);
  });

  test("goes nowhere else", async () => {
    const { addReply, show, row } = await stage();
    const id = await addReply(locked, "http://127.0.0.1:9/steal");
    await show("slack.reply", id);
    const { external, wanted, shown } = await row("slack.reply", id);
    expect({ external, done: wanted === shown }).toEqual({
      external: { undelivered: "the response URL is not Slack's" },
      done: true,
    });
  });

  test("is given up when Slack no longer takes it", async () => {
    const { slack, addReply, show, row, clock } = await stage();
    const unknown = `${new URL(slack.apiUrl).origin}/response/T0/unknown`;
    const id = await addReply(locked, unknown);
    await show("slack.reply", id);
    expect((await row("slack.reply", id)).external).toMatchObject({
      undelivered: expect.stringMatching(/^Slack answered 4/u),
    });
    const late = await addReply(locked, unknown);
    await clock.advance(31 * 60_000);
    await show("slack.reply", late);
    expect((await row("slack.reply", late)).external).toEqual({ undelivered: "the response URL has expired" });
  });
});

/** A response URL as the sandbox makes it for a command: taken from the request that it sends. */
async function responseUrl(
  slack: Awaited<ReturnType<typeof stage>>["slack"],
  channel: string,
  urls: string[],
): Promise<string> {
  const { createServer } = await import("node:http");
  const server = createServer((message, response) => {
    let body = "";
    message.on("data", (part) => {
      body += String(part);
    });
    message.on("end", () => {
      urls.push(new URLSearchParams(body).get("response_url") ?? "");
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has an address");
  slack.deliverTo(`http://127.0.0.1:${address.port}/slack/events`);
  await slack.command("U0ALICE", channel, "/deploy status");
  await new Promise((resolve) => server.close(resolve));
  const [url] = urls;
  if (url === undefined) throw new Error("the command had a response URL");
  return url;
}

test.each([
  ["https://hooks.slack.com/commands/T/1/x", true],
  ["https://hooks.slack-gov.com/commands/T/1/x", true],
  ["http://127.0.0.1:4000/response/x", true],
  ["http://hooks.slack.com/commands/T/1/x", false],
  ["https://hooks.slack.com:8443/x", false],
  ["https://user:pass@hooks.slack.com/x", false],
  ["https://hooks.slack.com.evil.example/x", false],
  ["https://evil.example/hooks.slack.com", false],
  ["https://slack.com/x", false],
  ["http://127.0.0.1:4001/response/x", false],
  ["https://127.0.0.1:4000/response/x", false],
  ["http://169.254.169.254/latest", false],
  ["file:///etc/passwd", false],
  ["nonsense", false],
])("%s as a response URL: %s", (url, expected) => {
  expect(isResponseUrl(url, "http://127.0.0.1:4000/api/")).toBe(expected);
});
