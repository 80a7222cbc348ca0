/**
 * The connections to PostgreSQL, and Kysely on top of them.
 *
 * What a column becomes in JavaScript is settled here, for this pool alone: the parsers of the `pg` module are shared
 * by everything in the process and stay as they are.
 */
import { Kysely, PostgresDialect } from "kysely";
import { type ClientConfig, Pool, types } from "pg";
import type { Logger } from "pino";
import { type Patience, PreparingClient } from "./preparing-client.ts";
import type { Database } from "./schema.ts";

/** How to reach one database: a URL, or the folder of a Unix socket as `host`. */
export type Connection =
  | { readonly connectionString: string }
  | { readonly host: string; readonly port: number; readonly user: string; readonly database: string };

/**
 * The most connections of one replica's own pool. No transaction waits for anything but the database, so a few serve
 * many; each is a process of the server with some megabytes, and several replicas share a server's hundred.
 */
const connectionsAtMost = 6;
/** Kept long enough for a burst, and not for the quiet hours: an idle connection costs the server memory. */
const idleMs = 5_000;
/** A server whose machine has vanished says nothing any more: it is asked from so long on, by the operating system. */
export const tcpKeepAlive = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };
/** Waiting longer than this for a connection means that the database is down or overrun, and is said. */
const connectWithinMs = 10_000;

/**
 * Far longer than any statement of a running bot takes, the wait for a lock included. Keeping alive does not help where
 * something was sent and is not confirmed (the system then tries for a quarter of an hour), or where only the server's
 * machine still confirms.
 */
export const patience: Patience = { answerWithinMs: 60_000 };
/**
 * A bot whose machine has vanished within a transaction leaves its locks behind, and the server would keep them for the
 * two hours after which it asks. No transaction waits for anything but the database.
 */
const idleWithinTransactionMs = 60_000;

const int8 = 20;

/** A bigint column holds ids and counts; one beyond 2^53 would be a bug, and silently rounding it a worse one. */
export function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`the database holds the number ${text}, too large to read`);
  return value;
}

const columnTypes: NonNullable<ClientConfig["types"]> = {
  // The signature of `pg` is a set of overloads with `any`; what is returned is one of its own parsers or ours.
  getTypeParser(oid: number, format?: "text" | "binary") {
    if (format === "binary") return types.getTypeParser(oid, "binary");
    if (oid === int8) return parseInt8;
    return types.getTypeParser(oid, "text");
  },
};

/** `patient`: how long a statement may be silent; without an end only for what may take long, as migrations. */
export function openPool(connection: Connection, log: Logger, patient: Patience = patience): Pool {
  const pool = new Pool({
    ...connection,
    ...patient,
    Client: PreparingClient,
    application_name: "signalbox",
    // Asked for by a statement, since a pooler may refuse it among the parameters of a connection.
    onConnect: (client) => client.query(`set idle_in_transaction_session_timeout = ${idleWithinTransactionMs}`),
    max: connectionsAtMost,
    idleTimeoutMillis: idleMs,
    connectionTimeoutMillis: connectWithinMs,
    types: columnTypes,
    ...tcpKeepAlive,
    // An idle connection keeps the process alive otherwise, even after everything else has ended.
    allowExitOnIdle: true,
  });
  // Without a listener, a connection that the server closes would end the whole process: one in use, of which its queries
  // tell, and one that is idle.
  pool.on("connect", (client) => void client.on("error", () => undefined));
  pool.on("error", ({ message }) => {
    // The server says goodbye to every connection when it stops; once we close too that is no news. The error itself
    // is not logged, since it holds the whole connection.
    if (!pool.ending)
      log.warn({ reason: message }, "an idle database connection was lost; the next query opens another");
  });
  return pool;
}

export function openKysely(pool: Pool): Kysely<Database> {
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}
