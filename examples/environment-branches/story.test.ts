/** The practice “A branch for each environment”, line by line, over signed HTTP and real git. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStory, reading, type Story } from "../../test/acceptance/story.ts";
import { atlas, scene } from "./scene.ts";

const [alice, rosa, olaf] = ["U0ALICE", "U0ROSA", "U0OLAF"] as const;

let story: Story;
beforeAll(async () => {
  story = await openStory({ scene });
});
afterAll(async () => {
  await story?.close();
});

const place = (path: string, text: string) => [{ path: `places/${path}.md`, content: text }];
const headOf = (branch: string) => story.repository().branches.find(({ name }) => name === branch)?.sha ?? "";
const pulls = () => story.repository().pullRequests;
const openInto = (base: string, from: RegExp) =>
  pulls().findLast((one) => one.state === "open" && one.base.ref === base && from.test(one.head.ref));
const gates = (number: number, environment: string) =>
  story.pull(number).checkRuns.findLast(({ name }) => name === `signalbox/${environment}`);
const page = async (name: string) => await (await fetch(`${story.siteUrl}/${name}/`)).text();

/** Waits until the check says what merging would meet. */
async function gatesSay(number: number, environment: string, title: string) {
  return await story.until(`#${number} to say ${title}, not ${gates(number, environment)?.title}`, () => {
    const check = gates(number, environment);
    return check?.title === title ? check : undefined;
  });
}

/** A pull request into development, merged; resolves with the merge once the dev server runs it. */
async function develop(branch: string, title: string, text: string, body = ""): Promise<string> {
  const sha = await story.merge(await story.propose({ branch, changes: place(branch, text), title, body }));
  await story.live("development", sha);
  return sha;
}

test("staging and production run already, and are told so", async () => {
  const first = headOf("main");
  expect(await story.ask(rosa, "/deploy adopt staging staging")).toContain(first.slice(0, 7));
  expect(await story.ask(olaf, "/deploy adopt production main")).toContain(first.slice(0, 7));
});

describe("Development", () => {
  test("a pull request is merged to development, which deploys at once to the dev server", async () => {
    const merged = await develop(
      "lighthouse",
      "feat: show the lighthouse",
      "# The lighthouse\nOn the cape.\n",
      "close #1",
    );
    expect(headOf("development")).toBe(merged);
    expect(await story.serving("development")).toBe(merged);
    expect(await page("development")).toContain("On the cape.");
    expect(await page("staging")).not.toContain("On the cape.");
  });
});

describe("Staging", () => {
  let number: number;
  let frozen: string;

  test("at a set interval: the schedule says when", async () => {
    const answer = await story.ask(alice, "/deploy status");
    expect(answer).toMatch(/staging: .*\n(?: {4}.*\n)* {4}Its schedule promotes next at \S+ 09:00 UTC/);
  });

  test("the updates made on development are frozen", async () => {
    await develop("museum", "feat: show the museum", "# The museum\nFIXME: when is it open?\n", "close #2");
    frozen = headOf("development");
    await story.ask(rosa, "/promote staging");
    const pull = await story.until("the pull request", () => openInto("staging", /^signalbox\/staging-/));
    number = pull.number;
    expect(pull.head.sha).toBe(frozen);
    expect(pull.body).toContain("show the lighthouse (#");
    expect(pull.body).toContain("show the museum (#");
    const told = await story.until("the channel to be told", () =>
      story.messages().find((one) => one.text.includes(`#${number} promotes what is live in development`)),
    );
    expect(told.text).toContain("as rosa asked");
    await develop("night-bus", "feat: show the night bus", "# The night bus\nEvery hour.\n", "close #3");
    expect(story.pull(number).head.sha).toBe(frozen);
  });

  test("tested", async () => {
    const check = await gatesSay(number, "staging", "Stopped: checks");
    expect(check.summary.replaceAll("\\", "")).toContain("The check ci/test failed");
  });

  test("patched", async () => {
    const { head } = story.pull(number);
    await story.github.commit(atlas, "alice", {
      branch: head.ref,
      message: "Say when the museum is open",
      changes: place("museum", "# The museum\nOpen from ten to six.\n"),
    });
    const check = await gatesSay(number, "staging", "Waiting: approvals");
    expect(check.summary).toContain("it has patches on top");
  });

  test("and merged into staging by pull request; approved, it deploys by itself", async () => {
    const before = headOf("staging");
    await story.github.review(atlas, "rosa", number, "APPROVED");
    await gatesSay(number, "staging", "Merging deploys it");
    const merged = await story.merge(number);
    await story.live("staging", merged);
    expect(before).not.toBe(merged);
    expect(await story.serving("staging")).toBe(merged);
    expect(await page("staging")).toContain("Open from ten to six.");
    expect(await page("staging")).not.toContain("The night bus");
  });

  test("the patch is brought back to development", async () => {
    const back = await story.until("the pull request back", () => openInto("development", /^staging$/));
    const merged = await story.merge(back.number);
    await story.live("development", merged);
    expect(await page("development")).toContain("Open from ten to six.");
    expect(await page("development")).toContain("The night bus");
  });
});

