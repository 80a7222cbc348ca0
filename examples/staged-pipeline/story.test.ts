/** The practice “Staged pipeline with pull-request hygiene”, line by line, over signed HTTP and real git. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStory, type Story } from "../../test/acceptance/story.ts";
import { journal, scene } from "./scene.ts";

const [alice, rosa, olaf] = ["U0ALICE", "U0ROSA", "U0OLAF"];

let story: Story;
beforeAll(async () => {
  story = await openStory({ scene });
});
afterAll(async () => {
  await story?.close();
});

const entry = (path: string, text: string) => [{ path: `entries/${path}.md`, content: text }];
const ready = (number: number) => story.pull(number).checkRuns.findLast(({ name }) => name === "signalbox/ready");
/** The newest message about a deployment to staging, whole. */
const newest = () => story.messages().findLast(({ text }) => text.includes("staging"));

async function propose(branch: string, text: string, issue: number): Promise<number> {
  const number = await story.propose({
    branch,
    changes: entry(branch, text),
    title: `Tell of ${branch}`,
    body: `close #${issue}`,
  });
  await story.github.assign(journal, "alice", number, ["rosa"]);
  return number;
}

describe("Not to go to staging", () => {
  let number: number;

  test("push to your own branch only", async () => {
    await story.github.commit(journal, "alice", {
      branch: "second-day",
      message: "Tell of the second day",
      changes: entry("second-day", "# The second day\nIt rained.\n"),
    });
    await story.github.settled();
    expect(story.repository().deployments).toEqual([]);
  });

  test("or put WIP: in the title, then nothing deploys", async () => {
    number = await story.github.openPullRequest(journal, "alice", {
      title: "WIP: the second day",
      body: "close #1",
      head: "second-day",
    });
    await story.until("the check to say so", () => ready(number)?.status === "in_progress");
    const comment = await story.until("the comment", () => story.pull(number).comments[0]);
    expect(comment.body).toContain("The title begins with `WIP`");
    await expect(story.github.mergePullRequest(journal, "alice", number)).rejects.toThrow(/signalbox\/ready/);
  });

  test("and adding it later holds the merge again", async () => {
    await story.github.assign(journal, "alice", number, ["rosa"]);
    await story.github.editPullRequest(journal, "alice", number, { title: "Tell of the second day" });
    await story.until("it to be ready", () => story.pull(number).mergeable);
    await story.github.editPullRequest(journal, "alice", number, { title: "WIP: tell of the second day" });
    await story.until("it to be held again", () => !story.pull(number).mergeable && ready(number)?.conclusion === null);
    await story.github.closePullRequest(journal, "alice", number);
    expect(story.repository().deployments).toEqual([]);
  });
});

describe("To go to staging", () => {
  let number: number;
  let merged: string;

  test("a pull request without WIP:, work items in the description, colleagues assigned", async () => {
    number = await story.github.openPullRequest(journal, "alice", {
      title: "Tell of the second day",
      body: "",
      head: "second-day",
    });
    const comment = await story.until("what is missing", () => story.pull(number).comments[0]);
    expect(comment.body).toContain("closes");
    expect(comment.body).toContain("assigned");
    await story.github.editPullRequest(journal, "alice", number, { body: "close #1" });
    await story.github.assign(journal, "alice", number, ["rosa"]);
    await story.until("it to be ready", () => story.pull(number).mergeable);
  });

  test("merging deploys, stage by stage: test, the quality scan, build, release, deploy", async () => {
    merged = await story.merge(number);
    await story.live("staging", merged);
    expect(await story.serving("staging")).toBe(merged);
    const page = await (await fetch(`${story.siteUrl}/staging/`)).text();
    expect(page).toContain("It rained.");
    const message = await story.until("the message to say so", () =>
      JSON.stringify(newest()?.blocks).includes("deploy") ? newest() : undefined,
    );
    const said = JSON.stringify(message.blocks);
    const stages = ["test", "scan", "build", "release", "deploy"].map((stage) => said.indexOf(stage));
    expect(stages.every((at) => at >= 0)).toBe(true);
  });

  test("and closes the issues", async () => {
    const issue = await story.until("issue 1 to be closed", () =>
      story.repository().issues.find((one) => one.number === 1 && one.state === "closed"),
    );
    expect(issue.number).toBe(1);
  });

  test("the output of each stage can be watched", async () => {
    const { ts } = newest() ?? { ts: "" };
    const said = await story.until("the thread to hold the stages", () => {
      const all = story.thread(ts).map((one) => `${one.text} ${JSON.stringify(one.blocks)}`);
      return all.some((one) => one.includes("deploy")) ? all.join("\n") : undefined;
    });
    for (const stage of ["test", "build", "release", "deploy"]) expect(said).toContain(stage);
  });
});

describe("A failed stage ends the pipeline early", () => {
  test("a scan that says no: nothing after it runs, and staging keeps what it had", async () => {
    const before = await story.serving("staging");
    const number = await propose("third-day", "# The third day\nFIXME\n", 2);
    const sha = await story.merge(number);
    const failed = await story.until("GitHub to show the failure", () =>
      story
        .repository()
        .deployments.find((one) => one.sha === sha && one.statuses.some(({ state }) => state === "failure")),
    );
    expect(failed.environment).toBe("staging");
    expect(await story.serving("staging")).toBe(before);
    const answer = await story.ask(alice ?? "", "/deploy status");
    expect(answer).toMatch(/staging/);
  });

  test("some failures can be tried again, stage by stage", async () => {
    const closed = join(story.siteDir, "registry", "closed.txt");
    await writeFile(closed, "its disk is full");
    const number = await propose("fourth-day", "# The fourth day\nThe sun came out.\n", 3);
    // What failed the scan on the branch is mended with it.
    await story.github.commit(journal, "alice", {
      branch: "fourth-day",
      message: "Say who came on the third day",
      changes: entry("third-day", "# The third day\nFive came.\n"),
    });
    const sha = await story.merge(number);
    const message = await story.until("the message of the failure", () =>
      story.messages().findLast((one) => JSON.stringify(one).includes("its disk is full")),
    );
    const id = /deployment (\d+)/iu.exec(message.text)?.[1];
    expect(id).toBeDefined();
    await rm(closed);
    await story.ask(alice ?? "", `/deploy retry ${id} release`);
    await story.live("staging", sha);
    const runs = (await story.world()).runs.filter((run) => run.sha === sha && run.what === "begun");
    expect(runs).toHaveLength(1);
  });
});

describe("Production", () => {
  test("the product owner has tested it on staging, and lets it go", async () => {
    const sha = await story.serving("staging");
    const before = story.messages().length;
    await story.ask(rosa ?? "", "/promote production");
    const request = await story.until("the request", () => story.messages()[before]);
    await story.slack.react(rosa ?? "", story.channel, request.ts, "white_check_mark");
    await story.until("why hers does not count", () => story.thread(request.ts)[0]);
    expect(await story.serving("production")).toBeUndefined();
    await story.slack.react(olaf ?? "", story.channel, request.ts, "white_check_mark");
    await story.live("production", sha ?? "");
    expect(await story.serving("production")).toBe(sha);
  });
});
