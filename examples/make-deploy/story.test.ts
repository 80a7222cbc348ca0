/** The practice “Make-driven production deployment”, line by line, over signed HTTP and real git. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStory, reading, type Story } from "../../test/acceptance/story.ts";
import { productionPassword, scene, till } from "./scene.ts";

const [alice, rosa] = ["U0ALICE", "U0ROSA"];

let story: Story;
beforeAll(async () => {
  story = await openStory({ scene });
});
afterAll(async () => {
  await story?.close();
});

/** What the page's “Commit a change” would write. */
const item = (name: string, detail: string) => scene.change(story.github, till, { name, detail, branch: name });

async function merge(branch: string, changes: readonly { path: string; content: string | null }[]): Promise<string> {
  const number = await story.propose({ branch, changes, title: `Sell ${branch}`, body: "" });
  return await story.merge(number);
}

async function toStaging(branch: string, changes: readonly { path: string; content: string | null }[]) {
  const sha = await merge(branch, changes);
  await story.live("staging", sha);
  return sha;
}

/** Alice asks for production, and Rosa says yes; resolves with the request's message. */
async function askForProduction() {
  const before = story.messages().length;
  await story.ask(alice, "/deploy production");
  const request = await story.until("the request", () => story.messages()[before]);
  await story.slack.react(rosa, story.channel, request.ts, "white_check_mark");
  return { ...request, id: Number(/deployment (\d+)/iu.exec(request.text)?.[1]) };
}

const threadOf = (ts: string) => story.thread(ts).map(reading).join("\n");
const messageOf = (ts: string) =>
  story
    .messages()
    .filter((one) => one.ts === ts)
    .map(reading)
    .join();

async function runsIn(environment: string): Promise<readonly string[]> {
  const { runs } = await story.world();
  return runs.filter((run) => run.environment === environment && run.what === "begun").map(({ sha }) => sha);
}

const read = (...path: readonly string[]) => readFile(join(story.siteDir, ...path), "utf8");
const applied = (environment: string) => read("databases", `till_${environment}`, "schema_migrations");

let first: string;

describe("Latest main, make test, CI must be green", () => {
  test("what is merged to main is deployed to staging automatically, with make test and once CI is green", async () => {
    first = await toStaging("tea", item("Tea", "1.80 a pot"));
    expect(await story.serving("staging")).toBe(first);
    const [run] = story.github.workflowRuns(till).filter(({ sha }) => sha === first);
    expect(run).toMatchObject({ conclusion: "success", jobs: [{ name: "ci" }] });
    const message = story.messages().at(-1);
    await story.until("the output of make test", () =>
      threadOf(message?.ts ?? "").includes("2 items have their price"),
    );
  });

  test("with a red CI nothing goes out, neither automatically nor by hand", async () => {
    const sha = await merge("cake", item("Cake", "The price is not known yet"));
    await story.until("CI to be red", () =>
      story.github.workflowRuns(till).some((run) => run.sha === sha && run.conclusion === "failure"),
    );
    await story.until("the message to name it", () =>
      story.messages().findLast((one) => reading(one).includes("The check ci failed")),
    );
    expect(await story.ask(alice, "/deploy staging")).toContain("The check ci failed");
    expect(await runsIn("staging")).toEqual([first]);
  });
});

describe("make deploy by hand, with the production configuration and secrets from the environment", () => {
  let request: { readonly ts: string; readonly id: number };

  test("/deploy production deploys what staging tried, once it is approved", async () => {
    request = await askForProduction();
    await story.live("production", first);
    expect(await runsIn("production")).toEqual([first]);
  });

  test("the commands got the secret, and the log masks it", async () => {
    // The database lets in nobody without the password, and it holds the migration.
    expect(await applied("production")).toContain("20260105090000");
    const said = await story.until("the whole output", () => {
      const all = threadOf(request.ts);
      return all.includes("make deploy") || all.includes("now runs") ? all : undefined;
    });
    expect(said).toContain("connecting to till_production as till with the password ***");
    expect(story.slack.messages(story.channel).map(reading).join("\n")).not.toContain(productionPassword);
    expect(story.log.join("\n")).not.toContain(productionPassword);
  });

  test("migrations are a stage of their own, after a backup and before make deploy, and confirmed to have applied", async () => {
    const said = threadOf(request.ts);
    const order = ["backed up to", "create_items: migrated", "up 20260105090000_create_items", "now runs"];
    const places = order.map((one) => said.indexOf(one));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    const backup = await read("backups", `till_production-before-${request.id}.tar`);
    expect(backup).toContain("schema_migrations");
    expect(backup).not.toContain("20260105090000");
  });

  test("validation afterwards: the logs, the health check, and the version that answers is the one deployed", async () => {
    for (const name of ["logs", "health", "version", "metrics"]) {
      await story.until(`${name} to be told`, () => (messageOf(request.ts) + threadOf(request.ts)).includes(name));
    }
    expect(threadOf(request.ts)).toContain(`INFO deployment ${request.id}: starting ${first}`);
    const answers = await fetch(`${story.siteUrl}/production/version.txt`);
    expect(await answers.text()).toContain(`sha ${first}`);
  });

  test("after it: Grafana is annotated and Sentry is told of the release, once each", async () => {
    await story.until("Sentry to know", () => story.monitoring.view().releases[0]?.deploys[0]);
    await story.until("Grafana to know", () => story.monitoring.view().annotations[0]);
    const { annotations, releases } = story.monitoring.view();
    expect(annotations).toMatchObject([{ tags: expect.arrayContaining(["deployment", "till", "production"]) }]);
    expect(releases).toMatchObject([{ version: first, projects: ["till"], deploys: [{ environment: "production" }] }]);
  });
});

