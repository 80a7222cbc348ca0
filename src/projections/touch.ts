/**
 * Says, in the transaction that changed the state, that a surface may have to be written anew.
 * Never writes to the far side itself.
 */
import type { Transaction } from "kysely";
import type { Wake } from "../jobs/wake.ts";
import type { Database } from "../store/schema.ts";

export type SurfaceName =
  | "announcement"
  | "slack.message"
  | "slack.note"
  | "slack.reply"
  | "slack.form"
  | "slack.home"
  | "github.check"
  | "github.merge-group-check"
  | "github.comment"
  | "github.environment-check"
  | "github.deployment"
  | "github.issue-closed"
  | "github.news"
  | "github.promotion"
  | "github.release"
  | "github.reply"
  | "github.revert"
  | "github.protection"
  | "github.version-pull"
  | "github.back-merge";

export type Touched = { readonly surface: SurfaceName; readonly subject: string; readonly lane: string };

export function projectionKey(surface: string, subject: string): string {
  return `${surface}/${subject}`;
}

/** One, or several different ones by one statement. */
export async function touch(
  trx: Transaction<Database>,
  wake: Wake,
  touched: Touched | readonly Touched[],
): Promise<void> {
  const rows = [touched].flat().map((one) => ({ key: projectionKey(one.surface, one.subject), ...one }));
  if (rows.length === 0) return;
  await trx
    .insertInto("projection")
    .values(rows)
    .onConflict((conflict) => conflict.column("key").doUpdateSet((eb) => ({ wanted: eb("projection.wanted", "+", 1) })))
    .execute();
  await wake.project(
    trx,
    rows.map(({ key }) => key),
  );
}

/**
 * Forgets what was written, so that the next writing makes another; false when nothing was ever asked for there. Whoever
 * is just writing the one of before holds an older epoch, and cannot bring it back.
 */
export async function forgetWritten(
  trx: Transaction<Database>,
  { surface, subject }: Pick<Touched, "surface" | "subject">,
): Promise<boolean> {
  const forgotten = await trx
    .updateTable("projection")
    .set((eb) => ({ external: null, shown_hash: null, epoch: eb("epoch", "+", 1), lease_until: null }))
    .where("key", "=", projectionKey(surface, subject))
    .executeTakeFirst();
  return forgotten.numUpdatedRows > 0n;
}
