/** What is forged, stale, repeated, malformed or hostile, met by the whole bot over HTTP. */
import { createHmac } from "node:crypto";
import { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleRepository } from "../../sandbox/sample/scene.ts";
import { alice, isLive, olaf, openPlay, type Play } from "./play.ts";

let play: Play;
beforeAll(async () => {
  play = await openPlay();
});
afterAll(async () => {
  await play?.close();
});

async function post(path: string, body: string, headers: Record<string, string>): Promise<number> {
  const response = await fetch(`${play.botUrl}${path}`, { method: "POST", body, headers });
  await response.text();
  return response.status;
}

const hmac = (secret: string, text: string) => createHmac("sha256", secret).update(text).digest("hex");

function slackHeaders(body: string, at: number, secret = play.slack.signingSecret): Record<string, string> {
  return {
    "content-type": "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": String(at),
    "x-slack-signature": `v0=${hmac(secret, `v0:${at}:${body}`)}`,
  };
}

function command(text: string, trigger: string, user: string = alice): string {
  return new URLSearchParams({
    command: "/deploy",
    text,
    team_id: play.slack.team,
    user_id: user,
    user_name: "somebody",
    channel_id: play.channel,
    channel_name: "shop-deploys",
    response_url: `${play.slack.apiUrl}nowhere`,
    trigger_id: trigger,
    api_app_id: "A1",
    is_enterprise_install: "false",
  }).toString();
}

async function stored(): Promise<number> {
  const pool = new Pool({ connectionString: play.databaseUrl });
  // The server may still say goodbye to what is just being closed.
  pool.on("error", () => undefined);
  try {
    return Number((await pool.query("select count(*) as count from inbox")).rows[0].count);
  } finally {
    await pool.end();
  }
}

const seconds = () => Math.floor(Date.now() / 1000);

test("forged, stale and future signatures are refused with 401 and store nothing", async () => {
  const before = await stored();
  const body = command("status", "forged");
  const now = seconds();
  expect(await post("/slack/events", body, slackHeaders(body, now, "not the secret"))).toBe(401);
  expect(await post("/slack/events", body, slackHeaders(body, now - 400))).toBe(401);
  expect(await post("/slack/events", body, slackHeaders(body, now + 3_000))).toBe(401);
  const github = {
    "x-github-event": "ping",
    "x-github-delivery": "forged",
    "x-hub-signature-256": `sha256=${hmac("not the secret", "{}")}`,
    "content-type": "application/json",
  };
  expect(await post("/api/github/webhooks", "{}", github)).toBe(401);
  expect(await stored()).toBe(before);
});

test("a body that is no JSON or of the wrong shape is refused with 4xx and stores nothing", async () => {
  const before = await stored();
  for (const [body, event] of [
    ["this is not JSON", "push"],
    ['{"action":"opened"}', "pull_request"],
    ["[]", "push"],
  ] as const) {
    const status = await post("/api/github/webhooks", body, {
      "x-github-event": event,
      "x-github-delivery": `malformed-${event}`,
      "x-hub-signature-256": `sha256=${hmac(play.github.webhookSecret, body)}`,
      "content-type": "application/json",
    });
    expect(status, body).toBeGreaterThanOrEqual(400);
    expect(status, body).toBeLessThan(500);
  }
  expect(await stored()).toBe(before);
});

test("the same command delivered twice is handled once", async () => {
  const before = play.messages().length;
  const body = command("lock staging twice told, once done", "the-same-trigger");
  const now = seconds();
  expect(await post("/slack/events", body, slackHeaders(body, now))).toBe(200);
  expect(await post("/slack/events", body, slackHeaders(body, now + 1))).toBe(200);
  await play.until("the lock to be told", () => play.messages()[before]);
  await play.ask(alice, "/deploy unlock staging");
  const told = play.messages().filter(({ text }) => text.includes("twice told, once done"));
  expect(told).toHaveLength(1);
});

test.each([
  ["/deploy stagin", /staging/],
  ["/deploy staging of shopp", /shop/],
  ["/deploy statsu", /status/],
  ["/deploy production no-such-branch", /no-such-branch/],
])("%s is answered with the nearest valid word", async (text, nearest) => {
  expect(await play.ask(alice, text)).toMatch(nearest);
});

test("whoever cannot push may not ask, and is told so", async () => {
  expect(await play.ask(olaf, "/deploy staging")).toMatch(/olaf/);
});

test("names and titles with shell syntax, mentions, markdown and control characters do no harm", async () => {
  const branch = ["x$(touch$", "{IFS}pwned)`id`;'\"&"].join("");
  const title = 'Evil <!channel> @everyone **bold** <script>alert(1)</script> $(touch pwned) \u202e\u0007 "`';
  await play.github.commit(sampleRepository, "alice", {
    branch,
    message: title,
    changes: [{ path: "catalogue/evil.json", content: '{"name":"Evil","detail":"<b>","order":14}\n' }],
  });
  const number = await play.github.openPullRequest(sampleRepository, "alice", {
    title,
    body: "close #2",
    head: branch,
  });
  await play.until("it to be ready", () => play.pull(number).mergeable || undefined);
  const sha = await play.github.mergePullRequest(sampleRepository, "alice", number);
  await play.until("staging to have it", () => isLive(play, "staging", sha));
  await play.ask(alice, "/deploy production");
  await play.until("the request", () => play.messages().find(({ text }) => /production/.test(text)));
  const said = JSON.stringify(play.slack.messages(play.channel));
  expect(said).not.toContain("<!channel>");
  expect(said).not.toContain("\u202e");
  const files = await play.filesNamed("pwned");
  expect(files).toEqual([]);
});

test("a pipeline file with mistakes: all are told with their lines, and the last good one stays in force", async () => {
  const before = play.messages().length;
  await play.github.commit(sampleRepository, "rosa", {
    branch: "main",
    message: "Break the pipeline file",
    changes: [
      {
        path: ".github/signalbox.yml",
        content:
          "service: shop\nenvironments:\n  staging:\n    brnch: main\n    deploy: make deploy\n    timeout: soon\n",
      },
    ],
  });
  const told = await play.until("the mistakes in the channel", () =>
    play
      .messages()
      .slice(before)
      .find(({ text }) => /signalbox\.yml/.test(text)),
  );
  const all = `${told.text}${JSON.stringify(told.blocks)}`;
  expect(all).toMatch(/brnch/);
  expect(all).toMatch(/branch/);
  expect(all).toMatch(/timeout/);
  expect(await play.ask(alice, "/deploy status")).toMatch(/production/);
});
