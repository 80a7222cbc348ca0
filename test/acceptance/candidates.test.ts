/**
 * A release branch where not all goes well: pull requests closed, conflicts, protected branches, over signed HTTP and real
 * git. How it goes well is the story of `examples/release-branch`.
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
  staging: {deploy: "true"}
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

async function commit(branch: string, path: string, content: string, by = "alice"): Promise<string> {
  const made = await bot.github.commit(shop, by, { branch, message: `Change ${path}`, changes: [{ path, content }] });
  await bot.rest();
  return made;
}

test("closed, the pull request is opened again while there is something to bring back", async () => {
  await commit("release", "src/api.py", "api, mended\n", "rosa");
  const [pull] = openPulls();
  expect(pull).toMatchObject({
    title: "Bring release back into main",
    head: { ref: "release" },
    base: { ref: "main" },
  });
  await bot.github.closePullRequest(shop, "rosa", pull?.number ?? 0);
  await bot.rest();
  expect(openPulls().map(({ number }) => number)).toEqual([pull?.number]);
  await bot.github.mergePullRequest(shop, "rosa", pull?.number ?? 0);
  await bot.rest();
  expect((await bot.github.files(shop, "main"))["src/api.py"]).toBe("api, mended\n");
  expect(openPulls()).toEqual([]);
});

test("what conflicts names its authors, on the pull request and in the channel", async () => {
  await commit("main", "src/api.py", "api, of main\n");
  await commit("release", "src/api.py", "api, of release\n", "rosa");
  const [pull] = openPulls();
  expect(pull?.body).toContain("It conflicts with main");
  expect(pull?.body).toContain("@rosa");
  expect(said().join("\n")).toContain("release cannot be brought back into main of acme/shop");
  const before = [tag("v10.8.5.RC1"), head("main"), head("release")];
  await command("U0ALICE", "/rc cut");
  expect(said().join("\n")).toContain("release has changes by");
  expect([tag("v10.8.5.RC1"), head("main"), head("release")]).toEqual(before);
});

test("a protected main is written by a pull request, and a tag that a ruleset restricts is said", async () => {
  // Main takes what release has, as a person would resolve it.
  await commit("main", "src/api.py", "api, of release\n");
  bot.github.protect(shop, "main", ["signalbox/ready"]);
  await command("U0ALICE", "/rc cut");
  const [pull] = openPulls().filter(({ title }) => title === "Version 10.8.5.RC1");
  expect(said().join("\n")).toContain(`goes on when pull request #${pull?.number} is merged`);
  bot.github.restrictTags(shop, "v");
  await bot.github.mergePullRequest(shop, "alice", pull?.number ?? 0, { method: "squash" });
  await bot.rest();
  expect(said().join("\n")).toContain("creations being restricted");
  expect(tag("v10.8.5.RC1")).toBeUndefined();
  bot.github.restrictTags(shop, undefined);
  await command("U0ALICE", "/rc cut");
  expect(tag("v10.8.5.RC1")).toBe(head("main"));
  expect(await version("release")).toBe("__version__ = '10.8.5.RC1'");
});
