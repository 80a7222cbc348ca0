/**
 * The fifth practice: development on main, candidates and releases on a release branch, over signed HTTP and real git.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BotBetween, openBotBetween } from "../cost/bot-between.ts";

const shop = "acme/shop";
const versionFile = "ukrdc/__init__.py";
const pipeline = `
channel: "#shop-deploys"
people: {alice: U0ALICE, rosa: U0ROSA}
pull_requests: {closes: off}
versions:
  scheme: dotted
  files: [${versionFile}]
  release_branch: release
  back_merge: main
environments:
  staging:
    branch: release
    deploy: "true"
  production:
    approvals: {count: 1, from: [rosa], requester: true, authors: true}
    deploy: "true"
`;

let bot: BotBetween;

beforeAll(async () => {
  bot = await openBotBetween();
  const files = { ".github/signalbox.yml": pipeline, [versionFile]: "__version__ = '10.8.4'\n", "src/api.py": "api\n" };
  await bot.github.createRepository(shop, { files });
  await bot.github.createRef(shop, "rosa", "refs/tags/v10.8.4", "main");
  await bot.github.createRef(shop, "rosa", "refs/heads/release", "main");
  await bot.start();
  await bot.rest();
});
afterAll(async () => {
  await bot?.close();
});

async function command(user: string, text: string): Promise<string> {
  const [channel] = bot.slack.channels();
  const told = () => bot.slack.messages(channel?.id ?? "").filter((one) => one.ephemeralFor === user);
  const before = told().length;
  await bot.slack.command(user, channel?.id ?? "", text);
  await bot.rest();
  return told()[before]?.text ?? "no answer";
}

/** What the channel was told of versions, newest last. */
function said(): readonly string[] {
  const [channel] = bot.slack.channels();
  return bot.slack
    .messages(channel?.id ?? "")
    .filter(({ ephemeralFor, text }) => ephemeralFor === undefined && /10\.8\.|release cannot/u.test(text))
    .map(({ text }) => text);
}

const tag = (name: string) => bot.github.view(shop).tags.find((one) => one.name === name)?.sha;
const head = (branch: string) => bot.github.view(shop).branches.find((one) => one.name === branch)?.sha;
const openPulls = () => bot.github.view(shop).pullRequests.filter(({ state }) => state === "open");

async function version(revision: string): Promise<string | undefined> {
  return (await bot.github.files(shop, revision))[versionFile]?.trim();
}

async function live(environment: string): Promise<string | null | undefined> {
  const row = await bot.database.db
    .selectFrom("environment")
    .select("live_sha")
    .where("name", "=", environment)
    .executeTakeFirst();
  return row?.live_sha;
}

async function commit(branch: string, path: string, content: string, by = "alice"): Promise<string> {
  const made = await bot.github.commit(shop, by, { branch, message: `Change ${path}`, changes: [{ path, content }] });
  await bot.rest();
  return made;
}

test("main is bumped to a candidate and tagged; the tag is merged to the release branch, and staging installs it", async () => {
  await commit("main", "src/api.py", "api, better\n");
  expect(await command("U0ALICE", "/rc cut")).toContain("I am cutting v10.8.5.RC1 of shop.");
  expect(tag("v10.8.5.RC1")).toBe(head("main"));
  expect(await version("main")).toBe("__version__ = '10.8.5.RC1'");
  expect(await bot.github.files(shop, "release")).toEqual(await bot.github.files(shop, "v10.8.5.RC1"));
  expect(head("release")).not.toBe(head("main"));
  expect(await live("staging")).toBe(head("release"));
  expect(said().some((text) => text.includes("alice made v10.8.5.RC1 of shop"))).toBe(true);
  expect(openPulls()).toEqual([]);
});

test("a bug is fixed on the release branch, which is brought back to main, and is the next candidate", async () => {
  await commit("release", "src/api.py", "api, mended\n", "rosa");
  expect(openPulls()).toMatchObject([
    {
      title: "Bring release back into main",
      head: { ref: "release" },
      base: { ref: "main" },
      author: "signalbox[bot]",
    },
  ]);
  expect(await command("U0ALICE", "/rc next")).toContain("v10.8.5.RC2");
  expect(tag("v10.8.5.RC2")).toBe(head("release"));
  expect(await version("release")).toBe("__version__ = '10.8.5.RC2'");
  expect(await version("main")).toBe("__version__ = '10.8.5.RC1'");
  expect(await live("staging")).toBe(head("release"));
  expect(openPulls()).toHaveLength(1);
  expect(await command("U0ALICE", "/rc")).toContain("Candidate: v10.8.5.RC2");
});

