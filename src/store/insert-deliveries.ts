/**
 * The INSERT that stores deliveries: one statement for all that arrived together, which commits by itself.
 *
 * It runs for every webhook before it is answered, so PostgreSQL keeps it prepared, and it is written once for each of a
 * few numbers of rows: to build and to plan it anew for every batch costs more than to store the rows. Places that are
 * left over are null and make no row.
 */
import type { Pool } from "pg";
import { z } from "zod";
import type { InboxSource } from "./schema.ts";

/** Kept prepared by every connection of the pool, so there are few. */
const sizes = [1, 8, 32, 256] as const;
/** Rows of one INSERT. Beyond this a statement grows slower for each row and its memory is noticed. */
export const rowsAtMost = 256;

const perRow = ["source", "key", "name", "payload"] as const;
/** A delivery whose payload is ready to be sent: `storableJson` of it, as `createJsonHolder` holds it. */
export type Encoded = {
  readonly source: InboxSource;
  readonly key: string;
  readonly name: string;
  readonly payload: Buffer;
};

const written = z.object({ source: z.string(), key: z.string(), epoch: z.number() });
export type Written = z.infer<typeof written>;

const statements: ReadonlyMap<number, string> = new Map(sizes.map((size) => [size, statement(size)]));

/**
 * The rows that were written: new ones have epoch zero, those that had been given up and start anew a higher one. A
 * delivery that is not among them was here already.
 */
export async function insertDeliveries(
  pool: Pick<Pool, "query">,
  deliveries: readonly Encoded[],
  now: Date,
): Promise<readonly Written[]> {
  const size = sizes.find((one) => one >= deliveries.length);
  const text = size === undefined ? undefined : statements.get(size);
  if (size === undefined || text === undefined) throw new RangeError(`${deliveries.length} rows are too many`);
  const values: (Buffer | string | null)[] = [now.toISOString()];
  for (const { source, key, name, payload } of deliveries) values.push(source, key, name, payload);
  while (values.length < 1 + size * perRow.length) values.push(null);
  const { rows } = await pool.query(text, values);
  return z.array(written).parse(rows);
}

function statement(size: number): string {
  const places = Array.from({ length: size }, (_, row) => {
    const [source, key, name, payload] = perRow.map((_column, at) => `$${2 + row * perRow.length + at}`);
    return `(${source}::text, ${key}::text, ${name}::text, ${payload}::jsonb)`;
  });
  // One row per delivery: of those that are here already, only one that was given up changes, and starts anew.
  return `
    insert into inbox (${perRow.join(", ")}, received_at, look_at)
    select ${perRow.join(", ")}, $1::timestamptz, $1::timestamptz
    from (values ${places.join(", ")}) as given (${perRow.join(", ")})
    where key is not null
    on conflict (source, key) do update set
      status = 'stored', payload = excluded.payload, look_at = excluded.look_at, attempts = 0, handled_at = null,
      error = null
    where inbox.status = 'failed'
    returning source, key, epoch`;
}
