/** The sandbox's GitHub, a database that knows its repositories, and the engine that writes surfaces there. */
import { pino } from "pino";
import type { EventRepository } from "../../src/github/events.ts";
import { createGitHubSurfaces } from "../../src/github/surfaces.ts";
import { createProjections, type Projections } from "../../src/projections/engine.ts";
import { type TestDatabase, testDatabase } from "../harness/database.ts";
import { aSandbox, type WithSandbox } from "./a-sandbox.ts";

export type Ground = {
  readonly world: WithSandbox;
  readonly database: TestDatabase;
  /** Makes a repository with these files, which the bot has met. */
  repository(fullName: string, files: Readonly<Record<string, string>>): Promise<EventRepository>;
  /** A new writer, as after a start. */
  engine(): Projections;
  close(): Promise<void>;
};

export async function aGround(): Promise<Ground> {
  const [world, database] = await Promise.all([aSandbox(), testDatabase()]);
  const { context, github } = world;
  const { db } = database;
  return {
    world,
    database,
    async repository(fullName, files) {
      await world.sandbox.createRepository(fullName, { files });
      const made = await world.repository(fullName);
      await db
        .insertInto("repository")
        .values({
          id: made.id,
          full_name: fullName,
          installation_id: made.installationId,
          default_branch: "main",
          private: made.private,
          pipeline_file_id: null,
          latest_pipeline_file_id: null,
          removed_at: null,
        })
        .execute();
      return made;
    },
    engine() {
      const loadDeploymentView = () => Promise.resolve(undefined);
      const surfaces = createGitHubSurfaces({ db, github, context, loadDeploymentView });
      return createProjections({ context, log: pino({ level: "silent" }), db, surfaces });
    },
    async close() {
      await Promise.all([world.close(), database.drop()]);
    },
  };
}
