/** One `pull_request` webhook of the size that GitHub's have, as the sandbox's GitHub sends it, signed. */
import { createHmac } from "node:crypto";
import { firstBranch, sampleRepository } from "../../sandbox/sample/scene.ts";
import type { BenchedBot } from "../open-bot.ts";

/** What a `pull_request` webhook of a busy repository weighs. */
const bytes = 24 * 1024;

export type Webhook = { readonly body: string; readonly headers: Readonly<Record<string, string>> };

/** Opens a pull request, lets the bot handle it, and gives back what was sent, its description made longer. */
export async function aPullRequest(bot: BenchedBot): Promise<Webhook> {
  const { github } = bot;
  const number = await github.openPullRequest(sampleRepository, "alice", {
    title: "Add the basket",
    body: "close #1",
    head: firstBranch,
  });
  const latest = async () => {
    await github.settled();
    const sent = github.deliveries().find(({ event }) => event === "pull_request");
    if (sent === undefined) throw new Error("the sandbox's GitHub sent no webhook for the pull request");
    return sent.body;
  };
  const missing = bytes - Buffer.byteLength(await latest());
  const line = "The basket keeps what a customer has chosen until it is paid for or forgotten. ";
  const longer = line.repeat(Math.max(1, Math.floor(missing / line.length)));
  await github.editPullRequest(sampleRepository, "alice", number, { body: `close #1 ${longer}` });
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