describe("Hot fixes may go straight to staging", () => {
  let fix: string;

  test("by a pull request into staging, which says that it was never on development", async () => {
    await story.github.createRef(atlas, "alice", "refs/heads/ferry-times", "staging");
    const number = await story.propose({
      branch: "ferry-times",
      base: "staging",
      changes: place("harbour", "# The harbour\nThe ferry leaves at nine.\n"),
      title: "fix: say when the ferry leaves",
      body: "",
    });
    await story.github.review(atlas, "rosa", number, "APPROVED");
    const check = await gatesSay(number, "staging", "Stopped: order");
    expect(check.summary).toContain("can ask for a hotfix");
    const before = await story.serving("staging");
    fix = await story.merge(number);
    await story.until("the channel to say that it waits for somebody", () =>
      story.messages().find((one) => reading(one).includes(fix.slice(0, 7)) && reading(one).includes("hotfix")),
    );
    expect(await story.serving("staging")).toBe(before);
  });

  test("with a written reason of somebody who may", async () => {
    await story.ask(alice, "/deploy staging staging hotfix people miss the ferry");
    await story.live("staging", fix);
    expect(await page("staging")).toContain("The ferry leaves at nine.");
  });

  test("and back to development", async () => {
    const back = await story.until("the pull request back", () => openInto("development", /^staging$/));
    const merged = await story.merge(back.number);
    await story.live("development", merged);
    expect(await page("development")).toContain("The ferry leaves at nine.");
  });
});

describe("Production", () => {
  let number: number;
  let merged: string;

  test("the product owner tests staging; a pull request from staging to main", async () => {
    await story.ask(rosa, "/promote production");
    const pull = await story.until("the pull request", () => openInto("main", /^staging$/));
    number = pull.number;
    expect(pull.head.sha).toBe(headOf("staging"));
    expect(await story.serving("production")).not.toBe(headOf("staging"));
    await gatesSay(number, "production", "Waiting: approvals");
    await story.github.review(atlas, "olaf", number, "APPROVED");
    await gatesSay(number, "production", "Merging deploys it");
  });

  test("merged, a GitHub release with notes of all that changed is made", async () => {
    merged = await story.merge(number, { by: "rosa" });
    const release = await story.until("the release", () => story.repository().releases[0]);
    expect(release.tag).toMatch(/^release-\d{4}-\d\d-\d\d$/);
    expect(story.repository().tags.find(({ name }) => name === release.tag)?.sha).toBe(merged);
    for (const said of [
      "### Features",
      "show the lighthouse",
      "show the museum",
      "### Fixes",
      "say when the ferry leaves",
    ]) {
      expect(release.body).toContain(said);
    }
    expect(release.body).not.toContain("night bus");
  });

  test("and the release deploys production", async () => {
    await story.live("production", merged);
    expect(await page("production")).toContain("The ferry leaves at nine.");
    const message = story.messages().findLast((one) => one.text.includes("atlas to production"));
    const said = reading(message ?? { text: "", blocks: [] });
    expect(said.indexOf("release")).toBeGreaterThan(-1);
  });
});

describe("Feature demos", () => {
  const branch = "feature-demo/treasure-hunt";
  const demo = "demo/treasure-hunt";

  test("a branch by its name gives a throwaway instance, made by a script, deployed by itself on push", async () => {
    const commit = { branch, message: "Hide a treasure", changes: place("treasure", "# The treasure\nDig here.\n") };
    const sha = await story.github.commit(atlas, "alice", commit);
    await story.live(demo, sha);
    expect(await page(demo)).toContain("Dig here.");
    const changes = place("treasure", "# The treasure\nDig there.\n");
    const again = await story.github.commit(atlas, "alice", { branch, message: "Hide it elsewhere", changes });
    await story.live(demo, again);
    expect(await page(demo)).toContain("Dig there.");
    expect(await story.ask(alice, "/deploy demo")).toContain("treasure-hunt");
  });

  test("nothing of it goes anywhere else", async () => {
    for (const name of ["development", "staging", "production"]) expect(await page(name)).not.toContain("Dig");
  });

  test("shut down when it has served, by the deletion of its branch", async () => {
    await story.github.deleteBranch(atlas, "alice", branch);
    const status = async () => (await fetch(`${story.siteUrl}/${demo}/`)).status;
    await story.until("the instance to be gone", async () => (await status()) === 404);
    expect(await story.serving(demo)).toBeUndefined();
  });

  test("or by a command", async () => {
    const changes = place("treasure", "# The treasure\nAnother one.\n");
    const other = { branch: "feature-demo/second-hunt", message: "Hide another", changes };
    await story.live("demo/second-hunt", await story.github.commit(atlas, "alice", other));
    await story.ask(alice, "/deploy demo destroy second-hunt");
    await story.until("it to be gone", async () => (await story.serving("demo/second-hunt")) === undefined);
  });
});
