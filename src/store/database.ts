/**
 * Opens the database: the one that `DATABASE_URL` names, or the bot's own private server in `DATA_DIR`; refuses a
 * server that is too old; and brings the tables up to date. It never falls back from one to the other, and holds
 * `DATA_DIR` with either.
 */
import { type Kysely, sql } from "kysely";
import type { Pool } from "pg";
import type { Logger } from "pino";
import type { Context } from "../context.ts";
import { takeDataDir } from "./data-dir/data-dir.ts";
import { migrate } from "./migrate.ts";
import { type Connection, openKysely, openPool } from "./pool.ts";
import { startPrivateServer } from "./private-server/private-server.ts";
import type { Database } from "./schema.ts";
import { StoreError } from "./store-error.ts";

export type StoreSettings = {
  /** Undefined: the private server. */
  readonly databaseUrl?: string | undefined;
  readonly dataDir: string;
};

export type Store = {
  readonly db: Kysely<Database>;
  readonly pool: Pool;
  /** For what opens connections of its own, as the jobs do. It may hold a password: never log it. */
  readonly connection: Connection;
  /** Closes the connections, stops the private server and gives `DATA_DIR` back. Safe to call twice. */
  close(): Promise<void>;
};

/** The oldest PostgreSQL that is tested and still maintained. */
const oldestMajor = 15;

export async function openStore(parts: {
  readonly context: Context;
  readonly log: Logger;
  readonly settings: StoreSettings;
}): Promise<Store> {
  const { context, log, settings } = parts;
  const home = await whereTo(parts);
  const pool = openPool(home.connection, log);
  const db = openKysely(pool);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= db.destroy().finally(() => home.close());
    return closing;
  };
  try {
    await refuseOld(db, home.describe);
    await context.faults.at("store.connected");
    // A large table, or another replica that migrates before us, may take its time.
    const patient = openKysely(openPool(home.connection, log, {}));
    const migrated = await migrate(patient).finally(() => patient.destroy());
    if (migrated.length > 0) log.info({ migrations: migrated }, "the tables were brought up to date");
    await context.faults.at("store.migrated");
  } catch (error) {
    await close().catch((closeError) => log.warn({ err: closeError }, "the store could not be closed"));
    throw error;
  }
  log.info({ database: home.describe, private: settings.databaseUrl === undefined }, "the store is open");
  return { db, pool, connection: home.connection, close };
}

type Home = { readonly connection: Connection; readonly describe: string; close(): Promise<void> };

async function whereTo(parts: Parameters<typeof openStore>[0]): Promise<Home> {
  const { context, log } = parts;
  const { databaseUrl } = parts.settings;
  const dataDir = await takeDataDir({ context, log, path: parts.settings.dataDir });
  if (databaseUrl !== undefined) {
    return {
      connection: { connectionString: databaseUrl },
      describe: withoutSecrets(databaseUrl),
      close: () => dataDir.release(),
    };
  }
  try {
    const server = await startPrivateServer({ context, log, dataDir: dataDir.path });
    return {
      connection: server.connection,
      describe: `the private PostgreSQL in ${server.dataFolder}`,
      close: () => server.stop().finally(() => dataDir.release()),
    };
  } catch (error) {
    await dataDir.release();
    throw error;
  }
}

/** The server, port and database of a URL; never the user's password or the options. */
export function withoutSecrets(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) return "the database of DATABASE_URL";
  const { hostname, port, pathname, searchParams } = new URL(databaseUrl);
  const host = searchParams.get("host") ?? hostname;
  return `PostgreSQL at ${host}${port === "" ? "" : `:${port}`}, database ${decodeURIComponent(pathname.slice(1)) || "of the user"}`;
}

async function refuseOld(db: Kysely<Database>, describe: string): Promise<void> {
  let version: { number: string; text: string } | undefined;
  try {
    const result = await sql<{ number: string; text: string }>`
      select current_setting('server_version_num') as number, current_setting('server_version') as text`.execute(db);
    version = result.rows[0];
  } catch (error) {
    throw new StoreError(`The database cannot be reached (${describe}): ${messageOf(error)}`, { cause: error });
  }
  if (version === undefined || tooOld(Number(version.number))) {
    throw new StoreError(
      `${describe} runs PostgreSQL ${version?.text ?? "of an unknown version"}. Signalbox needs PostgreSQL ${oldestMajor} or newer.`,
    );
  }
}

/** False for a standby, and for a server that was told to let read only: nothing can be stored, so nothing be answered. */
export async function takesWrites(db: Kysely<Database>): Promise<boolean> {
  const { rows } = await sql<{ writes: boolean }>`
    select not current_setting('transaction_read_only')::boolean as writes`.execute(db);
  return rows[0]?.writes === true;
}

/** `server_version_num` counts a major version as ten thousand. */
export function tooOld(serverVersionNumber: number): boolean {
  return !(serverVersionNumber >= oldestMajor * 10_000);
}

/** Failing to connect to several addresses gives an error whose own message is empty. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") {
    return error.errors.map((inner) => messageOf(inner)).join("; ");
  }
  return error instanceof Error ? error.message : String(error);
}
