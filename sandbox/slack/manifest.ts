/**
 * What the app is, as Slack knows it: the scopes, events and commands of the app's own manifest. So a method whose scope
 * was not asked for is refused here as it would be there, and an event that was not subscribed to is not sent.
 */
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import type { Context } from "../../src/context.ts";

export type AppManifest = {
  readonly scopes: readonly string[];
  /** Subscriptions by their names, such as `reaction_added` or `message.im`. */
  readonly events: readonly string[];
  /** Slash commands, with the slash. */
  readonly commands: readonly string[];
};

const shape = z.object({
  features: z.object({ slash_commands: z.array(z.object({ command: z.string() })) }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({ event_subscriptions: z.object({ bot_events: z.array(z.string()) }) }),
});

const path = fileURLToPath(new URL("../../manifest.yml", import.meta.url));

export async function readManifest(context: Context): Promise<AppManifest> {
  const { features, oauth_config, settings } = shape.parse(parse(await context.files.readFile(path, "utf8")));
  return {
    scopes: oauth_config.scopes.bot,
    events: settings.event_subscriptions.bot_events,
    commands: features.slash_commands.map(({ command }) => command),
  };
}
