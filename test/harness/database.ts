/**
 * A migrated database of its own for a test (or a test file), on the run's one server. One that was given back is handed
 * out again by the same process, emptied: making one costs more than most tests, and its connections know by then the
 * tables and the plans of what the bot asks. See `mayLeaveTraces` for which are not.
 */
import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import { Pool, type PoolClient, type PoolConfig } from "pg";
import { pino } from "pino";
import { inject } from "vitest";
import { type Connection, openKysely, openPool } from "../../src/store/pool.ts";
import type { Database } from "../../src/store/schema.ts";
import { emptyingOptions, emptyThrough } from "./empty-database.ts";
import { type KeptRows, putThrough, rowsThrough } from "./kept-rows.ts";

export type TestDatabase = {
  readonly db: Kysely<Database>;
  readonly pool: Pool;
  /** How to reach it: spread into `pg`'s options. Whoever asks may do there what nobody sees: it is not used again. */
  readonly connection: Connection & { readonly host: string };
  /** The same as a URL, fit for `DATABASE_URL`. */
  readonly url: string;
  /** Everything stored is gone, as in a new database. */
  empty(): Promise<void>;
  /** Everything stored, as it is now. */
  rows(): Promise<KeptRows>;
  /** Puts what was kept so, from this database or another, into this one, which must be empty. */
  put(rows: KeptRows): Promise<void>;
  /** Gives it back. Where it cannot be used again, its connections are closed and it is dropped, whoever is connected. */
  drop(): Promise<void>;
};

type Made = {
  readonly name: string;
  readonly pool: Pool;
  /** For emptying, and for reading and writing everything at once. */
  readonly emptier: Pool;
  /** Emptied, it would still not be like a new one, or nobody can tell. */
  spoiled: boolean;
};

const spare: Made[] = [];

/** By its text, whether it may leave behind what emptying does not take away. */
const statements = new Map<string, boolean>();

/** Reads and writes of rows and their transactions leave nothing but rows; the rest may change schema or session. */
const aboutRows =
  /^\s*\(?\s*(select|with|values|insert|update|delete|truncate|lock|begin|start|set (local|transaction)|savepoint|release|rollback|commit)\b/iu;
const aboutSessions = /\b(set_config|pg_(try_)?advisory_lock|setval)\b/iu;

function mayLeaveTraces(text: string): boolean {
  const known = statements.get(text);
  if (known !== undefined) return known;
  const may = !aboutRows.test(text) || aboutSessions.test(text);
  statements.set(text, may);
  return may;
}

function watch(client: PoolClient, spoil: () => void): void {
  const query = client.query;
  Reflect.set(client, "query", (asked: unknown, ...rest: readonly unknown[]) => {
    const text: unknown = typeof asked === "string" ? asked : Reflect.get(Object(asked), "text");
    if (typeof text !== "string" || mayLeaveTraces(text)) spoil();
    return Reflect.apply(query, client, [asked, ...rest]);
  });
}

let admin: Pool | undefined;

async function asAdmin(statement: string): Promise<void> {
  admin ??= keptPool({ database: "postgres" });
  await admin.query(statement);
}

/** One connection, made when it is wanted and kept for as long as the process lives. */
function keptPool(options: PoolConfig): Pool {
  const { host, port, user } = inject("postgres");
  const pool = new Pool({ host, port, user, ...options, max: 1, allowExitOnIdle: true, idleTimeoutMillis: 0 });
  // The server ends before the processes that use it do.
  pool.on("error", () => undefined);
  return pool;
}

async function make(template: string): Promise<Made> {
  const { host, port, user } = inject("postgres");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  // Copying the files takes a third of what writing every page to the log does.
  await asAdmin(`create database ${name} template ${template} strategy file_copy`);
  const connection = { host, port, user, database: name };
  const pool = openPool(connection, pino({ level: "silent" }));
  // What a connection has learned is worth more than the server's memory here.
  pool.options.idleTimeoutMillis = 0;
  const emptier = keptPool({ database: name, options: emptyingOptions });
  const made: Made = { name, pool, emptier, spoiled: false };
  const spoil = () => {
    made.spoiled = true;
  };
  pool.on("connect", (client) => watch(client, spoil));
  pool.on("release", (_error, client) => {
    if (client.getTransactionStatus() !== "I") spoil();
  });
  return made;
}

/** The same pool, until it is given back: whoever still asks then is refused, as by one that was ended. */
function lent(pool: Pool): Pool {
  let over = false;
  return new Proxy(pool, {
    get(target, name) {
      if (name === "end") {
        return async () => {
          over = true;
        };
      }
      if (over && (name === "connect" || name === "query")) {
        return () => Promise.reject(new Error("the database was given back"));
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** A `foreign` one, that is for somebody with connections of its own, is new: nobody else is connected to it. */
export async function testDatabase(
  options: { readonly migrated?: boolean; readonly foreign?: boolean } = {},
): Promise<TestDatabase> {
  const { host, port, user, template } = inject("postgres");
  const migrated = options.migrated !== false;
  const isNew = !migrated || options.foreign === true;
  const made = (isNew ? undefined : spare.pop()) ?? (await make(migrated ? template : "template0"));
  if (isNew) made.spoiled = true;
  const { name } = made;
  const pool = lent(made.pool);
  const db = openKysely(pool);
  return {
    db,
    pool,
    get connection() {
      made.spoiled = true;
      return { host, port, user, database: name };
    },
    get url() {
      made.spoiled = true;
      return `postgresql://${user}@localhost:${port}/${name}?host=${encodeURIComponent(host)}`;
    },
    empty: () => emptyThrough(made.emptier),
    rows: () => rowsThrough(made.emptier),
    put: (rows) => putThrough(made.emptier, rows),
    async drop() {
      await db.destroy();
      await pool.end();
      if (await isLikeNew(made)) spare.push(made);
      else {
        await Promise.all([made.pool.end(), made.emptier.end()]);
        await asAdmin(`drop database if exists ${name} with (force)`);
      }
    },
  };
}

async function isLikeNew({ pool, emptier, spoiled }: Made): Promise<boolean> {
  if (spoiled || pool.idleCount < pool.totalCount || pool.waitingCount > 0) return false;
  // One that cannot be emptied is dropped, which can.
  return await emptyThrough(emptier).then(
    () => true,
    () => false,
  );
}
