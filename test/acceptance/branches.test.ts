/** Environments that each follow a branch: the check on the pull request says what its merge meets, and is right. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleRepository } from "../../sandbox/sample/scene.ts";
import { alice, isLive, openPlay, type Play, rosa } from "./play.ts";

let play: Play;
beforeAll(async () => {
  play = await openPlay();
});
afterAll(async () => {
  await play?.close();
});

const pipeline = (siteDir: string) =>
  `
service: shop
channel: "#shop-deploys"
pull_requests: {closes: off, assignee: off, reviewer: off}
people: {alice: U0ALICE, rosa: U0ROSA, olaf: U0OLAF}
groups: {release-managers: [rosa]}
environments:
  development:
    branch: development
    env: {SITE_DIR: ${JSON.stringify(siteDir)}, PACE: "0"}
    deploy: {deploy: make deploy}
  staging:
    branch: staging
    env: {SITE_DIR: ${JSON.stringify(siteDir)}, PACE: "0"}
    deploy: {deploy: make deploy}
  production:
    branch: production
    approvals: {count: 1, from: [release-managers], requester: false, expires: 8h}
    env: {SITE_DIR: ${JSON.stringify(siteDir)}, PACE: "0"}
    deploy: {deploy: make deploy}
`.replaceAll(/deploy: \{deploy: (.*)\}/g, "deploy:\n      - deploy: $1");

const checkOn = (number: number, environment: string) =>
  play.pull(number).checkRuns.findLast((check) => check.name === `signalbox/${environment}`);

async function checkIs(number: number, environment: string, title: string) {
  return await play.until(`${environment} on #${number} to say ${title}`, () => {
    const check = checkOn(number, environment);
    return check?.title === title ? check : undefined;
  });
}

async function live(environment: string, sha: string): Promise<void> {
  await play.until(`${sha.slice(0, 7)} live in ${environment}`, () => isLive(play, environment, sha));
}

async function change(path: string): Promise<void> {
  const changes = [{ path: `catalogue/${path}.json`, content: `{"name":"${path}","detail":"new","order":12}\n` }];
  await play.github.commit(sampleRepository, "alice", { branch: "development", message: `Add ${path}`, changes });
}

/** Opens a pull request from one branch into another. */
async function promote(head: string, base: string): Promise<number> {
  return await play.github.openPullRequest(sampleRepository, "alice", { title: `To ${base}`, body: "", head, base });
}

const branchHead = (branch: string) =>
  play.github.view(sampleRepository).branches.find(({ name }) => name === branch)?.sha ?? "";

const requests = () => play.messages().filter(({ text }) => text.startsWith("shop to production, deployment"));

test("three branches are made, and what they hold goes live", async () => {
  const first = await play.github.commit(sampleRepository, "alice", {
    branch: "main",
    message: "Let every environment follow a branch",
    changes: [{ path: ".github/signalbox.yml", content: pipeline(play.siteDir) }],
  });
  // The sample's own file came into force before it.
  const inForce = () => play.log.filter((line) => /is in force/.test(line)).length;
  await play.until("the pipeline file in force", () => inForce() >= 2 || undefined);
  for (const branch of ["development", "staging"]) {
    await play.github.createRef(sampleRepository, "alice", `refs/heads/${branch}`, "main");
    await live(branch, first);
  }
  await play.github.createRef(sampleRepository, "alice", "refs/heads/production", "main");
  const request = await play.until("the request", () => requests().find(({ text }) => /Waiting/.test(text)));
  await play.slack.react(rosa, play.channel, request.ts, "white_check_mark");
  await live("production", first);
});

let staged: string;
test("into staging: what is live in development may go, a lock holds it up, and the check turns with both", async () => {
  await change("kettle");
  await live("development", branchHead("development"));
  const number = await promote("development", "staging");
  const check = await checkIs(number, "staging", "Merging deploys it");
  expect([check.status, check.conclusion]).toEqual(["completed", "success"]);
  await play.ask(rosa, "/deploy lock staging @everyone is *counting* the stock");
  const waiting = await checkIs(number, "staging", "Waiting: lock");
  expect([waiting.status, waiting.conclusion]).toEqual(["in_progress", null]);
  expect(waiting.summary).toContain("\\*counting\\*");
  expect(waiting.summary).not.toContain("@everyone");
  await play.ask(rosa, "/deploy unlock staging");
  await checkIs(number, "staging", "Merging deploys it");
  staged = await play.github.mergePullRequest(sampleRepository, "alice", number);
  await live("staging", staged);
});

