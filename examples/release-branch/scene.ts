/** A Python package that is released by candidates on a release branch, and the application that pins it. */
import { join } from "node:path";
import { samplePeople } from "../../sandbox/sample/people.ts";
import type { Scene, SceneSeed } from "../../sandbox/scene.ts";
import { readSceneFiles } from "../../sandbox/scene-files.ts";
import { steps } from "./steps.ts";

export const services = "acme/services";
export const webapi = "acme/webapi";

async function seed({ context, github, siteDir, siteUrl, pace }: SceneSeed): Promise<void> {
  const values = {
    SITE_DIR: siteDir,
    PACE: String(pace),
    STAGING_URL: `${siteUrl}/staging/`,
    PRODUCTION_URL: `${siteUrl}/production/`,
  };
  for (const name of [services, webapi]) {
    const files = await readSceneFiles(context, new URL(`repositories/${name}/`, import.meta.url), values);
    await github.createRepository(name, { files, defaultBranch: "master" });
    await github.createRef(name, "rosa", "refs/heads/release", "master");
  }
  await github.createRef(services, "rosa", "refs/tags/v10.8.4", "master");
  await startFrom({ context, github, siteDir });
}

/** At the start of the cycle the live server has 10.8.4, which the release index holds. */
async function startFrom({ context, github, siteDir }: Pick<SceneSeed, "context" | "github" | "siteDir">) {
  const { mkdir, writeFile } = context.files;
  const index = join(siteDir, "release-index");
  const live = join(siteDir, "production");
  const codes = "Creatinine: in micromol/l\n";
  const sha = github.view(webapi).branches.find(({ name }) => name === "release")?.sha;
  await mkdir(index, { recursive: true });
  await mkdir(live, { recursive: true });
  await writeFile(join(index, "acme_services-10.8.4.txt"), codes);
  await writeFile(
    join(live, "index.html"),
    `<!doctype html><h1>Results</h1><p>acme-services 10.8.4</p><p>${codes}</p>`,
  );
  const at = new Date(context.clock.now()).toISOString();
  await writeFile(join(live, "version.txt"), `sha ${sha}\nversion 10.8.4\nat ${at}\n`);
}

function slug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-") || "code";
}

export const scene: Scene = {
  name: "release-branch",
  title: "Release candidates on a release branch",
  people: samplePeople,
  channels: ["#services", "#webapi"],
  repositories: [services, webapi],
  places: [
    { folder: "staging", repository: services, environment: "staging" },
    { folder: "production", repository: webapi, environment: "production" },
  ],
  operatorFile: () => `commands: ["${services}", "${webapi}"]\npins: { ${webapi}: ["${services}"] }\n`,
  seed,
  change: (_github, repository, { name, detail }) =>
    repository === webapi
      ? [{ path: "webapi/intro.txt", content: `${name}: ${detail}\n` }]
      : [{ path: `acme/services/codes/${slug(name)}.txt`, content: `${name}: ${detail}\n` }],
  steps,
};
