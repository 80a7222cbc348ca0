/** The database of a running bot's private server, reached as the bot reaches it: by the note that the server keeps. */
import { readFile } from "node:fs/promises";
import { Kysely, PostgresDialect, type RawBuilder } from "kysely";
import { Pool } from "pg";
import type { Database } from "../../src/store/schema.ts";
import type { Bench } from "../measure.ts";
import type { BenchedBot } from "../open-bot.ts";
import { serverNoteIn } from "../processes/private-server.ts";

/** The caller destroys it. */
async function openPrivateDatabase(dataFolder: string): Promise<Kysely<Database>> {
  const [, , , port = "", host = ""] = (await readFile(await serverNoteIn(dataFolder), "utf8")).split("\n");
  const pool = new Pool({ host, port: Number(port), user: "signalbox", database: "postgres", max: 1 });
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}

/** Carries the statements out in the database of a bot that runs and knows its one repository. */
export async function fillLedger(
  bench: Bench,
  bot: BenchedBot,
  statements: (repository: number) => readonly RawBuilder<unknown>[],
): Promise<void> {
  const db = await openPrivateDatabase(bot.folder.bot);
  try {
    const { id } = await db.selectFrom("repository").select("id").executeTakeFirstOrThrow();
    for (const statement of statements(id)) await statement.execute(db);
    const { count } = await db
      .selectFrom("deployment")
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    bench.say(`${count} deployments are in the ledger`);
  } finally {
    await db.destroy();
  }
}
