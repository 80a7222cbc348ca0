/** Commands as comments, runs that GitHub holds, and what others deploy, with the whole bot between GitHub and Slack. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleRepository } from "../../sandbox/sample/scene.ts";
import { alice, openPlay, type Play, rosa } from "./play.ts";

let play: Play;
let pull: number;
let first: string;
beforeAll(async () => {
  play = await openPlay();
  first = await play.ship("one", "catalogue/one.json", '{"name":"One","detail":"£1","order":20}\n', 1);
  await play.github.commit(sampleRepository, "alice", {
    branch: "two",
    message: "Two",
    changes: [{ path: "catalogue/two.json", content: '{"name":"Two","detail":"£2","order":21}\n' }],
  });
  const wish = { title: "Two", body: "close #2", head: "two" };
  pull = await play.github.openPullRequest(sampleRepository, "alice", wish);
});
afterAll(async () => {
  await play?.close();
});

const head = () => play.pull(pull).head.sha;
const answers = () => play.pull(pull).comments.filter(({ author }) => author === "signalbox[bot]");
const answerTo = (comment: number) => answers().find(({ body }) => body.includes(`signalbox:reply ${comment} `));
const plain = (body: string) => body.replaceAll("\u200b", "").replace(/\\([^\w\s])/g, "$1");

test("a comment deploys the head of its pull request, and its one answer says how it ended", async () => {
  const comment = await play.github.comment(sampleRepository, "alice", pull, "Let us look at it.\n\n/deploy staging");
  await play.until("staging to serve it", async () => (await play.serving("staging")) === head() || undefined);
  const answer = await play.until("the answer with the end", () => {
    const found = answerTo(comment);
    return found !== undefined && /succeeded/.test(found.body) ? found : undefined;
  });
  const said = plain(answer.body)
    .replaceAll(head(), "<head>")
    .replaceAll(head().slice(0, 7), "<short>")
    .replaceAll(play.github.url, "<github>")
    .replaceAll(String(comment), "<comment>")
    .replaceAll(String(pull), "<pull>");
  expect(said).toMatchInlineSnapshot(`
    "<!-- signalbox:reply <comment> -->
    [\`alice\` asked](<github>/acme/shop/issues/<pull>#issuecomment-<comment>): \`/deploy staging\`

    Deployment 2: <short> of shop to staging may go now.

    Deployment 2 succeeded. It is live.

    [<short>](<github>/acme/shop/commit/<head>) · [Deployments to \`staging\`](<github>/acme/shop/deployments/staging)"
  `);
});

test("what is edited into a comment later, shown as code, or written by somebody who may not, deploys nothing", async () => {
  const later = await play.github.comment(sampleRepository, "alice", pull, "nothing yet");
  await play.github.editComment(sampleRepository, "alice", later, "/rollback staging");
  const shown = await play.github.comment(sampleRepository, "alice", pull, "`/rollback staging`");
  const guest = await play.github.comment(sampleRepository, "olaf", pull, "/rollback staging");
  const answer = await play.until("the refusal", () => answerTo(guest));
  expect(plain(answer.body)).toMatch(/olaf may not roll back/);
  expect([answerTo(later), answerTo(shown)]).toEqual([undefined, undefined]);
  expect(await play.serving("staging")).toBe(head());
});

test("a run that GitHub holds waits for the approval in Slack and is then let in; its end is known", async () => {
  const before = play.messages().length;
  const wish = { environment: "production", revision: first };
  const run = await play.github.runWorkflow(sampleRepository, "alice", wish);
  const held = () => play.github.runs(sampleRepository).find(({ id }) => id === run);
  const waiting = await play.until("the reasons", () => held()?.reports[0]);
  expect(waiting.state).toBeNull();
  expect(plain(waiting.comment)).toMatch(/Waits: approvals\. Needs/);
  const request = await play.until("the request", () => play.messages()[before]);
  await play.slack.react(rosa, play.channel, request.ts, "white_check_mark");
  await play.until("the run to go on", () => held()?.status === "in_progress" || undefined);
  expect(
    held()
      ?.reports.filter(({ state }) => state !== null)
      .map(({ state }) => state),
  ).toEqual(["approved"]);
  play.github.endRun(sampleRepository, run, "success");
  await play.until("production to be known", async () => {
    const status = await play.ask(alice, "/deploy status");
    return status.split("production")[1]?.includes(first.slice(0, 7)) || undefined;
  });
});

test("a run for an environment that nobody described is turned away, with the reason", async () => {
  const run = await play.github.runWorkflow(sampleRepository, "alice", { environment: "preview", revision: "main" });
  const held = () => play.github.runs(sampleRepository).find(({ id }) => id === run);
  await play.until("the answer", () => held()?.conclusion === "failure" || undefined);
  expect(plain(held()?.reports[0]?.comment ?? "")).toMatch(/names no environment “preview”/);
});

test("what somebody deploys without the bot is known, and said once", async () => {
  await play.github.deployAs(sampleRepository, "rosa", { environment: "staging", revision: "main" });
  const said = await play.until("the note", () => play.messages().find(({ text }) => /without Signalbox/.test(text)));
  expect(said.text).toMatch(/went live in staging without Signalbox: rosa deployed it/);
});
