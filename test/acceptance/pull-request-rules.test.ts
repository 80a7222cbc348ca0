/**
 * The pull-request rules by the whole bot, as people see them on GitHub: one comment whatever happens, forks, merge
 * queues, the button, marks on the pipeline file's lines, and pull requests from before the App could see them.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { catalogueChange } from "../../sandbox/sample/catalogue.ts";
import { sampleRepository } from "../../sandbox/sample/scene.ts";
import { openPlay, type Play } from "./play.ts";

let play: Play;
beforeAll(async () => {
  play = await openPlay();
});
afterAll(async () => {
  await play?.close();
});

const check = (number: number) => {
  const { checkRuns, head } = play.pull(number);
  return checkRuns.findLast(({ name, headSha }) => name === "signalbox/ready" && headSha === head.sha);
};
const comments = (number: number) => play.pull(number).comments.filter(({ author }) => author.endsWith("[bot]"));
const turns = async (number: number, conclusion: string) =>
  await play.until(`${conclusion} on ${number}`, () => {
    const now = check(number);
    return now?.conclusion === conclusion ? now : undefined;
  });

let branches = 0;
/** A branch with a change in a file of its own. */
async function branch(): Promise<string> {
  branches += 1;
  const name = `change-${branches}`;
  const changes = catalogueChange(`Change ${branches}`, "More to buy");
  await play.github.commit(sampleRepository, "alice", { branch: name, message: "Change", changes });
  return name;
}

async function open(title: string, body: string): Promise<number> {
  return await play.github.openPullRequest(sampleRepository, "alice", { title, body, head: await branch() });
}

const edit = (number: number, changes: { title?: string; body?: string }) =>
  play.github.editPullRequest(sampleRepository, "alice", number, changes);

describe("one comment, edited in place", () => {
  test("when GitHub's answer to it is lost", async () => {
    play.github.fail({ method: "POST", path: /\/issues\/\d+\/comments/ }, [{ status: 0, afterDoing: true }]);
    const number = await open("Add a thing", "");
    await play.until("the comment", () => comments(number)[0]);
    await edit(number, { body: "close #1" });
    await play.until("all set", () => /All set/.test(comments(number)[0]?.body ?? "") || undefined);
    expect(comments(number)).toHaveLength(1);
  });

  test("when many events come at once, some of them twice", async () => {
    play.github.pauseDeliveries();
    const number = await open("WIP: a third", "");
    for (const title of ["A third", "WIP: a third", "A third", "[WIP] a third"]) await edit(number, { title });
    for (const { guid, event } of play.github.deliveries()) if (event === "pull_request") play.github.redeliver(guid);
    play.github.resumeDeliveries();
    await play.until("the comment", () => /WIP/.test(comments(number)[0]?.body ?? "") || undefined);
    await play.github.settled();
    await edit(number, { title: "A third", body: "close #1" });
    await turns(number, "success");
    await play.until("all set", () => /All set/.test(comments(number)[0]?.body ?? "") || undefined);
    expect(comments(number)).toHaveLength(1);
  });
});

test("a fork's pull request has its check here, and a new head a fresh one", async () => {
  const number = await play.github.openPullRequestFromFork(sampleRepository, "olaf", {
    title: "WIP: from outside",
    body: "close #1",
    branch: "outside",
    changes: catalogueChange("Outside", "From somebody else"),
  });
  await play.until("in progress", () => check(number)?.status === "in_progress" || undefined);
  await play.github.editPullRequest(sampleRepository, "olaf", number, { title: "From outside" });
  await turns(number, "success");
  const before = play.pull(number).head.sha;
  const changes = catalogueChange("Outside too", "Once more");
  await play.github.pushToFork(sampleRepository, "olaf", number, { message: "More", changes });
  await turns(number, "success");
  expect(play.pull(number).head.sha).not.toBe(before);
});

/** What the bot's check says on a commit that is no pull request's head. */
async function conclusionOf(sha: string): Promise<unknown> {
  const answer = await fetch(`${play.github.apiUrl}/repos/${sampleRepository}/commits/${sha}/check-runs`, {
    headers: { authorization: `Bearer ${play.github.tokenOf("alice")}` },
  });
  const { check_runs: runs } = z
    .object({ check_runs: z.array(z.object({ conclusion: z.unknown() })) })
    .parse(await answer.json());
  return runs.at(-1)?.conclusion;
}

test("a merge queue is answered: what is ready passes, what is not is sent back", { timeout: 60_000 }, async () => {
  const number = await open("For the queue", "close #2");
  await turns(number, "success");
  await play.github.enqueue(sampleRepository, "alice", number);
  await play.until("the queue to merge it", async () => {
    return (await play.github.advanceQueue(sampleRepository)) === "merged" || undefined;
  });
  expect(play.pull(number).merged).toBe(true);

  const other = await open("Also for the queue", "close #3");
  await turns(other, "success");
  const { headSha } = await play.github.enqueue(sampleRepository, "alice", other);
  await edit(other, { title: "WIP: also for the queue" });
  await play.until("the group's check to turn", async () => (await conclusionOf(headSha)) === "failure" || undefined);
  expect(await play.github.advanceQueue(sampleRepository)).toBe("sent-back");
  expect(play.pull(other).merged).toBe(false);
});

