import { afterEach, expect, it } from "vitest";
import type { LinkStep } from "../../src/operations/link-steps.ts";
import { type RunningServer, runningServer } from "./running-server.ts";

const state = "s".repeat(43);
const token = "ab".repeat(32);
const form = { "content-type": "application/x-www-form-urlencoded" };
const who = { login: "alice", slackUser: "U0ALICE", name: "Alice <b>Example</b>" };

let server: RunningServer;
afterEach(() => server.stop());

/** A server whose links answer so; remembers what was asked of them. */
async function answering(step: LinkStep) {
  const asked: unknown[] = [];
  server = await runningServer({
    links: {
      async returned(...given) {
        asked.push(given);
        return step;
      },
      async confirm(...given) {
        asked.push(given);
        return step;
      },
    },
  });
  return asked;
}

const textOf = (body: string) =>
  body
    .replace(/<style>[\s\S]*?<\/style>/u, "")
    .replace(/<title>.*?<\/title>/u, "")
    .replace(/<[^>]+>/gu, "\n")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

it("asks whoever comes back from GitHub to confirm who they are in both places", async () => {
  const asked = await answering({ kind: "confirm", token, ...who, before: "alice-old" });
  const answer = await server.get(`/link/callback?code=abc123&state=${state}`);
  expect(asked).toEqual([[state, "abc123"]]);
  expect(answer.status).toBe(200);
  expect(textOf(answer.body)).toEqual([
    "Is this you in both places?",
    "Slack: Alice &lt;b&gt;Example&lt;/b&gt; (member U0ALICE)",
    "GitHub: alice",
    "Whoever uses that Slack account will then ask, approve and lock with the rights of alice.",
    "It replaces the link to alice-old.",
    "If the Slack account is not yours, close this page: somebody sent you their link.",
    "Link them",
  ]);
  expect(answer.body).toContain(
    `<form method="post" action="../link"><input type="hidden" name="token" value="${token}">`,
  );
  expect(answer.headers).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "content-security-policy": expect.stringMatching(
      /^default-src 'none'; .*form-action 'self'; frame-ancestors 'none'$/u,
    ),
  });
});

it("links by the click, and says who is linked to whom", async () => {
  const asked = await answering({ kind: "linked", ...who });
  const answer = await server.send({ path: "/link", headers: form, body: `token=${token}` });
  expect(asked).toEqual([[token]]);
  expect(answer.status).toBe(200);
  expect(textOf(answer.body)).toEqual([
    "Linked",
    "Alice &lt;b&gt;Example&lt;/b&gt; in Slack (member U0ALICE) is now alice on GitHub.",
    "You can close this page. /deploy unlink in Slack takes it back.",
  ]);
  expect(answer.headers["content-security-policy"]).toContain("form-action 'none'");
});

it.each([
  [{ kind: "unknown" }, 410, "This link is not good any more"],
  [{ kind: "declined" }, 200, "Nothing was linked"],
  [{ kind: "refused" }, 400, "GitHub refused"],
  [{ kind: "no-answer", from: "Slack" }, 503, "Slack did not answer"],
] as const)("says what went wrong and what to do: %j", async (step, status, title) => {
  await answering(step);
  const answer = await server.get(`/link/callback?error=access_denied&state=${state}`);
  expect(answer.status).toBe(status);
  const [heading, ...rest] = textOf(answer.body);
  expect(heading).toBe(title);
  expect(rest.join(" ")).toContain("/deploy link");
  expect(answer.body).not.toContain("<form");
});

it.each([
  ["no state", "/link/callback?code=abc", 410],
  ["what is no state", "/link/callback?code=abc&state=%3Cscript%3E", 410],
  ["what is no code", `/link/callback?code=${"x".repeat(300)}&state=${state}`, 400],
])("asks nobody about %s", async (_, path, status) => {
  const asked = await answering({ kind: "linked", ...who });
  const answer = await server.get(path);
  expect([answer.status, asked]).toEqual([status, []]);
  expect(answer.body).not.toContain("script");
});

it.each([
  ["another type", 415, { "content-type": "application/json" }, `{"token":"${token}"}`],
  ["no token", 410, form, "x=1"],
  ["what is no token", 410, form, "token=%27%20or%201"],
  ["too much", 413, form, `token=${"a".repeat(5_000)}`],
])("takes no click with %s", async (_, status, headers, body) => {
  const asked = await answering({ kind: "linked", ...who });
  expect((await server.send({ path: "/link", headers, body })).status).toBe(status);
  expect(asked).toEqual([]);
});

it("has no pages where linking is not set up", async () => {
  server = await runningServer();
  expect((await server.get(`/link/callback?code=abc&state=${state}`)).status).toBe(404);
  expect((await server.send({ path: "/link", headers: form, body: `token=${token}` })).status).toBe(404);
});
