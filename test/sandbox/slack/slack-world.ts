/** A sandbox's Slack with three people, the real client, and a small bot that keeps what it was sent. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import { WebClient } from "@slack/web-api";
import type { SandboxPerson } from "../../../sandbox/contract.ts";
import type { AppManifest } from "../../../sandbox/slack/manifest.ts";
import { createSandboxSlack, type SandboxSlackServer } from "../../../sandbox/slack/sandbox-slack.ts";
import type { SlackEnterprise } from "../../../sandbox/slack/workspace.ts";
import { createContext } from "../../../src/context.ts";
import { type FakeClock, fakeClock } from "../../harness/fake-clock.ts";

const people: readonly SandboxPerson[] = [
  { login: "alice", slackUser: "U0ALICE", name: "Alice", permission: "write", role: "developer" },
  { login: "rosa", slackUser: "U0ROSA", name: "Rosa", permission: "write", role: "release manager" },
];

const allScopes = ["commands", "chat:write", "im:write", "usergroups:read", "users:read", "users:read.email"].concat(
  ["channels", "groups", "im"].flatMap((kind) => [`${kind}:read`, `${kind}:history`]),
  ["reactions:read", "reactions:write"],
);
const someEvents = ["reaction_added", "reaction_removed", "app_home_opened"];

export type Received = { readonly headers: IncomingHttpHeaders; readonly body: string };
export type BotAnswer = { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> };

export type SlackWorld = {
  readonly slack: SandboxSlackServer;
  readonly client: WebClient;
  readonly clock: FakeClock;
  readonly received: Received[];
  readonly channel: string;
  /** Where the small bot listens. */
  readonly url: string;
  /** What the bot answers next; the last one stays. `undefined` leaves the request without an answer. */
  answers: (BotAnswer | undefined)[];
  /** Resolves when the bot has been sent this many requests in all. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
};

export function webClient(slack: SandboxSlackServer, token = slack.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
}

export async function openSlackWorld(
  manifest: Partial<AppManifest> = {},
  enterprise?: SlackEnterprise,
): Promise<SlackWorld> {
  const clock = fakeClock(1_800_000_000_000);
  const context = createContext({ clock });
  const slack = await createSandboxSlack({
    context,
    people,
    channels: ["#shop-deploys"],
    // More than the manifest asks for, so that whatever the sandbox plays is played here.
    manifest: { scopes: allScopes, commands: ["/deploy", "/promote", "/rollback"], events: someEvents, ...manifest },
    ...(enterprise === undefined ? {} : { enterprise }),
  });
  const received: Received[] = [];
  const waiters = new Set<() => void>();
  const bot = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      const answer = world.answers.length > 1 ? world.answers.shift() : world.answers[0];
      if (answer) response.writeHead(answer.status, answer.headers ?? {}).end(answer.body ?? "");
      for (const waiter of [...waiters]) waiter();
    });
  });
  await new Promise<void>((resolve) => bot.listen(0, "127.0.0.1", resolve));
  const address = bot.address();
  if (address === null || typeof address === "string") throw new Error("no address");
  const url = `http://127.0.0.1:${address.port}/slack/events`;
  slack.deliverTo(url);
  const channel = slack.channels()[0]?.id ?? "";
  const world: SlackWorld = {
    slack,
    client: webClient(slack),
    clock,
    received,
    channel,
    url,
    answers: [{ status: 200 }],
    arrived(count) {
      return new Promise((resolve) => {
        const look = () => {
          if (received.length < count) return;
          waiters.delete(look);
          resolve();
        };
        waiters.add(look);
        look();
      });
    },
    async close() {
      await slack.close();
      bot.closeAllConnections();
      await new Promise<void>((resolve) => bot.close(() => resolve()));
    },
  };
  return world;
}

/** Slack's own name for the refusal, or `ok`. */
export async function errorOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "ok";
  } catch (error) {
    const data: unknown = error instanceof Error && "data" in error ? error.data : undefined;
    return typeof data === "object" && data !== null && "error" in data ? String(data.error) : String(error);
  }
}

/** What an interaction carries. */
export function payloadOf(request: Received | undefined) {
  return JSON.parse(new URLSearchParams(request?.body ?? "").get("payload") ?? "{}");
}
