import { expect, test } from "vitest";
import { readStandingReactions } from "../../src/slack/reactions.ts";
import { testSlack } from "./sandbox.ts";

test("none stand on a message that is gone, and in a channel that the bot cannot see nobody knows", async () => {
  const { client, slack } = await testSlack();
  const [channel] = slack.channels();
  const closed = slack.createChannel("closed", { private: true, joined: false });
  expect(await readStandingReactions(client, channel?.id ?? "", "1.000000")).toEqual([]);
  expect(await readStandingReactions(client, closed, "1.000000")).toBeUndefined();
});
