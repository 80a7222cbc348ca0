/**
 * Makes `DATA_DIR` and takes hold of it, whichever database the bot uses: git mirrors, checkouts and commands are kept
 * there under names that only one database gives out.
 */
import { resolve } from "node:path";
import type { Logger } from "pino";
import type { Context } from "../../context.ts";
import { StoreError } from "../store-error.ts";
import { explainDisk } from "./disk-space.ts";
import { holdDataDir } from "./hold.ts";

export type DataDir = {
  /** The folder's one true name, by which a server that still runs from before is recognised. */
  readonly path: string;
  /** Gives the folder back. */
  release(): Promise<void>;
};

export async function takeDataDir(parts: {
  readonly context: Context;
  readonly log: Logger;
  readonly path: string;
}): Promise<DataDir> {
  const { context, log } = parts;
  const absolute = resolve(parts.path);
  try {
    await context.files.mkdir(absolute, { recursive: true });
    await context.files.access(absolute, context.files.constants.W_OK | context.files.constants.X_OK);
    const path = await context.files.realpath(absolute);
    const hold = await holdDataDir({ context, log, dataDir: path });
    return { path, release: () => hold.release() };
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError(
      `DATA_DIR (${absolute}) cannot be used: ${why}. Give the bot a folder that it may write to.` +
        `${await explainDisk(context, absolute)}`,
      { cause: error },
    );
  }
}
