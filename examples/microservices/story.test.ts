/** The practice “Trunk with two environments and many microservices”, line by line, over signed HTTP and real git. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStory, reading, type Story } from "../../test/acceptance/story.ts";
import { pinned } from "./hosts.ts";
import { core, events, mailer, packageJson, scene } from "./scene.ts";

const [alice, rosa] = ["U0ALICE", "U0ROSA"] as const;

let story: Story;
beforeAll(async () => {
  story = await openStory({ scene });
});
afterAll(async () => {
  await story?.close();
});

const nameOf = (repository: string) => repository.slice("acme/".length);
const feature = (title: string) => ({
  path: `features/${title.toLowerCase().replaceAll(" ", "-")}.md`,
  content: `# ${title}\nIt works.\n`,
});
const raised = (repository: string, version: string) => ({
  path: "package.json",
  content: packageJson(repository, version),
});
const ready = (number: number, repository: string) =>
  story.pull(number, repository).checkRuns.findLast(({ name }) => name === "signalbox/ready");
/** All versions that the compose file of an environment names. */
const pins = (environment: string) => pinned(story.github, environment);

/** A file of an image in the registry. */
const inImage = async (repository: string, tag: string, file: string) =>
  (await readFile(join(story.siteDir, "registry", nameOf(repository), tag, file), "utf8")).trim();

async function version(repository: string, environment: string): Promise<string | undefined> {
  const { environments } = await story.world();
  return environments.find(({ name }) => name === `${nameOf(repository)}/${environment}`)?.serving?.version;
}

/** The usual way: a branch from master, a pull request with a greater version, CI, the merge; then staging has it. */
async function ship(repository: string, title: string, to: string): Promise<string> {
  const number = await story.propose({
    repository,
    branch: title.toLowerCase().replaceAll(" ", "-"),
    changes: [feature(title), raised(repository, to)],
    title,
    body: "",
  });
  const sha = await story.merge(number, { repository });
  await story.live("staging", sha, repository);
  return sha;
}

async function promote(repository: string, sha: string): Promise<void> {
  await story.ask(alice, `/promote production of ${nameOf(repository)}`);
  await story.live("production", sha, repository);
}

/** The newest message of a service about an environment. */
const newest = (service: string, environment: string) =>
  story.messages().findLast(({ text }) => text.startsWith(`${service} to ${environment}`));

/** What went to production one after the other. */
let first: string;
let second: string;

describe("Every service has a version in its package.json", () => {
  let number: number;

  test("a pull request that does not bump it is not ready", async () => {
    await story.until("what runs at the beginning", async () => (await version(mailer, "production")) === "1.0.0");
    number = await story.propose({
      branch: "members-can-sign-up",
      changes: [feature("Members can sign up")],
      title: "Members can sign up",
      body: "",
    });
    const comment = await story.until("what is missing", () => story.pull(number).comments[0]);
    expect(comment.body).toContain("package.json");
    expect(comment.body).toContain("1.0.0");
    expect(ready(number, core)?.conclusion).not.toBe("success");
    await story.until("CI", () =>
      story.pull(number).checkRuns.some(({ name, conclusion }) => name === "ci" && conclusion === "success"),
    );
    await expect(story.github.mergePullRequest(core, "alice", number)).rejects.toThrow(/signalbox\/ready/);
  });

  test("CI checks pass, the version is bumped, and it may be merged", async () => {
    await story.github.commit(core, "alice", {
      branch: "members-can-sign-up",
      message: "Raise the version",
      changes: [raised(core, "1.1.0")],
    });
    first = await story.merge(number);
    expect(ready(number, core)?.conclusion).toBe("success");
  });
});

describe("Merge to master", () => {
  test("builds an image tagged with the version and latest", async () => {
    await story.live("staging", first);
    expect(await inImage(core, "1.1.0", "revision.txt")).toBe(first);
    expect(await inImage(core, "latest", "revision.txt")).toBe(first);
    expect(await readdir(join(story.siteDir, "registry", "core"))).toEqual(["1.0.0", "1.1.0", "latest"]);
  });

  test("staging then production: staging is pinned to it, and tested there", async () => {
    expect(await pins("staging")).toEqual({ core: "1.1.0", events: "1.0.0", mailer: "1.0.0" });
    expect(await pins("production")).toEqual({ core: "1.0.0", events: "1.0.0", mailer: "1.0.0" });
    expect(await story.serving("core/staging")).toBe(first);
    const message = await story.until("the message to say that it was tested", () =>
      /smoke/.test(JSON.stringify(newest("core", "staging")?.blocks)) ? newest("core", "staging") : undefined,
    );
    expect(message.text).toContain("1.1.0");
  });

  test("production the same way, with the image that staging has tried", async () => {
    await promote(core, first);
    expect(await pins("production")).toEqual({ core: "1.1.0", events: "1.0.0", mailer: "1.0.0" });
    expect(await story.serving("core/production")).toBe(first);
  });
});

