/**
 * Says, in the transaction that changed the state, that a surface may have to be written anew.
 * Never writes to the far side itself.
 */
import { type RawBuilder, sql, type Transaction } from "kysely";
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
  const rows = [touched].flat();
  if (rows.length === 0) return;
  const marked = await marking(these(rows)).execute(trx);
  await wake.project(trx, marked.rows.map(keyOf));
}

/**
 * The statement that marks what a query finds, and gives the keys, which the caller wakes. `found` has `surface`,
 * `subject` and `lane` as texts. The rows are taken in the order of their keys, so that two who mark some of the same
 * cannot wait for each other.
 */
export function marking(found: RawBuilder<unknown>): RawBuilder<Marked> {
  return sql<Marked>`
    insert into projection (key, surface, subject, lane)
    select surface || '/' || subject as key, surface, subject, lane from (${found}) as found order by key
    on conflict (key) do update set wanted = projection.wanted + 1
    returning key`;
}

export type Marked = { readonly key: string };

export function keyOf({ key }: Marked): string {
  return key;
}

/** Known ones as such a query. */
export function these(rows: readonly Touched[]): RawBuilder<unknown> {
  return sql`
    select surface, subject, lane
    from jsonb_to_recordset(${JSON.stringify(rows)}) as known (surface text, subject text, lane text)`;
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
