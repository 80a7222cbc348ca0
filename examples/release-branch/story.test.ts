/** The practice “Release candidates on a release branch”, line by line, over signed HTTP and real git. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStory, reading, type Story } from "../../test/acceptance/story.ts";
import { scene, services, webapi } from "./scene.ts";

const [alice, rosa] = ["U0ALICE", "U0ROSA"];
const versionFile = "acme/services/__init__.py";

let story: Story;
beforeAll(async () => {
  story = await openStory({ scene });
});
afterAll(async () => {
  await story?.close();
});

const code = (name: string, text: string) => [{ path: `acme/services/codes/${name}.txt`, content: `${text}\n` }];
const head = (branch: string, repository = services) =>
  story.repository(repository).branches.find(({ name }) => name === branch)?.sha;
const tag = (name: string) => story.repository().tags.find((one) => one.name === name)?.sha;
const version = async (revision: string) => (await story.github.files(services, revision))[versionFile]?.trim();
const pin = async () => (await story.github.files(webapi, "release"))["requirements.txt"];
const index = async () => (await readdir(join(story.siteDir, "release-index"))).filter((name) => name.endsWith(".txt"));
const page = async (path: string) => await (await fetch(`${story.siteUrl}/${path}`)).text();
/** The pull request that brings the release branch back to master, while there is one. */
const bringsBack = () =>
  story.repository().pullRequests.find(({ state, title }) => state === "open" && title.startsWith("Bring release"));

/** Waits until what was asked for has been told in the channel. */
async function made(name: string): Promise<void> {
  await story.until(`${name} to be told`, () =>
    story.messages().find(({ text }) => / (?:made|finished|released) /u.test(text) && text.includes(`${name} of`)),
  );
}

describe("Development happens on master", () => {
  test("what is merged there is deployed nowhere; the live server has 10.8.4", async () => {
    await story.merge(
      await story.propose({ branch: "urea", changes: code("urea", "Urea: in mg/dl"), title: "feat: urea", body: "" }),
    );
    await story.github.settled();
    expect(story.repository().deployments).toEqual([]);
    expect(await pin()).toBe("acme-services==10.8.4\n");
    expect(await page("production/")).toContain("acme-services 10.8.4");
  });
});

describe("To release", () => {
  test("the version becomes 10.8.5.RC1, master is tagged, the tag is merged to the release branch", async () => {
    expect(await story.ask(alice ?? "", "/rc cut")).toContain("I am cutting v10.8.5.RC1 of services.");
    await made("v10.8.5.RC1");
    expect(tag("v10.8.5.RC1")).toBe(head("master"));
    expect(await version("master")).toBe("__version__ = '10.8.5.RC1'");
    expect(await story.github.files(services, "release")).toEqual(await story.github.files(services, "v10.8.5.RC1"));
    expect(head("release")).not.toBe(head("master"));
  });

  test("the build publishes the candidate to the release index, and staging installs it", async () => {
    await story.live("staging", head("release") ?? "");
    expect(await index()).toEqual(["acme_services-10.8.4.txt", "acme_services-10.8.5rc1.txt"]);
    expect(await page("release-index/acme_services-10.8.5rc1.txt")).toContain("Urea: in mg/dl");
    expect(await page("staging/")).toContain("acme-services 10.8.5rc1");
    expect(await story.serving("staging")).toBe(head("release"));
    expect(bringsBack()).toBeUndefined();
  });
});

