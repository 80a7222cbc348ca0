/** Finds the processes of a bot's private PostgreSQL by the note that the server itself keeps in its data folder. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { childrenOf } from "./memory.ts";

async function noteIn(folder: string): Promise<string | undefined> {
  const entries = await readdir(folder, { recursive: true });
  const note = entries.find((entry) => entry.endsWith("postmaster.pid"));
  return note === undefined ? undefined : join(folder, note);
}

/** The server and all that it has started. Throws when the bot's data folder holds no running server. */
export async function privateServerOf(dataFolder: string): Promise<readonly number[]> {
  const note = await noteIn(dataFolder);
  if (note === undefined) throw new Error(`no private PostgreSQL runs in ${dataFolder}`);
  const server = Number((await readFile(note, "utf8")).split("\n")[0]);
  return [server, ...(await childrenOf(server))];
}
