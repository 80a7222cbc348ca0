/**
 * Whom the private server runs as. PostgreSQL refuses to be root, so a bot that is root runs it as an unprivileged
 * user, and has to know where that user may go.
 */
import { dirname } from "node:path";
import type { Context } from "../../context.ts";

export type ServerUser = { readonly name: string; readonly ids: { readonly uid: number; readonly gid: number } };

/** In this order: a user made for databases owns nothing else; `nobody` is there on every machine. */
const candidates = ["postgres", "nobody"] as const;
const nobody = 65_534;

/** Undefined when the bot is not root: then the server runs as the bot's own user. */
export async function chooseServerUser(context: Context, dataFolder: string): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  // A folder made earlier stays with its user, whatever users the machine has now.
  const owner = await context.files.stat(dataFolder).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) {
    return { name: `the user with the id ${owner.uid}`, ids: { uid: owner.uid, gid: owner.gid } };
  }
  const passwd = await context.files.readFile("/etc/passwd", "utf8").catch(() => "");
  for (const name of candidates) {
    const [, , uid, gid] =
      passwd
        .split("\n")
        .find((line) => line.startsWith(`${name}:`))
        ?.split(":") ?? [];
    if (uid !== undefined && gid !== undefined) return { name, ids: { uid: Number(uid), gid: Number(gid) } };
  }
  return { name: "nobody", ids: { uid: nobody, gid: nobody } };
}

/**
 * The first folder on the way to `path`, itself included, that the user may not enter; undefined when the way is free.
 * `path` must exist. Looks at the mode alone, so an access list that allows more is not seen.
 */
export async function barredFolder(
  context: Context,
  user: ServerUser | undefined,
  path: string,
): Promise<string | undefined> {
  if (user === undefined) return undefined;
  const way: string[] = [];
  for (let folder = await context.files.realpath(path); ; folder = dirname(folder)) {
    way.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  for (const folder of way) {
    const { uid, gid, mode } = await context.files.stat(folder);
    const search = uid === user.ids.uid ? 0o100 : gid === user.ids.gid ? 0o010 : 0o001;
    if ((mode & search) === 0) return folder;
  }
  return undefined;
}
