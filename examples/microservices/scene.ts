/** Three services in repositories of their own, each delivered by itself to staging and production through acme/infra. */
import { join } from "node:path";
import { samplePeople } from "../../sandbox/sample/people.ts";
import type { Scene, SceneChange, SceneSeed } from "../../sandbox/scene.ts";
import { readSceneFiles } from "../../sandbox/scene-files.ts";
import { ciName, startCi } from "./ci.ts";
import { environments, infra, startHosts } from "./hosts.ts";
import { steps } from "./steps.ts";

export const [core, events, mailer] = ["acme/core", "acme/events", "acme/mailer"] as const;
const services = [core, events, mailer];

const nameOf = (repository: string) => repository.split("/").at(-1) ?? "";

async function seed(ground: SceneSeed): Promise<void> {
  const { context, github, siteDir, siteUrl, pace } = ground;
  for (const repository of services) {
    const at = (environment: string) => `${siteUrl}/${nameOf(repository)}/${environment}/`;
    const files = await readSceneFiles(context, new URL(`repositories/${repository}/`, import.meta.url), {
      SITE_DIR: siteDir,
      PACE: String(pace),
      STAGING_URL: at("staging"),
      STAGING_VERSION_URL: `${at("staging")}version.txt`,
      PRODUCTION_URL: at("production"),
      PRODUCTION_VERSION_URL: `${at("production")}version.txt`,
    });
    const requiredChecks = ["signalbox/ready", ciName];
    await github.createRepository(repository, { files, requiredChecks, defaultBranch: "master" });
    await pushFirstImage(ground, repository);
  }
  const files = await readSceneFiles(context, new URL(`repositories/${infra}/`, import.meta.url), {});
  await github.createRepository(infra, { files, defaultBranch: "master" });
}

/** What was built before Signalbox came, and runs when the scene opens. */
async function pushFirstImage({ context, github, siteDir }: SceneSeed, repository: string): Promise<void> {
  const service = nameOf(repository);
  const image = join(siteDir, "registry", service, "1.0.0");
  await context.files.mkdir(image, { recursive: true });
  const page = `<!doctype html><meta charset="utf-8"><title>${service}</title><body><h1>${service} 1.0.0</h1>\n`;
  await context.files.writeFile(join(image, "index.html"), page);
  const head = github.view(repository).branches.find(({ name }) => name === "master")?.sha;
  await context.files.writeFile(join(image, "revision.txt"), `${head}\n`);
}

function slug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-") || "feature";
}

export function packageJson(repository: string, version: string): string {
  return `${JSON.stringify({ name: `@${repository}`, version, private: true }, undefined, 2)}\n`;
}

/** “Members can sign up (1.1.0)” raises the version with it. */
function change(repository: string, { name, detail }: SceneChange) {
  const version = /\d+\.\d+\.\d+/.exec(name)?.[0];
  const title = name.replace(/\(?\d+\.\d+\.\d+\)?/, "").trim();
  const feature = { path: `features/${slug(title)}.md`, content: `# ${title}\n${detail}\n` };
  if (repository === infra || version === undefined) return [feature];
  return [feature, { path: "package.json", content: packageJson(repository, version) }];
}

export const scene: Scene = {
  name: "microservices",
  title: "Many microservices, each on its own way to two environments",
  people: samplePeople,
  channels: ["#services", "#mailer"],
  repositories: [core, events, mailer, infra],
  places: services.flatMap((repository) =>
    environments.map((environment) => ({ folder: `${nameOf(repository)}/${environment}`, repository, environment })),
  ),
  operatorFile: ({ siteUrl }) =>
    `commands: ${JSON.stringify(services)}\npins: { ${infra}: ${JSON.stringify(services)} }\noutbound: ["${new URL(siteUrl).hostname}"]\n`,
  seed,
  others(ground) {
    const ends = [startCi(ground, services), startHosts(ground)];
    return () => {
      for (const end of ends) end();
    };
  },
  change: (_github, repository, wanted) => change(repository, wanted),
  steps,
};
