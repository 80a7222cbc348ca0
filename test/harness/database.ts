/** A migrated database of its own for a test (or a test file), on the run's one server. */
import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import { Pool, type PoolClient } from "pg";
import { pino } from "pino";
import { inject } from "vitest";
import { type Connection, openKysely, openPool } from "../../src/store/pool.ts";
import type { Database } from "../../src/store/schema.ts";

export type TestDatabase = {
  readonly db: Kysely<Database>;
  readonly pool: Pool;
  /** How to reach it: spread into `pg`'s options. */
  readonly connection: Connection & { readonly host: string };
  /** The same as a URL, fit for `DATABASE_URL`. */
  readonly url: string;
  /** Closes the connections and drops the database, whoever else is still connected. */
  drop(): Promise<void>;
};

const names = new Map<string, string>();

/**
 * Has the server parse and plan each text once for a connection, which is most of its work where tables are small. The
 * bot's own connections do not: it may be behind something that shares them out.
 */
function prepareOnce(client: PoolClient): void {
  const query = client.query;
  Reflect.set(client, "query", (text: unknown, values: unknown, ...rest: readonly unknown[]) => {
    if (typeof text !== "string" || !Array.isArray(values))
      return Reflect.apply(query, client, [text, values, ...rest]);
    const name = names.get(text) ?? `statement_${names.size}`;
    names.set(text, name);
    return Reflect.apply(query, client, [{ name, text, values: [...values] }, ...rest]);
  });
}

export async function testDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const { host, port, user, template } = inject("postgres");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const admin = async (statement: string) => {
    const pool = new Pool({ host, port, user, database: "postgres", max: 1 });
    try {
      await pool.query(statement);
    } finally {
      await pool.end();
    }
  };
  const from = options.migrated === false ? "template0" : template;
  // Copying the files takes a third of what writing every page to the log does.
  await admin(`create database ${name} template ${from} strategy file_copy`);
  const connection = { host, port, user, database: name };
  const pool = openPool(connection, pino({ level: "silent" }));
  pool.on("connect", prepareOnce);
  const db = openKysely(pool);
  return {
    db,
    pool,
    connection,
    url: `postgresql://${user}@localhost:${port}/${name}?host=${encodeURIComponent(host)}`,
    async drop() {
      await db.destroy();
      await admin(`drop database if exists ${name} with (force)`);
    },
  };
}
