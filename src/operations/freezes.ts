/** The freezes that stand. Reads only; a freeze whose time is over is none, whether or not that was noticed yet. */
import type { Kysely } from "kysely";
import type { FreezeFacts } from "../policy/model.ts";
import type { Database } from "../store/schema.ts";

/** Of those that stand on an environment, the one that ends last. */
export async function standingFreeze(
  db: Kysely<Database>,
  environment: number,
  now: number,
): Promise<FreezeFacts | undefined> {
  return (await standingFreezes(db, [environment], now)).get(environment);
}

/** The same of several environments, by their ids; those that are not frozen are not among them. */
export async function standingFreezes(
  db: Kysely<Database>,
  environments: readonly number[],
  now: number,
): Promise<ReadonlyMap<number, FreezeFacts>> {
  if (environments.length === 0) return new Map();
  const rows = await db
    .selectFrom("environment_freeze")
    .select(["environment_id", "by", "reason", "since", "until"])
    .distinctOn("environment_id")
    .where("environment_id", "in", [...environments])
    .where("ended_at", "is", null)
    .where("until", ">", new Date(now))
    .orderBy("environment_id")
    .orderBy("until", "desc")
    .orderBy("id")
    .execute();
  return new Map(
    rows.map(({ environment_id: environment, by, reason, since, until }) => [
      environment,
      { by, reason, at: since.getTime(), until: until.getTime() },
    ]),
  );
}

/** By environment, when the last of the freezes began that stand there, in epoch ms. */
export async function newestFreezes(
  db: Kysely<Database>,
  environments: readonly number[],
  now: number,
): Promise<ReadonlyMap<number, number>> {
  if (environments.length === 0) return new Map();
  const rows = await db
    .selectFrom("environment_freeze")
    .select((eb) => ["environment_id", eb.fn.max("since").as("since")])
    .where("environment_id", "in", [...environments])
    .where("ended_at", "is", null)
    .where("until", ">", new Date(now))
    .groupBy("environment_id")
    .execute();
  return new Map(rows.map(({ environment_id: environment, since }) => [environment, since.getTime()]));
}