describe("Bugs in the candidate", () => {
  test("are fixed on the release branch, by a pull request", async () => {
    const number = await story.propose({
      branch: "urea-unit",
      changes: code("urea", "Urea: in mmol/l"),
      title: "fix: the unit of urea",
      body: "",
      base: "release",
    });
    const fix = await story.merge(number);
    await story.live("staging", fix);
    // It is no candidate yet, and the index of releases holds none of it.
    expect(await index()).toHaveLength(2);
    expect(await page("staging/")).toContain("mmol/l");
    expect((await story.github.files(services, "master"))["acme/services/codes/urea.txt"]).toContain("mg/dl");
  });

  test("and RC2 is what the release branch holds now", async () => {
    expect(await story.ask(alice ?? "", "/rc next")).toContain("v10.8.5.RC2");
    await made("v10.8.5.RC2");
    expect(tag("v10.8.5.RC2")).toBe(head("release"));
    expect(await version("release")).toBe("__version__ = '10.8.5.RC2'");
    await story.live("staging", head("release") ?? "");
    expect(await page("release-index/acme_services-10.8.5rc2.txt")).toContain("mmol/l");
    expect(await page("staging/")).toContain("acme-services 10.8.5rc2");
    expect(await story.ask(alice ?? "", "/rc")).toContain("Candidate: v10.8.5.RC2");
  });

  test("and they are brought back to master, by a pull request that stays open until it is merged", async () => {
    const pull = await story.until("the pull request", bringsBack);
    expect(pull).toMatchObject({
      title: "Bring release back into master",
      author: "signalbox[bot]",
      head: { ref: "release" },
      base: { ref: "master" },
    });
    await story.merge(pull.number);
    expect((await story.github.files(services, "master"))["acme/services/codes/urea.txt"]).toContain("mmol/l");
    expect(bringsBack()).toBeUndefined();
  });
});

describe("Tested well", () => {
  test("the release branch's version becomes 10.8.5, with a release and its notes", async () => {
    expect(await story.ask(alice ?? "", "/rc finish")).not.toContain("I am finishing");
    expect(await story.ask(rosa ?? "", "/rc finish")).toContain("I am finishing v10.8.5 of services.");
    await made("v10.8.5");
    expect(tag("v10.8.5")).toBe(head("release"));
    expect(await version("release")).toBe("__version__ = '10.8.5'");
    const release = await story.until("the release", () => story.repository().releases[0]);
    expect(release).toMatchObject({ tag: "v10.8.5", name: "v10.8.5" });
    expect(release.body).toMatch(
      /### Features\n\n- urea \(#1 by alice\)\n\n### Fixes\n\n- the unit of urea \(#2 by alice\)/u,
    );
    expect(release.body).toContain("compare/");
    await story.until("the release to be told", () => story.messages().find(({ text }) => text.includes("/releases/")));
  });

  test("the package is built and published as that", async () => {
    await story.live("staging", head("release") ?? "");
    expect(await index()).toContain("acme_services-10.8.5.txt");
    const [candidate, release] = await Promise.all(
      ["10.8.5rc2", "10.8.5"].map((one) =>
        readFile(join(story.siteDir, "release-index", `acme_services-${one}.txt`), "utf8"),
      ),
    );
    expect(release).toBe(candidate);
    expect(await pin()).toBe("acme-services==10.8.4\n");
  });

  test("the application's requirements.txt moves to 10.8.5", async () => {
    const before = story.messages().length;
    await story.ask(alice ?? "", "/promote production");
    const request = await story.until("the request", () =>
      story
        .messages()
        .slice(before)
        .find((one) => reading(one).includes("production")),
    );
    expect(await pin()).toBe("acme-services==10.8.4\n");
    await story.slack.react(rosa ?? "", story.channel, request.ts, "white_check_mark");
    await story.live("production", head("release") ?? "");
    expect(await pin()).toBe("acme-services==10.8.5\n");
  });

  test("and the live server is updated from the release branch by its standard script", async () => {
    const live = head("release", webapi) ?? "";
    await story.live("production", live, webapi);
    expect(await story.serving("production")).toBe(live);
    const shown = await page("production/");
    expect(shown).toContain("acme-services 10.8.5<");
    expect(shown).toContain("mmol/l");
    expect((await story.world()).runs.filter((run) => run.environment === "production")).toHaveLength(2);
  });
});
