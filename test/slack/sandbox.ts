/** The sandbox's Slack with a client of ours in front of it, for the tests of this folder. */
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { createSandboxSlack, type SandboxSlackServer } from "../../sandbox/slack/sandbox-slack.ts";
import { createSlackClient, type SlackClient } from "../../src/slack/client.ts";
import { type TestContext, testContext } from "../harness/test-context.ts";

export type TestSlack = TestContext & { readonly slack: SandboxSlackServer; readonly client: SlackClient };

export const silent = pino({ level: "silent" });

const people = ["alice", "bob"].map((login) => ({
  login,
  slackUser: `U0${login.toUpperCase()}`,
  name: login,
  permission: "write" as const,
  role: "developer",
}));

export async function testSlack(): Promise<TestSlack> {
  const test = testContext();
  const { context } = test;
  const slack = await createSandboxSlack({ context, people, channels: ["shop-deploys", "random"] });
  onTestFinished(() => slack.close());
  const settings = { botToken: slack.botToken, apiUrl: slack.apiUrl };
  return { ...test, slack, client: createSlackClient({ context, log: silent, settings }) };
}

export function callsOf(slack: SandboxSlackServer, method: string): number {
  return slack.calls().filter(({ path }) => path.endsWith(`/${method}`)).length;
}
