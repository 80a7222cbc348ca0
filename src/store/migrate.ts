/**
 * Brings the tables to the form that this code knows. Migrations are named in code, so that the working folder does not
 * matter; several replicas may call this at once, and one does the work. A database that a newer bot has changed is
 * refused and left as it is.
 */
import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import * as ground from "./migrations/0001-ground.ts";
import * as pullRequestRules from "./migrations/0002-pull-request-rules.ts";
import * as news from "./migrations/0003-news.ts";
import * as environmentChecks from "./migrations/0004-environment-checks.ts";
import * as conversation from "./migrations/0005-conversation.ts";
import * as holds from "./migrations/0006-holds.ts";
import * as approvals from "./migrations/0007-approvals.ts";
import * as links from "./migrations/0008-links.ts";
import * as message from "./migrations/0009-message.ts";
import * as views from "./migrations/0010-views.ts";
import * as looks from "./migrations/0011-looks.ts";
import * as soak from "./migrations/0012-soak.ts";
import * as channels from "./migrations/0013-channels.ts";
import * as liveNews from "./migrations/0014-live-news.ts";
import * as listening from "./migrations/0015-listening.ts";
import * as operations from "./migrations/0016-operations.ts";
import * as deployersOnGitHub from "./migrations/0017-deployers-on-github.ts";
import * as onFailure from "./migrations/0018-on-failure.ts";
import * as versions from "./migrations/0019-versions.ts";
import * as branches from "./migrations/0020-branches.ts";
import * as promotions from "./migrations/0021-promotions.ts";
import * as demos from "./migrations/0026-demos.ts";
import * as stageOutput from "./migrations/0027-stage-output.ts";
import * as versionRelease from "./migrations/0028-version-release.ts";
import * as broughtBack from "./migrations/0031-brought-back.ts";
import * as filesInForce from "./migrations/0032-files-in-force.ts";
import type { Database } from "./schema.ts";
import { StoreError } from "./store-error.ts";

/** In order. A migration that was ever released is never changed; the next one mends it. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001-ground": ground,
  "0002-pull-request-rules": pullRequestRules,
  "0003-news": news,
  "0004-environment-checks": environmentChecks,
  "0005-conversation": conversation,
  "0006-holds": holds,
  "0007-approvals": approvals,
  "0008-links": links,
  "0009-message": message,
  "0010-views": views,
  "0011-looks": looks,
  "0012-soak": soak,
  "0013-channels": channels,
  "0014-live-news": liveNews,
  "0015-listening": listening,
  "0016-operations": operations,
  "0017-deployers-on-github": deployersOnGitHub,
  "0018-on-failure": onFailure,
  "0019-versions": versions,
  "0020-branches": branches,
  "0021-promotions": promotions,
  "0026-demos": demos,
  "0027-stage-output": stageOutput,
  "0028-version-release": versionRelease,
  "0031-brought-back": broughtBack,
  "0032-files-in-force": filesInForce,
};

/** Names of the migrations that this call carried out. */
export async function migrate(
  db: Kysely<Database>,
  known: Readonly<Record<string, Migration>> = migrations,
): Promise<readonly string[]> {
  await refuseNewer(db, known);
  // Kysely holds an advisory lock of the database while it migrates, so that replicas starting together take turns.
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...known }) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    // Another replica of a newer version may have gone ahead between our look and our turn.
    await refuseNewer(db, known);
    const failed = results?.find((result) => result.status === "Error")?.migrationName;
    throw new StoreError(
      `The database could not be migrated${failed === undefined ? "" : ` (${failed})`}: ` +
        `${error instanceof Error ? error.message : String(error)}. Nothing of that migration was kept.`,
      { cause: error },
    );
  }
  return (results ?? []).filter((result) => result.status === "Success").map((result) => result.migrationName);
}

async function refuseNewer(db: Kysely<Database>, known: Readonly<Record<string, Migration>>): Promise<void> {
  const there = await sql<{ there: boolean }>`select to_regclass('kysely_migration') is not null as there`.execute(db);
  if (there.rows[0]?.there !== true) return;
  const done = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  const unknown = done.rows.map((row) => row.name).filter((name) => !(name in known));
  if (unknown.length > 0) {
    throw new StoreError(
      `The database was made by a newer Signalbox: it has ${unknown.join(", ")}, which this version does not know. ` +
        "Start that version again, or give this one another database.",
    );
  }
}
