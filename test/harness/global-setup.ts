/**
 * One PostgreSQL for the whole test run, with a migrated template that each test copies. It is gone when the run ends.
 * It takes its programs from where the bot's private server does, but is not that server: it is quick rather than
 * durable, and what the private server does is tested in `test/store`.
 */
import { spawn } from "node:child_process";
import { chown, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { TestProject } from "vitest/node";
import { createContext } from "../../src/context.ts";
import { createJobs } from "../../src/jobs/jobs.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openKysely, openPool } from "../../src/store/pool.ts";
import { findBinaries, readyBinaries } from "../../src/store/private-server/binaries.ts";
import { programEnvironment, runProgram } from "../../src/store/private-server/run-program.ts";
import { chooseServerUser } from "../../src/store/private-server/server-user.ts";
import { createEmptying } from "./empty-database.ts";
import { createKeeping } from "./kept-rows.ts";
import { makeRunFolder } from "./run-folder.ts";

export type TestServer = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly template: string;
};

declare module "vitest" {
  interface ProvidedContext {
    postgres: TestServer;
  }
}

/** What a test run never needs is surviving a crash of the machine. */
const quickSettings = [
  "listen_addresses=",
  "fsync=off",
  "synchronous_commit=off",
  "full_page_writes=off",
  "wal_level=minimal",
  "max_wal_senders=0",
  "autovacuum=off",
  "max_connections=200",
  "shared_buffers=64MB",
  "max_wal_size=64MB",
  "jit=off",
  "timezone=UTC",
];

const port = 5432;
let end: (() => Promise<void>) | undefined;

export async function setup(project: TestProject): Promise<void> {
  const context = createContext();
  const log = pino({ level: "silent" });
  // Kept for the next run, unlike all else.
  const copyInto = join(tmpdir(), "signalbox-test-programs");
  const run = await makeRunFolder();
  const folder = join(run.folder, "postgres");
  await mkdir(folder);
  const data = join(folder, "data");
  const user = await chooseServerUser(context, data);
  if (user !== undefined) await chown(folder, user.ids.uid, user.ids.gid);
  const found = await findBinaries(context);
  const binaries = await readyBinaries({ context, log, found, user, copyInto });
  const program = (name: string) => join(binaries.folder, "bin", name);

  const made = await runProgram(context, user, program("initdb"), [
    `--pgdata=${data}`,
    ...["--username=signalbox", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"],
    ...["--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
  ]);
  if (made.code !== 0) throw new Error(`initdb ended with ${made.code}: ${made.output}`);

  const settings = quickSettings.flatMap((setting) => ["-c", setting]);
  const server = spawn(program("postgres"), ["-D", data, "-k", folder, ...settings], {
    ...user?.ids,
    env: programEnvironment,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  server.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  end = async () => {
    server.kill("SIGINT");
    await ended;
    await run.remove();
  };

  const postgres = { host: folder, port, user: "signalbox", template: "signalbox_template" };
  await untilListening(
    postgres,
    () => server.exitCode !== null,
    () => said,
  );
  const connection = { ...postgres, database: postgres.template };
  const pool = openPool(connection, log);
  const db = openKysely(pool);
  await migrate(db);
  // The job queue's tables too, so that a test that uses it does not wait for them.
  const jobs = await createJobs({ context, log, db, connection });
  await jobs.stop();
  await createEmptying(db);
  await createKeeping(db);
  await db.destroy();
  project.provide("postgres", postgres);
}

export async function teardown(): Promise<void> {
  await end?.();
}

async function untilListening(postgres: TestServer, ended: () => boolean, said: () => string): Promise<void> {
  const log = pino({ level: "silent" });
  for (;;) {
    const pool = openPool({ ...postgres, database: "postgres" }, log);
    try {
      await pool.query(`create database ${postgres.template}`);
      return;
    } catch (error) {
      if (ended()) throw new Error(`the tests' PostgreSQL did not start: ${said()}`, { cause: error });
      await new Promise((again) => setTimeout(again, 10));
    } finally {
      await pool.end();
    }
  }
}
