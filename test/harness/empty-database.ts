/**
 * Emptying a test's database for the next test, by a function that the template has and that every copy has with it.
 * Its statements are planned once for a connection; put together each time, planning them would be most of the work.
 */
import { type Kysely, sql } from "kysely";
import type { Pool } from "pg";
import type { Database } from "../../src/store/schema.ts";

/** Beyond it what was deleted is cleaned away: every query would read it again, and nobody else vacuums here. */
const grownBytes = 256 * 1024;

/**
 * Makes the function. It deletes from the tables that hold anything, which for a few rows is far cheaper than to
 * truncate them, restarts the numbers that were drawn, and returns the tables that have grown. It refuses where the job
 * queue was used. What it may not meet are triggers and references: call it as `emptyingOptions` say.
 */
export async function createEmptying(db: Kysely<Database>): Promise<void> {
  await sql`create schema harness`.execute(db);
  await sql`
    do $make$
    declare body text;
    begin
      select string_agg(step, e'\n') into body from (
        select format(case nspname
            when 'public' then 'if pg_relation_size(%1$s) > 0 then
                delete from %2$s;
                if pg_relation_size(%1$s) > %3$s then grown := grown || %2$L::text; end if;
              end if;'
            else 'if pg_relation_size(%1$s) <> %4$s then raise exception ''the job queue was used''; end if;'
          end, pg_class.oid, pg_class.oid::regclass, ${sql.lit(grownBytes)}, pg_relation_size(pg_class.oid)) as step
        from pg_class join pg_namespace on pg_namespace.oid = relnamespace
        where relkind = 'r' and (nspname = 'pgboss' or nspname = 'public' and relname not like 'kysely%')
        union all
        select format('if pg_sequence_last_value(%1$s) is not null then perform setval(%1$s, %2$s, false); end if;',
          seqrelid, seqstart)
        from pg_sequence join pg_class on pg_class.oid = seqrelid where relnamespace = 'public'::regnamespace
      ) as steps;
      execute format(
        'create function harness.empty() returns text[] language plpgsql as %L',
        'declare grown text[] := ''{}''; begin ' || body || ' return grown; end'
      );
    end $make$
  `.execute(db);
}

/**
 * What the connection that empties is opened with: triggers and references rest, those that keep audit rows too. Whoever
 * sets this for a while on another connection has the server forget every plan that it holds.
 */
export const emptyingOptions = "-c session_replication_role=replica -c lock_timeout=10s";

export async function emptyThrough(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ grown: string[] }>({ name: "empty", text: "select harness.empty() as grown" });
  const grown = rows[0]?.grown ?? [];
  if (grown.length > 0) await pool.query(`vacuum ${grown.join(", ")}`);
}
