/**
 * Keeping what a test's database holds, and putting it into an empty one again in one statement: for what many tests
 * begin with, which is built anew by some fifty statements and more. By two functions that the template has, planned
 * once for a connection, like `empty-database.ts`; what is kept is with the process, and so fits each of its databases.
 * What the rows were made by is not kept with them: `operations/begun-world.ts` says when they may be put back.
 */
import { type Kysely, sql } from "kysely";
import type { Pool } from "pg";
import type { Database } from "../../src/store/schema.ts";

/** The rows of each table that has any, sorted and as PostgreSQL itself writes them, and the numbers drawn. */
export type KeptRows = string;

/** Makes the functions: `rows()` reads, and `put(kept)` writes where nothing is. Call them as `emptyingOptions` say. */
export async function createKeeping(db: Kysely<Database>): Promise<void> {
  await sql`
    do $make$
    declare reading text; writing text;
    begin
      with tables as (
        select oid, oid::regclass::text as name from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace and relname not like 'kysely%'
      ), sequences as (
        select seqrelid as oid, seqrelid::regclass::text as name
        from pg_sequence join pg_class on pg_class.oid = seqrelid where relnamespace = 'public'::regnamespace
      ), steps as (
        select name,
          format('if pg_relation_size(%1$s) > 0 then
              kept := kept || jsonb_build_object(%2$L, (select array_agg(one order by one)::text from %2$s as one));
            end if;', oid, name) as reads,
          format('if kept ? %1$L then
              insert into %1$s overriding system value select * from unnest((kept->>%1$L)::%1$s[]);
            end if;', name) as writes
        from tables
        union all
        select name, format('kept := kept || jsonb_build_object(%L, pg_sequence_last_value(%s));', name, oid),
          format('perform setval(%s, (kept->>%L)::bigint);', oid, name)
        from sequences
      )
      select string_agg(reads, e'\n' order by name), string_agg(writes, e'\n' order by name) into reading, writing
      from steps;
      execute format('create function harness.rows() returns jsonb language plpgsql as %L',
        'declare kept jsonb := ''{}''; begin ' || reading || ' return jsonb_strip_nulls(kept); end');
      execute format('create function harness.put(kept jsonb) returns void language plpgsql as %L',
        'begin ' || writing || ' end');
    end $make$
  `.execute(db);
}

export async function rowsThrough(pool: Pool): Promise<KeptRows> {
  const { rows } = await pool.query<{ kept: KeptRows }>({ name: "rows", text: "select harness.rows()::text as kept" });
  const [row] = rows;
  if (row === undefined) throw new Error("a function returns a row");
  return row.kept;
}

export async function putThrough(pool: Pool, kept: KeptRows): Promise<void> {
  await pool.query({ name: "put", text: "select harness.put($1)", values: [kept] });
}
