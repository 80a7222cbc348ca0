/**
 * One `pull_request` webhook as GitHub sends them, signed: what the sandbox's GitHub sends for a pull request of its own,
 * with every field besides that GitHub's recorded ones have, and with addresses as long as theirs. They weigh 24 KB, nearly
 * all of it addresses. Our names are shorter, and the description makes up for that.
 */
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { z } from "zod";
import { firstBranch, sampleRepository } from "../../sandbox/sample/scene.ts";
import type { BenchedBot } from "../open-bot.ts";

const bytes = 24 * 1024;

export type Webhook = { readonly body: string; readonly headers: Readonly<Record<string, string>> };

const anObject = z.record(z.string(), z.unknown());
const recordings = z.array(z.object({ name: z.string(), examples: z.array(anObject) }));

/** The largest of those that GitHub sent when a pull request was opened. */
function recorded(): unknown {
  const all = recordings.parse(createRequire(import.meta.url)("@octokit/webhooks-examples"));
  const ofPullRequests = all.find(({ name }) => name === "pull_request")?.examples ?? [];
  const opened = ofPullRequests.filter(({ action }) => action === "opened");
  return opened.toSorted((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)[0];
}

function isAddress(value: unknown): boolean {
  return typeof value === "string" && /^https?:/u.test(value);
}

/** `sent`, with the fields that only `like` has, and its addresses, at every depth; lists stay as they were sent. */
function completed(sent: unknown, like: unknown): unknown {
  const [own, other] = [anObject.safeParse(sent), anObject.safeParse(like)];
  if (!own.success || !other.success) return isAddress(sent) && isAddress(like) ? like : sent;
  const both = { ...other.data, ...own.data };
  return Object.fromEntries(Object.keys(both).map((key) => [key, completed(both[key], other.data[key])]));
}

/** Opens a pull request and lets the bot handle it; what is given back tells of an edit of it. */
export async function aPullRequest(bot: BenchedBot): Promise<Webhook> {
  const { github } = bot;
  const number = await github.openPullRequest(sampleRepository, "alice", {
    title: "Add the basket",
    body: "close #1",
    head: firstBranch,
  });
  // As in the recorded one, somebody is to review it.
  await github.requestReviewers(sampleRepository, "alice", number, ["rosa"]);
  const like = recorded();
  const latest = async () => {
    await github.settled();
    const sent = github.deliveries().find(({ event }) => event === "pull_request");
    if (sent === undefined) throw new Error("the sandbox's GitHub sent no webhook for the pull request");
    return JSON.stringify(completed(JSON.parse(sent.body), like));
  };
  const line = "The basket keeps what a customer has chosen until it is paid for or forgotten. ";
  const describedBy = (lines: number) =>
    github.editPullRequest(sampleRepository, "alice", number, { body: `close #1 ${line.repeat(lines)}` });
  await describedBy(1);
  const missing = bytes - Buffer.byteLength(await latest());
  await describedBy(1 + Math.max(1, Math.floor(missing / line.length)));
  const body = await latest();
  const signature = createHmac("sha256", github.webhookSecret).update(body).digest("hex");
  return {
    body,
    headers: {
      "content-type": "application/json",
      "user-agent": "GitHub-Hookshot/bench",
      "x-github-event": "pull_request",
      "x-hub-signature-256": `sha256=${signature}`,
    },
  };
}
