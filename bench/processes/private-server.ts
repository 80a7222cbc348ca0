/** Finds the processes of a bot's private PostgreSQL by the note that the server itself keeps in its data folder. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { childrenOf } from "./memory.ts";

/** Where the server says who and where it is. Throws when the bot's data folder holds no running server. */
export async function serverNoteIn(dataFolder: string): Promise<string> {
  const entries = await readdir(dataFolder, { recursive: true });
  const note = entries.find((entry) => entry.endsWith("postmaster.pid"));
  if (note === undefined) throw new Error(`no private PostgreSQL runs in ${dataFolder}`);
  return join(dataFolder, note);
}

/** The server and all that it has started. Throws when the bot's data folder holds no running server. */
export async function privateServerOf(dataFolder: string): Promise<readonly number[]> {
  const note = await serverNoteIn(dataFolder);
  const server = Number((await readFile(note, "utf8")).split("\n")[0]);
  return [server, ...(await childrenOf(server))];
}