test("the button looks up what nobody told of", async () => {
  const issue = await play.github.createIssue(sampleRepository, "olaf", "Sell cups");
  const gone = await play.github.createIssue(sampleRepository, "olaf", "Sell jars");
  await play.github.setIssueState(sampleRepository, "olaf", gone, "closed");
  const number = await open("Sell cups", `close #${issue}, close #${gone}`);
  const failing = await turns(number, "failure");
  await play.until("the comment", () => comments(number)[0]);
  await play.github.settled();
  // What was told and is not handled yet would find what is done next.
  await play.until("all that was told to be handled", async () => {
    const metrics = await fetch(`${play.botUrl}/metrics`);
    return /^signalbox_inbox_waiting 0$/mu.test(await metrics.text());
  });
  // GitHub's news of this is never told.
  play.github.deliverTo(undefined);
  await play.github.setIssueState(sampleRepository, "olaf", gone, "open");
  await play.github.settled();
  play.github.deliverTo(`${play.botUrl}/api/github/webhooks`);
  play.github.requestCheckAction(sampleRepository, "alice", failing.id, "look-again");
  const fresh = await play.until("a fresh check", () => {
    const found = check(number);
    return found !== undefined && found.id > failing.id && found.conclusion === "success" ? found : undefined;
  });
  play.github.rerequestCheckRun(sampleRepository, "alice", fresh.id);
  await play.until("a fresh check", () => (check(number)?.id ?? 0) > fresh.id || undefined);
});

test("a mistake in the pipeline file is marked on its line, and mended it is green", async () => {
  const path = ".github/signalbox.yml";
  const name = await branch();
  const commit = (content: string) =>
    play.github.commit(sampleRepository, "alice", { branch: name, message: "Edit", changes: [{ path, content }] });
  await commit("channel: '#shop-deploys'\nenvironments:\n  staging:\n    brnch: main\n    deploy: make deploy\n");
  const issue = await play.github.createIssue(sampleRepository, "olaf", "Change the pipeline");
  const number = await play.github.openPullRequest(sampleRepository, "alice", {
    title: "Change the pipeline",
    body: `close #${issue}`,
    head: name,
  });
  const failing = await turns(number, "failure");
  expect(failing.title).toBe("The pipeline file has 1 mistake");
  expect(failing.summary.replace(`#${issue}`, "#<issue>")).toMatchInlineSnapshot(`
    "Before this can be merged:

    - The pipeline file has 1 mistake, marked on its lines under **Files changed**. Until it is mended, the last good one would stay in force.

    In the pipeline file:

    - \`acme/shop:.github/signalbox.yml\`, line 4, column 5, \`environments.staging.brnch\`: found \`brnch\`, expected \`one of branch, auto, url, timeout, env, secrets, deploy, verify, production, after, checks, approvals, who, queue, soak, window, hotfix, on_failure, migrations, announce, rollback, snapshot, release, schedule, back_merge\`. Did you mean \`branch\`?

    Only suggestions:

    - Nobody is assigned. Assign whoever sees this through.
    - Nobody is asked to review this. Ask a person or a team.

    Merging it closes \`#<issue>\`."
  `);
  await commit("channel: '#shop-deploys'\nenvironments:\n  staging:\n    branch: main\n    deploy: make deploy\n");
  await turns(number, "success");
});

test("a pull request that was opened while the App was not there is picked up", async () => {
  play.github.changeInstallation("acme", "rosa", "suspend");
  const number = await open("Behind the back", "");
  await play.github.settled();
  expect(check(number)).toBeUndefined();
  play.github.changeInstallation("acme", "rosa", "unsuspend");
  await turns(number, "failure");
});

test("where the branch does not require the check, that is said, and a merge that was not ready is told of once", async () => {
  play.github.protect(sampleRepository, "trunk", []);
  await play.github.createRef(sampleRepository, "rosa", "refs/heads/trunk", "main");
  const warnings = () => play.messages().filter(({ text }) => /does not require the check/.test(text));
  for (const title of ["Not ready", "Not ready either"]) {
    const number = await play.github.openPullRequest(sampleRepository, "alice", {
      ...{ title, body: "", head: await branch(), base: "trunk" },
    });
    expect((await turns(number, "failure")).summary).toMatch(/Nothing keeps this from being merged/);
    await play.github.mergePullRequest(sampleRepository, "alice", number);
    const [warning] = await play.until("the warning", () => (warnings().length > 0 ? warnings() : undefined));
    expect(warning?.text).toContain("because trunk does not require the check signalbox/ready.");
    await play.github.settled();
  }
  expect(warnings()).toHaveLength(1);
});
