/** Promotion pull requests as they stand: which one is open, whether people pushed onto it, and which a merge came from. */
import { type Kysely, sql } from "kysely";
import { optional } from "../optional.ts";
import type { Sha } from "../policy/model.ts";
import { standingSurface } from "../projections/standing.ts";
import type { PromotionRow } from "../store/promotion-table.ts";
import type { Database } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { contentAt, whose } from "./content.ts";
import type { Place } from "./place.ts";
import { say } from "./tell.ts";

export type OpenPromotion = {
  readonly row: PromotionRow;
  /** Unknown until it was opened. */
  readonly number?: number;
  /** Its branch holds something that the bot did not put there. */
  readonly pushed: boolean;
};

/** The number that GitHub gave the pull request of a promotion. */
const numberOf = sql<number | null>`(projection.external->>'number')::int`;
/** Where the surface put its branch, which is not what is promoted until it could move it, or where people had pushed. */
const putAt = sql<Sha | null>`projection.external->>'at'`;

function promotions(db: Kysely<Database>) {
  return db
    .selectFrom("promotion")
    .innerJoin("environment", "environment.id", "promotion.environment_id")
    .innerJoin("service", "service.id", "environment.service_id")
    .leftJoin("projection", (join) => join.on(sql<boolean>`projection.key = 'github.promotion/' || promotion.id`))
    .leftJoin("pull_request as pull", (join) =>
      join.onRef("pull.repository_id", "=", "service.repository_id").on(sql<boolean>`pull.number = ${numberOf}`),
    )
    .selectAll("promotion")
    .select([numberOf.as("number"), putAt.as("at"), "pull.state", "pull.head_sha", "pull.merged_at"]);
}

/** The newest of the environment, unless it was merged or closed. */
export async function openPromotion(db: Kysely<Database>, environment: number): Promise<OpenPromotion | undefined> {
  const found = await promotions(db)
    .where("promotion.environment_id", "=", environment)
    .orderBy("promotion.id", "desc")
    .limit(1)
    .executeTakeFirst();
  if (found === undefined || found.state === "closed") return undefined;
  const { number, at, state: _, head_sha: head, merged_at: __, ...row } = found;
  // Until the surface has moved it on, its branch holds what was promoted before: that was no push.
  const pushed = row.snapshot && head !== null && head !== row.sha && head !== at;
  return { row, ...optional("number", number), pushed };
}

/** The promotion, where its pull request was merged without what it promotes by now, and it is the newest of its environment. */
export async function missedBy(db: Kysely<Database>, id: number): Promise<PromotionRow | undefined> {
  return await db
    .selectFrom("promotion")
    .innerJoin("projection", (join) => join.on(sql<boolean>`projection.key = 'github.promotion/' || promotion.id`))
    .where("promotion.id", "=", id)
    .where("promotion.replaced_by", "is", null)
    .where(sql<boolean>`projection.external ? 'missed'`)
    .where(({ eb, not, exists }) =>
      not(
        exists(
          eb
            .selectFrom("promotion as later")
            .select("later.id")
            .whereRef("later.environment_id", "=", "promotion.environment_id")
            .whereRef("later.id", ">", "promotion.id"),
        ),
      ),
    )
    .selectAll("promotion")
    .executeTakeFirst();
}

/** What a promotion's pull request brings, as far as the environment before has proven it. */
export type Promoted = {
  readonly pullRequest: number;
  /** What its head holds, the patches on it included. */
  readonly content: Sha;
  /** What was live in the environment before, as its branch holds it: the patches are on top of this. */
  readonly snapshot: { readonly sha: Sha; readonly tree: Sha };
};

/**
 * Undefined for a pull request that promotes nothing, or whose head no longer holds what it promotes. Calls: 2 for one
 * that does, 3 where its branch does not hold what was promoted last, else none.
 */
export async function promotedBy(
  bot: Bot,
  place: Place,
  number: number | undefined,
  unmergedHead?: Sha,
): Promise<Promoted | undefined> {
  if (number === undefined || place.policy.after === undefined) return undefined;
  const { repository } = place.service;
  const found = await promotions(bot.db)
    .where("promotion.environment_id", "=", place.environment.id)
    .where(numberOf, "=", number)
    .orderBy("promotion.id", "desc")
    .limit(1)
    .executeTakeFirst();
  const head = unmergedHead ?? found?.head_sha;
  if (found === undefined || head === undefined || head === null || !found.snapshot) return undefined;
  const at = found.at ?? found.sha;
  const { comparison } = await bot.github.compare(repository, at, head);
  if (comparison !== "ahead" && comparison !== "identical") return undefined;
  const contentOf = async (sha: Sha) =>
    await contentAt(bot, whose(place), { sha, tree: await bot.github.tree(repository, sha) });
  const content = await contentOf(head);
  const tree = at === found.sha ? found.tree : await contentOf(at);
  return { pullRequest: number, content, snapshot: { sha: at, tree } };
}

/** Says where it is, once GitHub has it. One that another took the place of is closed, or was never opened. */
export async function tellPromotion(bot: Bot, subject: string): Promise<void> {
  const found = await toTell(bot, subject);
  if (found?.pull === undefined) return;
  const content = { code: "promotion-opened", ...found.noted, ...found.pull } as const;
  const note = { key: `promotion-opened/${subject}`, content, service: found.service };
  await bot.db.transaction().execute((trx) => say(trx, bot, { ...note, channel: found.row.channel }));
}

/** Says once for each revision that GitHub refuses the pull request, or to bring it up to date, which the surface tries on. */
export async function tellRefusedPromotion(bot: Bot, subject: string): Promise<void> {
  const said = (await standingSurface(bot.db, "github.promotion", subject))?.refused;
  const found = said === undefined ? undefined : await toTell(bot, subject);
  if (said === undefined || found === undefined) return;
  const { row, noted, pull } = found;
  const content = { code: "promotion-refused", ...noted, branch: row.branch, base: row.base, said, ...pull } as const;
  const note = { key: `promotion-refused/${subject}/${row.sha}`, content, service: found.service };
  await bot.db.transaction().execute((trx) => say(trx, bot, { ...note, channel: row.channel }));
}

async function toTell(bot: Bot, subject: string) {
  const found = await promotions(bot.db)
    .innerJoin("repository", "repository.id", "service.repository_id")
    .where("promotion.id", "=", Number(subject))
    .where("promotion.replaced_by", "is", null)
    .select(["environment.name as environment", "service.name as service", "service.id as service_id"])
    .select("repository.full_name")
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const { service, environment, before, number, full_name: name, requested_by: by, service_id: id } = found;
  return {
    row: found,
    service: id,
    noted: { service, environment, before, ...optional("by", by) },
    pull: number === null ? undefined : { number, url: `${bot.githubUrl}/${name}/pull/${number}` },
  };
}
