/**
 * Where the private server keeps its data: in `DATA_DIR`, or, when its user may not go there, in a folder of its own
 * elsewhere that a note in `DATA_DIR` names. The note decides from then on, so that a change of rights never makes the
 * bot begin anew with an empty database.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Context } from "../../context.ts";
import { StoreError } from "../store-error.ts";
import { barredFolder, chooseServerUser, type ServerUser } from "./server-user.ts";

export type Place = {
  readonly user: ServerUser | undefined;
  /** Holds the data folder, the log, the socket's folder and copied programs. */
  readonly base: string;
  readonly dataFolder: string;
  readonly logFile: string;
};

const noteName = "postgres.location";

export async function choosePlace(parts: {
  readonly context: Context;
  readonly log: Logger;
  readonly dataDir: string;
  readonly elsewhere: string;
}): Promise<Place> {
  const { context, log, dataDir, elsewhere } = parts;
  const note = join(dataDir, noteName);
  const noted = (await context.files.readFile(note, "utf8").catch(() => "")).trim();
  const base = noted === "" ? dataDir : noted;
  const user = await chooseServerUser(context, join(base, "postgres"));
  if (noted !== "") {
    await context.files.access(join(noted, "postgres")).catch((cause: unknown) => {
      throw new StoreError(
        `${note} says that the database is in ${noted}, but it is not there. ` +
          "Bring that folder back, or remove the note to begin with an empty database.",
        { cause },
      );
    });
    log.info({ folder: noted }, "the database is kept outside of DATA_DIR");
    return placeIn(noted, user);
  }
  const barred = await barredFolder(context, user, dataDir);
  if (barred === undefined) return placeIn(dataDir, user);
  const there = await context.files.stat(join(dataDir, "postgres")).catch(() => undefined);
  if (there !== undefined) {
    throw new StoreError(
      `The database in ${join(dataDir, "postgres")} cannot be used: ${user?.name} may not enter ${barred}. ` +
        `Let others enter it (chmod o+x), or move DATA_DIR to where they may. Nothing was changed.`,
    );
  }
  const away = join(
    elsewhere,
    createHash("sha256")
      .update(await context.files.realpath(dataDir))
      .digest("hex")
      .slice(0, 12),
  );
  log.info(
    { folder: away, barred, user: user?.name },
    "the database is kept outside of DATA_DIR, since the server's user may not go there",
  );
  await context.files.mkdir(away, { recursive: true, mode: 0o755 });
  const barredThere = await barredFolder(context, user, away);
  if (barredThere !== undefined) {
    throw new StoreError(
      `There is no place for the database: ${user?.name} may enter neither ${barred} nor ${barredThere}. ` +
        "Give the bot a DATA_DIR that others may enter, or run it as an ordinary user.",
    );
  }
  return placeIn(away, user);
}

/** Written once the database is in its place, and never before: it promises that it is there. */
export async function notePlace(context: Context, dataDir: string, place: Place): Promise<void> {
  if (place.base === dataDir) return;
  const note = join(dataDir, noteName);
  const written = `${note}.new`;
  await context.files.writeFile(written, `${place.base}\n`);
  await context.files.rename(written, note);
}

function placeIn(base: string, user: ServerUser | undefined): Place {
  return { user, base, dataFolder: join(base, "postgres"), logFile: join(base, "postgres.log") };
}
