/** The form and App Home as they are written to Slack: opened once, found again after a crash, left when they are closed. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { FormShown } from "../../src/operations/form.ts";
import { createProjections } from "../../src/projections/engine.ts";
import type { Surface } from "../../src/projections/surface.ts";
import { formSurface } from "../../src/slack/form-surface.ts";
import { homeSurface } from "../../src/slack/home-surface.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";
import { InjectedCrash } from "../harness/fault-points.ts";
import { callsOf, silent, testSlack } from "./sandbox.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  for (const table of ["projection", "form", "home"] as const) await database.db.deleteFrom(table).execute();
});

const user = "U0ALICE";
const nothing: FormShown = { code: "nothing", answer: { code: "no-services" } };

async function stage() {
  const world = await testSlack();
  const { slack, client, context } = world;
  const { db } = database;
  const loadHomeView = async () => ({
    logins: ["alice"],
    approvals: [],
    locks: [],
    services: [],
    liveNews: true,
    at: 0,
  });
  const surfaces = new Map<string, Surface>([
    ["slack.form", formSurface({ db, log: silent, client })],
    ["slack.home", homeSurface({ db, log: silent, client, loadHomeView, signInAddress: undefined })],
  ]);
  const engine = createProjections({ context, log: silent, db, surfaces });
  async function show(surface: "slack.form" | "slack.home", id: number): Promise<void> {
    const key = `${surface}/${id}`;
    await db
      .insertInto("projection")
      .values({ key, surface, subject: `${id}`, lane: key })
      .onConflict((conflict) =>
        conflict.column("key").doUpdateSet((eb) => ({ wanted: eb("projection.wanted", "+", 1) })),
      )
      .execute();
    await engine.project(key);
  }
  /** A form whose command was just typed. */
  async function addForm(key: string): Promise<number> {
    const { id } = await db
      .insertInto("form")
      .values({
        key,
        team: slack.team,
        slack_user: user,
        channel: "C1",
        channel_name: "shop",
        response_url: "https://hooks.slack.com/commands/1",
        choices: "{}",
        shown: JSON.stringify({ code: "looking" }),
        at: new Date(context.clock.now()),
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    return id;
  }
  const setShown = (id: number, shown: FormShown) =>
    db
      .updateTable("form")
      .set({ shown: JSON.stringify(shown) })
      .where("id", "=", id)
      .execute();
  async function external(key: string) {
    return (await db.selectFrom("projection").select("external").where("key", "=", key).executeTakeFirstOrThrow())
      .external;
  }
  const texts = () => JSON.stringify(slack.modal(user)?.blocks ?? slack.home(user)?.blocks ?? []);
  return { ...world, engine, show, addForm, setShown, external, texts };
}

/** What Slack gives with a command; the bot that hears of it is the test. */
async function trigger(slack: Awaited<ReturnType<typeof testSlack>>["slack"]): Promise<string> {
  const heard = Promise.withResolvers<string>();
  const { createServer } = await import("node:http");
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      heard.resolve(new URLSearchParams(body).get("trigger_id") ?? "");
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the test has no port");
  slack.deliverTo(`http://127.0.0.1:${address.port}`);
  const [channel] = slack.channels();
  await slack.command(user, channel?.id ?? "", "/deploy");
  server.close();
  return await heard.promise;
}

test("it is opened by the command's trigger, and updated in place", async () => {
  const { slack, show, addForm, setShown, texts } = await stage();
  const id = await addForm(await trigger(slack));
  await show("slack.form", id);
  expect(texts()).toContain("Looking up");
  await setShown(id, nothing);
  await show("slack.form", id);
  expect(texts()).toContain("I know no service yet");
  await show("slack.form", id);
  expect([callsOf(slack, "views.open"), callsOf(slack, "views.update")]).toEqual([1, 1]);
});

test("opened just before a crash it is found again, though its trigger is used up", async () => {
  const { slack, clock, faults, engine, show, addForm, setShown, texts, external } = await stage();
  const id = await addForm(await trigger(slack));
  faults.arm("projection.created", new InjectedCrash("projection.created"));
  await show("slack.form", id);
  await engine.stop();
  faults.disarm("projection.created");
  await clock.advance(61_000);
  await setShown(id, nothing);
  await show("slack.form", id);
  expect(texts()).toContain("I know no service yet");
  expect(callsOf(slack, "views.open")).toBe(1);
  expect(await external(`slack.form/${id}`)).toEqual({ view: slack.modal(user)?.id });
});

test("past three seconds it is not opened, and the row says why", async () => {
  const { slack, clock, show, addForm, external } = await stage();
  const id = await addForm(await trigger(slack));
  await clock.advance(3_100);
  await show("slack.form", id);
  expect(slack.modal(user)).toBeUndefined();
  expect(await external(`slack.form/${id}`)).toEqual({ undelivered: "expired_trigger_id" });
});

test("what the person has closed is written no more, and what was sent is not either", async () => {
  const { slack, show, addForm, setShown, external } = await stage();
  const id = await addForm(await trigger(slack));
  await show("slack.form", id);
  await slack.closeModal(user, true);
  await setShown(id, nothing);
  await show("slack.form", id);
  expect(await external(`slack.form/${id}`)).toEqual({ undelivered: "closed" });
  await setShown(id, { code: "looking" });
  await show("slack.form", id);
  expect(callsOf(slack, "views.update")).toBe(1);
});

test("App Home is published, and again only when it changed", async () => {
  const { slack, clock, context, show, texts } = await stage();
  const at = new Date(context.clock.now());
  const { id } = await database.db
    .insertInto("home")
    .values({ team: slack.team, slack_user: user, opened_at: at, looked_at: at, refreshed_at: at })
    .returning("id")
    .executeTakeFirstOrThrow();
  await show("slack.home", id);
  expect(texts()).toContain("Nothing waits for your approval.");
  await clock.advance(2_000);
  await show("slack.home", id);
  expect(callsOf(slack, "views.publish")).toBe(1);
});