test("into production: an approving review turns the check, and the merge deploys without another word", async () => {
  const asked = requests().length;
  const number = await promote("staging", "production");
  const waiting = await checkIs(number, "production", "Waiting: approvals");
  expect(waiting.status).toBe("in_progress");
  expect(waiting.summary.replaceAll(/deployment \d+/g, "deployment n")).toMatchInlineSnapshot(`
    "Merged now\\, this would wait before production\\.

    - **Passes** · access: Merging this asks for it\\.
    - **Passes** · ready: The pull request is ready to be merged\\.
    - **Passes** · lock: Nobody holds a lock\\.
    - **Passes** · freeze: No freeze stands\\.
    - **Passes** · window: This environment is deployed to at any time\\.
    - **Passes** · order: The same content was live in staging \\(deployment n\\)\\.
    - **Passes** · checks: This environment requires no checks\\.
    - **Passes** · soak: Nothing has to prove itself for some time first\\.
    - **Passes** · quarantine: This is not in quarantine\\.
    - **Passes** · hold: No rollback holds this environment\\.
    - **Waits** · approvals: Needs 1 approval\\; nobody has approved yet\\. rosa can approve\\.
    - **Passes** · queue: Its place in the queue comes with the merge\\."
  `);
  await play.github.review(sampleRepository, "rosa", number, "APPROVED");
  const approved = await checkIs(number, "production", "Merging deploys it");
  expect(approved.conclusion).toBe("success");
  expect(approved.summary).toContain("Approved by rosa");
  await live("production", await play.github.mergePullRequest(sampleRepository, "alice", number));
  expect(requests()).toHaveLength(asked + 1);
  await play.until("its message to say so", () => /Succeeded/.test(requests().at(-1)?.text ?? "") || undefined);
});

test("merged early, what is missing is asked for in Slack, and the deployment waits for it", async () => {
  await change("teapot");
  await live("development", branchHead("development"));
  const into = await promote("development", "staging");
  await checkIs(into, "staging", "Merging deploys it");
  await live("staging", await play.github.mergePullRequest(sampleRepository, "alice", into));
  const number = await promote("staging", "production");
  await checkIs(number, "production", "Waiting: approvals");
  const merged = await play.github.mergePullRequest(sampleRepository, "alice", number);
  const ended = await checkIs(number, "production", "Merged before every gate passed");
  expect(ended.conclusion).toBe("neutral");
  const request = await play.until("the request", () =>
    requests().find(({ text }) => /Waiting: approvals/.test(text) && text.includes(merged.slice(0, 7))),
  );
  expect(isLive(play, "production", merged)).toBeUndefined();
  await play.slack.react(rosa, play.channel, request.ts, "ship");
  await live("production", merged);
});

test("a new commit after the review takes its approval away, and the check says so", async () => {
  await change("saucer");
  await live("development", branchHead("development"));
  const into = await promote("development", "staging");
  await checkIs(into, "staging", "Merging deploys it");
  await live("staging", await play.github.mergePullRequest(sampleRepository, "alice", into));
  const number = await promote("staging", "production");
  await play.github.review(sampleRepository, "rosa", number, "APPROVED");
  await checkIs(number, "production", "Merging deploys it");
  await change("spoon");
  await live("development", branchHead("development"));
  const again = await promote("development", "staging");
  await checkIs(again, "staging", "Merging deploys it");
  await live("staging", await play.github.mergePullRequest(sampleRepository, "alice", again));
  const check = await checkIs(number, "production", "Waiting: approvals");
  expect(check.summary).toContain("rosa approved\\, but new commits have come since\\.");
});

test("a merge while not ready waits for a person, who starts it with the button", async () => {
  await play.github.commit(sampleRepository, "alice", {
    branch: "fork-and-knife",
    message: "Add cutlery",
    changes: [{ path: "catalogue/cutlery.json", content: '{"name":"Cutlery","detail":"new","order":13}\n' }],
  });
  // Made from the default branch; what development holds comes in with the merge.
  const number = await play.github.openPullRequest(sampleRepository, "alice", {
    title: "WIP: cutlery",
    body: "",
    head: "fork-and-knife",
    base: "development",
  });
  await play.until("the check", () => play.pull(number).checkRuns.find(({ name }) => name === "signalbox/ready"));
  const merged = await play.github.mergePullRequest(sampleRepository, "alice", number);
  const offer = await play.until("the message", () =>
    play.messages().find(({ text }) => text.includes(merged.slice(0, 7)) && /Waiting: ready/.test(text)),
  );
  await play.slack.click(alice, play.channel, offer.ts, "start");
  await live("development", merged);
});

test("a forced branch is told in the channel, and nothing is deployed", async () => {
  const before = branchHead("development");
  const runs = (await play.world()).runs.length;
  await play.github.createRef(sampleRepository, "alice", "refs/heads/development", "production");
  const to = branchHead("development");
  const told = await play.until("the news", () =>
    play.messages().find(({ text }) => text.includes("forced the branch")),
  );
  expect(told.text.replace(to.slice(0, 7), "<sha>")).toMatchInlineSnapshot(
    `"alice forced the branch development of shop to <sha>. What is live in development stays as it is, and this is not deployed by itself. Ask for it with /deploy development."`,
  );
  expect(isLive(play, "development", to)).toBeUndefined();
  expect(isLive(play, "development", before)).toBe(true);
  expect((await play.world()).runs).toHaveLength(runs);
});
