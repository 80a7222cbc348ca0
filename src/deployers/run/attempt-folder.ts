/**
 * Where an attempt's files are, and how they are written.
 *
 *     attempts/<token>/supervisor.json   who supervises; there from the folder's first moment
 *     attempts/<token>/command.json      the command's process, written before it is let go
 *     attempts/<token>/output            what it wrote, secrets already masked
 *     attempts/<token>/cancel            there when somebody asked for the end
 *     attempts/<token>/exit.json         how it ended; written last, whole or not at all
 *     attempts/<token>/home, tmp         the command's HOME and TMPDIR
 *     attempts/<token>/withdrawn         there alone, while it is certain that nobody begins the attempt
 *     work/<deployment>/tree             the checkout that a deployment's stages share
 *     git/<owner>/<name>.git             what was fetched of a repository
 *
 * Only the supervisor writes here, but for `cancel` and `withdrawn`. Names that come from outside never become a path
 * unchecked.
 */
import { join } from "node:path";
import type { Context } from "../../context.ts";

export type AttemptFolder = {
  readonly root: string;
  readonly supervisor: string;
  readonly command: string;
  readonly output: string;
  readonly cancel: string;
  readonly exit: string;
  /** The command's output on its way, while it runs. */
  readonly pipe: string;
  readonly home: string;
  readonly tmp: string;
  readonly withdrawn: string;
};

export function attemptsRoot(dataDir: string): string {
  return join(dataDir, "attempts");
}

/** Throws on a token that could be more than one name in a path; those that the bot makes are UUIDs. */
export function attemptFolder(dataDir: string, token: string): AttemptFolder {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(token)) {
    throw new Error(`An attempt's token has only letters, digits, "-" and "_", not ${JSON.stringify(token)}.`);
  }
  return folderAt(join(attemptsRoot(dataDir), token));
}

export function folderAt(root: string): AttemptFolder {
  return {
    root,
    supervisor: join(root, "supervisor.json"),
    command: join(root, "command.json"),
    output: join(root, "output"),
    cancel: join(root, "cancel"),
    exit: join(root, "exit.json"),
    pipe: join(root, "pipe"),
    home: join(root, "home"),
    tmp: join(root, "tmp"),
    withdrawn: join(root, "withdrawn"),
  };
}

export function workFolder(dataDir: string, deployment: number): string {
  if (!Number.isSafeInteger(deployment)) throw new Error(`A deployment's number is whole, not ${deployment}.`);
  return join(dataDir, "work", String(deployment));
}

export async function exists(context: Context, path: string): Promise<boolean> {
  return context.files.access(path).then(
    () => true,
    () => false,
  );
}

/** A folder of its own in `parent`, in which something is made that is then renamed into place. */
export async function newFolder(context: Context, parent: string): Promise<string> {
  await context.files.mkdir(parent, { recursive: true, mode: 0o700 });
  return await context.files.mkdtemp(join(parent, ".new-"));
}

/** Makes what was written under a folder's names outlast a power failure. */
export async function syncFolder(context: Context, path: string): Promise<void> {
  const folder = await context.files.open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Readers see the whole record or none, also after a power failure. */
export async function writeRecord(context: Context, path: string, record: object): Promise<void> {
  // Not by `ids`: what makes those takes a supervisor about a twelfth of its start to load.
  const unfinished = `${path}.${context.random().toString(36).slice(2)}`;
  const file = await context.files.open(unfinished, "wx", 0o600);
  try {
    await file.writeFile(`${JSON.stringify(record)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await context.files.rename(unfinished, path);
}