describe("Wrong on staging", () => {
  test("a hotfix branch from master, the usual way; production never had what was wrong", async () => {
    await ship(core, "Members pay", "1.2.0");
    second = await ship(core, "Members pay once", "1.2.1");
    expect(await pins("staging")).toMatchObject({ core: "1.2.1" });
    expect(await pins("production")).toMatchObject({ core: "1.1.0" });
    await promote(core, second);
    expect(await version(core, "production")).toBe("1.2.1");
    const { runs } = await story.world();
    const inProduction = runs.filter((run) => run.environment === "core/production" && run.what === "done");
    expect(inProduction.map(({ sha }) => sha).slice(1)).toEqual([first, second]);
  });
});

describe("Wrong on production", () => {
  test("first roll back: the version of before is pinned in the compose file", async () => {
    const answer = await story.ask(rosa, "/rollback production of core payments are lost");
    expect(answer).toContain("1.1.0");
    await story.until("production to serve it", async () => (await story.serving("core/production")) === first);
    expect(await pins("production")).toEqual({ core: "1.1.0", events: "1.0.0", mailer: "1.0.0" });
    // Nothing was built again: the newest image is still what was wrong.
    expect(await inImage(core, "latest", "revision.txt")).toBe(second);
  });

  test("what was taken back does not come again", async () => {
    expect(await story.ask(alice, "/promote production of core")).toMatch(/quarantine/i);
    expect(await pins("production")).toMatchObject({ core: "1.1.0" });
  });
});

describe("Services are deployed independently", () => {
  test("while one is held, two others are merged at once, and both are pinned in the one file", async () => {
    const [one] = await Promise.all([
      ship(events, "Events are searched", "1.1.0"),
      ship(mailer, "Letters are counted", "2.0.0"),
    ]);
    expect(await pins("staging")).toEqual({ core: "1.2.1", events: "1.1.0", mailer: "2.0.0" });
    await promote(events, one);
    expect(await pins("production")).toEqual({ core: "1.1.0", events: "1.1.0", mailer: "1.0.0" });
  });

  test("in a channel of its own, a service needs not be named", async () => {
    const channel = story.slack.channels().find(({ name }) => name === "mailer")?.id ?? "";
    const before = story.slack.messages(channel).length;
    await story.slack.command(alice, channel, "/deploy status");
    const answer = await story.until("the board", () =>
      story.slack.messages(channel).find((one, at) => at >= before && one.ephemeralFor === alice),
    );
    expect(reading(answer)).toContain("2.0.0");
    expect(reading(answer)).not.toContain("core");
    expect(story.slack.messages(channel).some(({ text }) => text.startsWith("mailer to staging"))).toBe(true);
    expect(story.messages().some(({ text }) => text.startsWith("mailer"))).toBe(false);
  });
});

describe("The fix", () => {
  test("a hotfix branch from master; when it arrives in production, the pin goes to the newest by itself", async () => {
    const fix = await ship(core, "Members pay safely", "1.2.2");
    await story.ask(alice, "/promote production of core");
    const request = await story.until("what has to be confirmed", () => {
      const found = newest("core", "production");
      return JSON.stringify(found?.blocks).includes("confirm-fix") ? found : undefined;
    });
    expect(await pins("production")).toMatchObject({ core: "1.1.0" });
    await story.slack.click(alice, story.channel, request.ts, "confirm-fix");
    await story.live("production", fix);
    expect(await pins("production")).toEqual({ core: "1.2.2", events: "1.1.0", mailer: "1.0.0" });
    expect(await story.serving("core/production")).toBe(fix);
    expect(await inImage(core, "latest", "revision.txt")).toBe(fix);
  });
});

describe("No separate stable tags", () => {
  test("no service has a tag, or an image but for its versions and latest", async () => {
    for (const repository of [core, events, mailer]) {
      const headers = { authorization: `Bearer ${story.github.tokenOf("alice")}` };
      const tags = await (await fetch(`${story.github.apiUrl}/repos/${repository}/tags`, { headers })).json();
      expect(tags).toEqual([]);
      const images = await readdir(join(story.siteDir, "registry", nameOf(repository)));
      expect(images.filter((name) => !/^\d+\.\d+\.\d+$/.test(name))).toEqual(["latest"]);
    }
  });
});
