/** What each sweep cleans up or looks after besides what has a row that is due. */
import { sweepAttempts } from "../deployers/run/sweep.ts";
import type { Bot } from "../operations/bot.ts";
import { lookAtChannels } from "../operations/channels.ts";
import { tidyHomes } from "../operations/follow-homes.ts";
import { lookUpHome } from "../operations/home.ts";
import { tidyLinks } from "../operations/link.ts";
import { settleLinkChanges } from "../operations/link-changes.ts";
import { missed } from "../operations/missed.ts";
import { forgetForms } from "../operations/prepare.ts";
import { tellChannelProblems } from "../operations/tell-channel-problems.ts";
import { tidyAttempts } from "../operations/tidy-attempts.ts";
import { answerOf } from "../slack/emoji.ts";
import type { Inbox } from "../store/inbox.ts";
import type { CatchUp } from "./catch-up.ts";

export async function tidy(
  bot: Bot,
  { inbox, dataDir, catchUp }: { readonly inbox: Inbox; readonly dataDir: string; readonly catchUp: CatchUp },
): Promise<void> {
  const logged = (what: string) => (error: unknown) => bot.log.error({ err: error }, what);
  await catchUp.heard();
  // Not waited for: a first look at many repositories takes longer than a sweep may.
  void catchUp.look();
  // Whatever it was that nobody could handle is looked up instead.
  if ((await inbox.tidy()).givenUp > 0) await missed(bot, "github");
  await tidyLinks(bot);
  await forgetForms(bot);
  await tidyAttempts(bot, dataDir, sweepAttempts);
  // These ask Slack and GitHub, and what is away keeps the others from nothing; the next sweep tries again.
  await settleLinkChanges(bot, answerOf).catch(logged("what a changed link changes could not be looked at"));
  await lookAtChannels(bot).catch(logged("the Slack channels of the services could not be looked at"));
  await tellChannelProblems(bot).catch(logged("who is to be told of a Slack channel could not be found"));
  await tidyHomes(bot, (home) => lookUpHome(bot, home)).catch(logged("App Homes could not be looked at"));
}
