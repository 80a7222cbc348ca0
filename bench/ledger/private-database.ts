/** The database of a running bot's private server, reached as the bot reaches it: by the note that the server keeps. */
import { readFile } from "node:fs/promises";
import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import type { Database } from "../../src/store/schema.ts";
import { serverNoteIn } from "../processes/private-server.ts";

/** The caller destroys it. */
export async function openPrivateDatabase(dataFolder: string): Promise<Kysely<Database>> {
  const [, , , port = "", host = ""] = (await readFile(await serverNoteIn(dataFolder), "utf8")).split("\n");
  const pool = new Pool({ host, port: Number(port), user: "signalbox", database: "postgres", max: 1 });
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}