describe("Migrations are confirmed to have applied", () => {
  const column = "alter table items add column colour text;\n";

  test("one that rails took no notice of fails the deployment before make deploy", async () => {
    const before = await story.serving("staging");
    const sha = await merge("colours", [
      ...item("Cake", "3.20 a slice"),
      { path: "db/migrate/add_colour.sql", content: column },
    ]);
    await story.until("GitHub to show the failure", () =>
      story.repository().deployments.some((one) => one.sha === sha && one.statuses.at(-1)?.state === "failure"),
    );
    await story.until("why", () =>
      story.slack.messages(story.channel).some((one) => /did not apply/.test(reading(one))),
    );
    expect(await story.serving("staging")).toBe(before);
  });

  test("a backup that fails ends it before any migration, and is tried again", async () => {
    const sha = await toStaging("colours-again", [
      { path: "db/migrate/add_colour.sql", content: null },
      { path: "db/migrate/20260701000000_add_colour.sql", content: column },
    ]);
    const full = join(story.siteDir, "backups", "full.txt");
    await mkdir(join(story.siteDir, "backups"), { recursive: true });
    await writeFile(full, "the disk is full");
    const { ts, id } = await askForProduction();
    await story.until("the failure", () => threadOf(ts).includes("before anything in the environment was changed"));
    expect(await applied("production")).not.toContain("20260701000000");
    expect(await story.serving("production")).toBe(first);
    await rm(full);
    await story.ask(alice, `/deploy retry ${id} backup`);
    const retry = await story.until("the retry", () =>
      story.messages().findLast((one) => one.ts !== ts && Number(one.ts) > Number(ts)),
    );
    await story.slack.react(rosa, story.channel, retry.ts, "white_check_mark");
    await story.live("production", sha);
    expect(await applied("production")).toContain("20260701000000");
    first = sha;
  });
});

describe("A failed deployment goes back to the last stable revision", () => {
  test("that revision is checked out and make deploy runs, without anybody asking", async () => {
    const bad = await toStaging("gift-card", item("Gift card", "10.00 into $GIFT_CARD_ACCOUNT"));
    const { ts, id } = await askForProduction();
    await story.until("why", () => threadOf(ts).includes("FATAL GIFT_CARD_ACCOUNT is not set"));
    await story.until("what is done about it", () => threadOf(ts).includes(`Deployment ${id} failed, so I asked for`));
    await story.until("the last stable revision", async () => (await story.serving("production")) === first);
    expect((await runsIn("production")).slice(-2)).toEqual([bad, first]);
    const page = await (await fetch(`${story.siteUrl}/production/`)).text();
    expect(page).not.toContain("Gift card");
    expect(await (await fetch(`${story.siteUrl}/production/health.txt`)).text()).toContain("healthy");
  });

  test("the fix goes out, confirmed to be one", async () => {
    const fix = await toStaging("gift-card-fix", item("Gift card", "10.00 at the counter"));
    const { ts } = await askForProduction();
    await story.until("the approval", () => threadOf(ts).includes("rosa"));
    await story.slack.click(alice, story.channel, ts, "confirm-fix");
    await story.live("production", fix);
    first = fix;
  });

  test("with migrations in between it asks a person first", async () => {
    const bad = await toStaging("gift-box", item("Gift box", "25.00 with a card of $GIFT_CARD_ACCOUNT, column ribbon"));
    const { ts, id } = await askForProduction();
    await story.until("the question", () => threadOf(ts).includes(`Deployment ${id} failed. I asked for rollback`));
    const request = await story.until("the rollback's own message", () =>
      story.messages().find((one) => Number(one.ts) > Number(ts) && reading(one).includes("confirm")),
    );
    expect(await story.serving("production")).toBe(bad);
    await story.slack.click(alice, story.channel, request.ts, "confirm-migrations");
    await story.until("the last stable revision", async () => (await story.serving("production")) === first);
    expect((await runsIn("production")).slice(-2)).toEqual([bad, first]);
    // What the migration did stays, and the backup of before is there.
    expect(await applied("production")).toContain("20260601");
    expect(existsSync(join(story.siteDir, "backups", `till_production-before-${id}.tar`))).toBe(true);
  });
});
