/** An atlas with a branch for each environment: development, staging, and main for production. */
import { join } from "node:path";
import { samplePeople } from "../../sandbox/sample/people.ts";
import type { Scene, SceneSeed } from "../../sandbox/scene.ts";
import { readSceneFiles } from "../../sandbox/scene-files.ts";
import { startCi } from "./ci.ts";
import { steps } from "./steps.ts";

export const atlas = "acme/atlas";
const environments = ["development", "staging", "production"];

async function seed({ context, github, siteDir, siteUrl, pace }: SceneSeed): Promise<void> {
  const files = await readSceneFiles(context, new URL(`repositories/${atlas}/`, import.meta.url), {
    SITE_DIR: siteDir,
    PACE: String(pace),
    DEVELOPMENT_URL: `${siteUrl}/development/`,
    STAGING_URL: `${siteUrl}/staging/`,
    PRODUCTION_URL: `${siteUrl}/production/`,
    DEMO_URL: `${siteUrl}/demo/{slug}/`,
  });
  const requiredChecks = ["signalbox/ready"];
  await github.createRepository(atlas, { files, defaultBranch: "development", requiredChecks });
  for (const branch of ["staging", "main"]) {
    const sha = await github.createRef(atlas, "rosa", `refs/heads/${branch}`, "development");
    github.protect(atlas, branch, requiredChecks);
    await runAlready(context, siteDir, branch === "main" ? "production" : branch, sha);
  }
  for (const title of ["Show the lighthouse", "Show the museum", "Show the night bus"]) {
    await github.createIssue(atlas, "olaf", title);
  }
}

/** Staging and production were deployed to by hand, before there was a Signalbox. */
async function runAlready(context: SceneSeed["context"], siteDir: string, place: string, sha: string): Promise<void> {
  const page = `<!doctype html><meta charset="utf-8"><title>The atlas, ${place}</title><h1>The atlas</h1><h2>The harbour</h2>\n`;
  await context.files.mkdir(join(siteDir, place), { recursive: true });
  await context.files.writeFile(join(siteDir, place, "index.html"), page);
  const version = `sha ${sha}\nversion 1\ndeployment none\nat ${new Date(context.clock.now()).toISOString()}\n`;
  await context.files.writeFile(join(siteDir, place, "version.txt"), version);
}

function slug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-") || "place";
}

export const scene: Scene = {
  name: "environment-branches",
  title: "A branch for each environment",
  people: samplePeople,
  channels: ["#atlas"],
  repositories: [atlas],
  places: environments.map((name) => ({ folder: name, repository: atlas, environment: name })),
  operatorFile: () => `commands: ["${atlas}"]\n`,
  seed,
  others: ({ context, github, pace }) => startCi(context, github, atlas, pace),
  change: (_github, _repository, { name, detail }) => [
    { path: `places/${slug(name)}.md`, content: `# ${name}\n${detail}\n` },
  ],
  steps,
};
