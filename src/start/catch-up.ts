/** Looks up what happened on GitHub and in Slack while the bot did not listen, until that has succeeded once. */
import type { GitHubApp } from "../github/app.ts";
import type { Bot } from "../operations/bot.ts";
import { followAllBranches } from "../operations/follow-branch.ts";
import { followAllDemos } from "../operations/follow-demos.ts";
import { heard, type ListensTo, lookUpMissed, missed } from "../operations/missed.ts";
import type { MeaningOf } from "../operations/note-reaction.ts";
import type { RepositoryRef } from "../operations/ports.ts";
import { readPipelines } from "../operations/read-pipelines.ts";
import { readReactions } from "../operations/read-reactions.ts";
import { refOf } from "../operations/repository-ref.ts";

/** GitHub keeps its delivery log for three days. */
const recoverAtMostMs = 3 * 24 * 3_600_000;
/** Deliveries may have been under way when the bot last said that it listens. */
const recoverMarginMs = 3_600_000;

export type CatchUp = {
  /** Called before anything can come in: from here on nobody mistakes what comes for what was there before. */
  begin(): Promise<void>;
  /** What the bot listens to at this moment is written down, or that it missed something. */
  heard(): Promise<void>;
  /** Something was told and could not be stored: whoever told it may not tell it again. */
  notStored(source: ListensTo): void;
  /**
   * Looks up what is due of what the bot listens to: what happens after the look is told. One look at each at a time;
   * what fails is logged and due again later.
   */
  look(): Promise<void>;
  /** Slack can reach the bot from now on, for the first time or again. */
  slackConnected(): Promise<void>;
};

export type CatchUpOptions = {
  readonly bot: Bot;
  readonly githubApp: Pick<GitHubApp, "startUp" | "recoverDeliveries">;
  readonly meaningOf: MeaningOf;
  /** Whether the bot hears at this moment what is told. */
  readonly listensTo: (source: ListensTo) => boolean;
};

const sources = ["github", "slack"] as const satisfies readonly ListensTo[];

export function createCatchUp({ bot, githubApp, meaningOf, listensTo }: CatchUpOptions): CatchUp {
  const underWay = new Map<ListensTo, Promise<void>>();
  const unstored = new Set<ListensTo>();
  const looks: Readonly<Record<ListensTo, (since: number | undefined) => Promise<void>>> = {
    github: (since) => compareWithGitHub(bot, githubApp, since),
    slack: () => readReactions(bot, meaningOf),
  };

  function lookAt(source: ListensTo): Promise<void> {
    const known = underWay.get(source);
    if (known !== undefined) return known;
    const look = lookUpMissed(bot, source, looks[source])
      .catch((error: unknown) =>
        bot.log.error({ err: error, source }, "what was missed could not be looked up; a later sweep tries again"),
      )
      .finally(() => underWay.delete(source));
    underWay.set(source, look);
    return look;
  }

  async function hear(source: ListensTo): Promise<void> {
    if (!unstored.delete(source)) return await heard(bot, source);
    try {
      await missed(bot, source);
    } catch (error) {
      unstored.add(source);
      throw error;
    }
  }

  return {
    async begin() {
      for (const source of sources) await missed(bot, source);
    },
    async heard() {
      for (const source of sources) if (listensTo(source)) await hear(source);
    },
    notStored: (source) => void unstored.add(source),
    async look() {
      await Promise.all(sources.filter(listensTo).map(lookAt));
    },
    async slackConnected() {
      await missed(bot, "slack");
      // What is under way may have read the messages before Slack was connected.
      await underWay.get("slack");
      await lookAt("slack");
    },
  };
}

/** Open pull requests, pipeline files, the heads of followed branches, and deliveries that GitHub could not hand over. */
async function compareWithGitHub(
  bot: Bot,
  githubApp: Pick<GitHubApp, "startUp" | "recoverDeliveries">,
  since: number | undefined,
): Promise<void> {
  const began = bot.context.clock.now();
  const known = new Set((await reachable(bot)).map(({ id }) => id));
  // How a pull request stood when it was merged is kept before the file is read that its own merge may have changed.
  const closed = await githubApp.startUp();
  const repositories = await reachable(bot);
  // Of those that came to light just now it was read then.
  await readPipelines(
    bot,
    repositories.filter(({ id }) => known.has(id)),
    since ?? began,
  );
  const followed = await reachable(bot, { followed: true });
  await followAllBranches(bot, followed);
  await followAllDemos(bot, followed);
  if (since !== undefined) {
    const from = Math.max(since - recoverMarginMs, bot.context.clock.now() - recoverAtMostMs);
    const recovered = await githubApp.recoverDeliveries(from);
    if (recovered.asked > 0) bot.log.info(recovered, "asked GitHub to send missed deliveries again");
  }
  bot.log.info({ repositories: repositories.length }, "compared with GitHub");
  // All others are done; what was missed of this one is due until it can be looked at.
  if (closed !== undefined) throw closed;
}

async function reachable(
  bot: Bot,
  { followed = false }: { readonly followed?: boolean } = {},
): Promise<readonly RepositoryRef[]> {
  const rows = await bot.db
    .selectFrom("repository")
    .selectAll()
    .where("removed_at", "is", null)
    .$if(followed, (query) => query.where("pipeline_file_id", "is not", null))
    .execute();
  return rows.map(refOf);
}
