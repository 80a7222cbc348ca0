/**
 * Folds reactions into approvals. What Slack told is kept by (message, person, emoji), the newest telling winning, also
 * for a message that is not known yet; an approval stands while any approving reaction of its person remains.
 * Whether it counts is the policy's decision, taken anew until the start.
 */
import { type Kysely, type Selectable, sql } from "kysely";
import { z } from "zod";
import type { Instant } from "../policy/model.ts";
import type { ApprovalTable, Database } from "../store/schema.ts";
import { answer, type Given } from "./answer.ts";
import type { Bot } from "./bot.ts";

export type Reaction = {
  readonly team: string;
  readonly channel: string;
  readonly ts: string;
  readonly slackUser: string;
  readonly emoji: string;
  readonly present: boolean;
  /** Slack's own time of the event, `seconds.micros` as text; the order of one person's clicks. */
  readonly eventTs: string;
};

/** What an emoji means: the face knows its aliases and skin tones. */
export type MeaningOf = (emoji: string) => "approve" | "reject" | undefined;

export async function noteReaction(bot: Bot, meaningOf: MeaningOf, reaction: Reaction): Promise<void> {
  if (meaningOf(reaction.emoji) === undefined) return;
  await bot.db
    .insertInto("reaction")
    .values({
      team: reaction.team,
      channel: reaction.channel,
      ts: reaction.ts,
      slack_user: reaction.slackUser,
      emoji: reaction.emoji,
      present: reaction.present,
      event_ts: reaction.eventTs,
      changed_ts: reaction.eventTs,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["team", "channel", "ts", "slack_user", "emoji"])
        .doUpdateSet({ present: reaction.present, event_ts: reaction.eventTs, changed_ts: reaction.eventTs })
        // Of two tellings about the same emoji the newer stands, in whatever order they arrive.
        .where("reaction.event_ts", "<", reaction.eventTs),
    )
    .execute();
  await bot.context.faults.at("reaction.stored");
  const message = await messageAt(bot, reaction.team, reaction.channel, reaction.ts);
  if (message !== undefined) await fold(bot, meaningOf, message, reaction.slackUser);
}

/** Slack's `seconds.micros` as epoch ms; its parts have as many digits as Slack likes. */
export function instantOf(ts: string): Instant {
  return Math.floor(Number(ts) * 1000);
}

/** Reads what was reacted before the bot knew that the message is its own. */
export async function foldReactionsOf(bot: Bot, meaningOf: MeaningOf, subject: string): Promise<void> {
  const row = await bot.db
    .selectFrom("projection")
    .select("external")
    .where("key", "=", `slack.message/${subject}`)
    .executeTakeFirst();
  const message = row === undefined ? undefined : messageOf(subject, row.external);
  if (message === undefined) return;
  const people = await bot.db
    .selectFrom("reaction")
    .select("slack_user")
    .distinct()
    .where("team", "=", message.team)
    .where("channel", "=", message.channel)
    .where("ts", "=", message.ts)
    .execute();
  for (const person of people) await fold(bot, meaningOf, message, person.slack_user);
}

type Message = {
  readonly deployment: number;
  readonly ask: number;
  readonly team: string;
  readonly channel: string;
  readonly ts: string;
};

/** The stored message at this place, in its channel and its team; undefined when it is none of the bot's. */
export async function messageAt(bot: Bot, team: string, channel: string, ts: string): Promise<Message | undefined> {
  const row = await bot.db
    .selectFrom("projection")
    .select(["subject", "external"])
    .where("surface", "=", "slack.message")
    .where(sql<boolean>`external->>'channel' = ${channel} and external->>'ts' = ${ts}`)
    .executeTakeFirst();
  const message = row === undefined ? undefined : messageOf(row.subject, row.external);
  return message?.team === team ? message : undefined;
}

const externalShape = z.object({ team: z.string(), channel: z.string(), ts: z.string() });

/** Where the message of a `<deployment>/<ask>` stands; undefined while it has not been posted. */
export function messageOf(subject: string, external: unknown): Message | undefined {
  const place = externalShape.safeParse(external);
  const [deployment, ask] = subject.split("/").map(Number);
  if (!place.success || deployment === undefined || ask === undefined) return undefined;
  return { deployment, ask, ...place.data };
}

/** The people who changed a reaction to this message after their answer was read: what they mean now is to be asked. */
export async function changedSince(
  db: Kysely<Database>,
  subject: string,
  answers: readonly Pick<Selectable<ApprovalTable>, "slack_user" | "acted_at">[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom("projection")
    .innerJoin("reaction", (on) =>
      on
        .on(sql<boolean>`projection.external->>'team' = reaction.team`)
        .on(sql<boolean>`projection.external->>'channel' = reaction.channel`)
        .on(sql<boolean>`projection.external->>'ts' = reaction.ts`),
    )
    .where("projection.key", "=", `slack.message/${subject}`)
    .select(["reaction.slack_user", "reaction.changed_ts"])
    .execute();
  const changed = answers.flatMap(({ slack_user, acted_at }) =>
    rows.some((row) => row.slack_user === slack_user && instantOf(row.changed_ts) > acted_at.getTime())
      ? [slack_user ?? ""]
      : [],
  );
  return new Set(changed);
}

/** Whoever stored a reaction folds all of that person's after it: the last to come under the lock has read every one. */
async function fold(bot: Bot, meaningOf: MeaningOf, message: Message, slackUser: string): Promise<void> {
  const { deployment, ask, team } = message;
  const read = (db: Kysely<Database>) => folded(db, meaningOf, message, slackUser);
  await answer(bot, { deployment, ask, team, slackUser, via: "reaction", read });
}

async function folded(db: Kysely<Database>, meaningOf: MeaningOf, message: Message, slackUser: string): Promise<Given> {
  const rows = await db
    .selectFrom("reaction")
    .select(["emoji", "present", "changed_ts"])
    .where("team", "=", message.team)
    .where("channel", "=", message.channel)
    .where("ts", "=", message.ts)
    .where("slack_user", "=", slackUser)
    .execute();
  const told = rows.map((row) => ({ ...row, means: meaningOf(row.emoji), at: instantOf(row.changed_ts) }));
  const stands = (means: "approve" | "reject") => told.some((row) => row.present && row.means === means);
  const given = stands("reject") ? "reject" : stands("approve") ? "approve" : undefined;
  // They say this since the last that made it so: to take one yes of two away says nothing new, and least of all yes.
  const made = told.filter(({ present, means }) =>
    given === undefined ? true : present ? means === given : given === "approve" && means === "reject",
  );
  return { answer: given, at: Math.max(0, ...made.map((row) => row.at)) };
}