test("closed, the pull request is opened again while there is something to bring back", async () => {
  const [pull] = openPulls();
  await bot.github.closePullRequest(shop, "rosa", pull?.number ?? 0);
  await bot.rest();
  expect(openPulls().map(({ number }) => number)).toEqual([pull?.number]);
  await bot.github.mergePullRequest(shop, "rosa", pull?.number ?? 0);
  await bot.rest();
  expect((await bot.github.files(shop, "main"))["src/api.py"]).toBe("api, mended\n");
  expect(openPulls()).toEqual([]);
});

test("tested well, the release branch's version becomes 10.8.5, with a release; production gets it", async () => {
  expect(await command("U0ROSA", "/rc finish")).toContain("I am finishing v10.8.5 of shop.");
  expect(tag("v10.8.5")).toBe(head("release"));
  expect(await version("v10.8.5")).toBe("__version__ = '10.8.5'");
  const changed = Object.entries(await bot.github.files(shop, "v10.8.5.RC2")).map(([path]) => path);
  expect(changed).toEqual(Object.keys(await bot.github.files(shop, "v10.8.5")));
  expect(bot.github.view(shop).releases).toMatchObject([{ tag: "v10.8.5", name: "v10.8.5" }]);
  expect(said().join("\n")).toContain("Bring it further with /deploy production v10.8.5");
  expect(await command("U0ROSA", "/deploy production v10.8.5")).toMatch(/^Deployment \d+: 10\.8\.5/u);
  const [channel] = bot.slack.channels();
  const asked = bot.slack
    .messages(channel?.id ?? "")
    .findLast(
      ({ ephemeralFor, text }) => ephemeralFor === undefined && /production/u.test(text) && /approv/iu.test(text),
    );
  await bot.slack.react("U0ROSA", channel?.id ?? "", asked?.ts ?? "", "white_check_mark");
  await bot.rest();
  expect(await live("production")).toBe(tag("v10.8.5"));
});

test("what conflicts names its authors, on the pull request and in the channel", async () => {
  await commit("main", "src/api.py", "api, of main\n");
  await commit("release", "src/api.py", "api, of release\n", "rosa");
  const [pull] = openPulls();
  expect(pull?.body).toContain("It conflicts with main");
  expect(pull?.body).toContain("@rosa");
  expect(said().join("\n")).toContain("release cannot be brought back into main of acme/shop");
  const before = [tag("v10.8.6.RC1"), head("main"), head("release")];
  await command("U0ALICE", "/rc cut");
  expect(said().join("\n")).toContain("release has changes by");
  expect([tag("v10.8.6.RC1"), head("main"), head("release")]).toEqual(before);
});

test("a protected main is written by a pull request, and a tag that a ruleset restricts is said", async () => {
  const base = head("release") ?? "";
  await bot.github.commit(shop, "alice", {
    branch: "together",
    message: "Start",
    changes: [{ path: "x", content: "x" }],
  });
  // Main takes what release has, as a person would resolve it.
  await commit("main", "src/api.py", "api, of release\n");
  await commit("main", versionFile, "__version__ = '10.8.5'\n");
  expect(base).not.toBe("");
  bot.github.protect(shop, "main", ["signalbox/ready"]);
  await command("U0ALICE", "/rc cut");
  const [pull] = openPulls().filter(({ title }) => title === "Version 10.8.6.RC1");
  expect(said().join("\n")).toContain(`goes on when pull request #${pull?.number} is merged`);
  bot.github.restrictTags(shop, "v");
  await bot.github.mergePullRequest(shop, "alice", pull?.number ?? 0, { method: "squash" });
  await bot.rest();
  expect(said().join("\n")).toContain("creations being restricted");
  expect(tag("v10.8.6.RC1")).toBeUndefined();
  bot.github.restrictTags(shop, undefined);
  await command("U0ALICE", "/rc cut");
  expect(tag("v10.8.6.RC1")).toBe(head("main"));
  expect(await version("release")).toBe("__version__ = '10.8.6.RC1'");
});
