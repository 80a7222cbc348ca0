/** A till that is deployed by make: to staging by every merge, to production by hand, and back by itself. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { monitoringTokens } from "../../sandbox/monitoring/monitoring.ts";
import { samplePeople } from "../../sandbox/sample/people.ts";
import type { Scene, SceneChange, SceneSeed } from "../../sandbox/scene.ts";
import { readSceneFiles } from "../../sandbox/scene-files.ts";
import { steps } from "./steps.ts";

export const till = "acme/till";

/** What only the production database and the operator know. */
export const productionPassword = "correct-horse-till-staple";

const passwords = { staging: "staging", production: productionPassword } as const;

/** The databases are folders, each with the login that it lets in. */
async function makeDatabases({ context, siteDir }: SceneSeed): Promise<void> {
  for (const [environment, password] of Object.entries(passwords)) {
    const folder = join(siteDir, "databases", `till_${environment}`);
    await context.files.mkdir(folder, { recursive: true });
    const login = createHash("sha256").update(`till:${password}`).digest("hex");
    await context.files.writeFile(join(folder, "login"), `${login}\n`);
    await context.files.writeFile(join(folder, "schema_migrations"), "");
  }
}

async function seed(scene: SceneSeed): Promise<void> {
  const { context, github, siteDir, siteUrl, monitoringUrl, pace } = scene;
  await makeDatabases(scene);
  const files = await readSceneFiles(context, new URL(`repositories/${till}/`, import.meta.url), {
    SITE_DIR: siteDir,
    PACE: String(pace),
    STAGING_URL: `${siteUrl}/staging/`,
    PRODUCTION_URL: `${siteUrl}/production/`,
    PRODUCTION_HEALTH_URL: `${siteUrl}/production/health.txt`,
    PRODUCTION_VERSION_URL: `${siteUrl}/production/version.txt`,
    PROMETHEUS_URL: `${monitoringUrl}/prometheus`,
    GRAFANA_URL: `${monitoringUrl}/grafana`,
    SENTRY_URL: `${monitoringUrl}/sentry`,
  });
  await github.createRepository(till, { files, requiredChecks: ["signalbox/ready"] });
}

/** What may be called besides public addresses is listed with its port: the till itself, and the monitoring. */
function operatorFile({ siteUrl, monitoringUrl }: Pick<SceneSeed, "siteUrl" | "monitoringUrl">): string {
  const outbound = [siteUrl, monitoringUrl].map((url) => new URL(url).host);
  return `commands: ["${till}"]
secrets:
  DB_PASSWORD: { env: TILL_DB_PASSWORD, for: ["${till}"] }
  GRAFANA_TOKEN: { env: TILL_GRAFANA_TOKEN, for: ["${till}"] }
  SENTRY_TOKEN: { env: TILL_SENTRY_TOKEN, for: ["${till}"] }
outbound: ${JSON.stringify(outbound)}
`;
}

function slug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-") || "item";
}

/** An item; where its line speaks of a new column, with the migration that adds it. */
function change(github: SceneSeed["github"], { name, detail }: Pick<SceneChange, "name" | "detail">) {
  const column = /\bcolumn (\w+)/u.exec(detail)?.[1];
  const { branches, pullRequests } = github.view(till);
  const version = 20260601000000 + branches.length + pullRequests.length;
  const migration = {
    path: `db/migrate/${version}_add_${column}.sql`,
    content: `alter table items add column ${column} text;\n`,
  };
  const item = { path: `items/${slug(name)}.txt`, content: `${name}\n${detail}\n` };
  return column === undefined ? [item] : [item, migration];
}

export const scene: Scene = {
  name: "make-deploy",
  title: "A production deployment driven by make",
  people: samplePeople,
  channels: ["#till"],
  repositories: [till],
  places: ["staging", "production"].map((name) => ({ folder: name, repository: till, environment: name })),
  operatorFile,
  settings: {
    TILL_DB_PASSWORD: productionPassword,
    TILL_GRAFANA_TOKEN: monitoringTokens.grafana,
    TILL_SENTRY_TOKEN: monitoringTokens.sentry,
  },
  seed,
  change: (github, _repository, changed) => change(github, changed),
  steps,
};
