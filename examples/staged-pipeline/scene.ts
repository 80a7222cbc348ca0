/** A journal that goes through four stages to staging and, tried there by its product owner, to production. */
import { samplePeople } from "../../sandbox/sample/people.ts";
import type { Scene, SceneSeed } from "../../sandbox/scene.ts";
import { readSceneFiles } from "../../sandbox/scene-files.ts";
import { startScanner } from "./scanner.ts";
import { steps } from "./steps.ts";

export const journal = "acme/journal";

async function seed({ context, github, siteDir, siteUrl, pace }: SceneSeed): Promise<void> {
  const files = await readSceneFiles(context, new URL(`repositories/${journal}/`, import.meta.url), {
    SITE_DIR: siteDir,
    PACE: String(pace),
    STAGING_URL: `${siteUrl}/staging/`,
    PRODUCTION_URL: `${siteUrl}/production/`,
  });
  await github.createRepository(journal, { files, requiredChecks: ["signalbox/ready"] });
  await github.createIssue(journal, "olaf", "Tell of the second day");
  await github.createIssue(journal, "olaf", "Tell of the third day");
  await github.createIssue(journal, "olaf", "Tell of the fourth day");
}

function slug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-") || "entry";
}

export const scene: Scene = {
  name: "staged-pipeline",
  title: "A staged pipeline with pull-request hygiene",
  people: samplePeople,
  channels: ["#journal"],
  repositories: [journal],
  places: ["staging", "production"].map((name) => ({ folder: name, repository: journal, environment: name })),
  operatorFile: () => `commands: ["${journal}"]\n`,
  seed,
  others: ({ context, github, pace }) => startScanner(context, github, journal, pace),
  change: (_github, _repository, { name, detail }) => [
    { path: `entries/${slug(name)}.md`, content: `# ${name}\n${detail}\n` },
  ],
  steps,
};
