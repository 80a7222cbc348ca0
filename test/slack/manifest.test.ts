import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { commandNames } from "../../src/commands/command.ts";
import { channelEventTypes } from "../../src/slack/channel-events.ts";

const manifest = z.object({
  display_information: z.object({ name: z.string().max(35), description: z.string().max(140) }),
  features: z.object({
    slash_commands: z.array(
      z.object({
        command: z.string().max(32),
        url: z.url(),
        description: z.string().max(2_000),
        usage_hint: z.string().max(1_000),
      }),
    ),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z.object({ request_url: z.url(), bot_events: z.array(z.string()) }),
    interactivity: z.object({ is_enabled: z.literal(true), request_url: z.url() }),
  }),
});

const text = await readFile(new URL("../../manifest.yml", import.meta.url), "utf8");
const read = manifest.parse(parse(text));

test("the manifest names the commands that exist, and no other", () => {
  expect(read.features.slash_commands.map(({ command }) => command)).toEqual([...commandNames]);
});

test("every address is the one that the bot answers at", () => {
  const { features, settings } = read;
  const urls = [
    ...features.slash_commands.map(({ url }) => url),
    settings.event_subscriptions.request_url,
    settings.interactivity.request_url,
  ];
  expect([...new Set(urls)]).toEqual(["https://signalbox.example.com/slack/events"]);
});

test("it hears of what the receiver reads", () => {
  expect(read.settings.event_subscriptions.bot_events).toEqual([
    ...["reaction_added", "reaction_removed", "message.channels", "message.groups"],
    ...channelEventTypes,
    "app_home_opened",
  ]);
});

test("every scope has its reason above it", () => {
  const scopes = text.slice(text.indexOf("    bot:"), text.indexOf("settings:")).split("\n");
  for (const scope of read.oauth_config.scopes.bot) {
    const line = scopes.findIndex((one) => one.trim() === `- ${scope}`);
    const above = scopes.slice(0, line).toReversed();
    // Two scopes for public and private channels may share one.
    const reason = above.find((one) => !one.trim().startsWith("- "));
    expect(reason?.trim().startsWith("# "), scope).toBe(true);
  }
});
