/**
 * The machines of staging and production. Each looks at its compose file in acme/infra and brings up the images that are
 * pinned there, as `git pull` and `docker compose up` do in life. Of Signalbox they know nothing.
 */
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { SandboxGitHub } from "../../sandbox/contract.ts";
import type { SceneSeed } from "../../sandbox/scene.ts";

export const infra = "acme/infra";
export const environments = ["staging", "production"] as const;

const composeShape = z.object({ services: z.record(z.string(), z.object({ image: z.string() })) });

/** The version of each service that an environment's compose file names, now or at a revision. */
export async function pinned(
  github: SandboxGitHub,
  environment: string,
  revision = github.view(infra).defaultBranch,
): Promise<Readonly<Record<string, string>>> {
  const files = await github.files(infra, revision);
  const { services } = composeShape.parse(parse(files[`${environment}/compose.yml`] ?? ""));
  return Object.fromEntries(Object.entries(services).map(([name, { image }]) => [name, image.split(":").at(-1) ?? ""]));
}

type World = Pick<SceneSeed, "context" | "siteDir" | "pace">;

async function bringUp({ context, siteDir, pace }: World, place: string, service: string, version: string) {
  const { files, clock } = context;
  const image = join(siteDir, "registry", service, version);
  const target = join(siteDir, place);
  const revision = (await files.readFile(join(image, "revision.txt"), "utf8")).trim();
  const at = () => new Date(clock.now()).toISOString();
  const note = (what: string) =>
    files.appendFile(join(siteDir, "deploys.log"), `${at()} ${what} ${place} ${revision} none\n`);
  await note("begun");
  await clock.sleep(pace * 1_000);
  await files.mkdir(target, { recursive: true });
  await files.copyFile(join(image, "index.html"), join(target, "index.html"));
  const told = `sha ${revision}\nversion ${version}\ndeployment none\nat ${at()}\n`;
  await files.writeFile(join(target, "version.txt.new"), told);
  await files.rename(join(target, "version.txt.new"), join(target, "version.txt"));
  await note("done");
}

/** Returns what ends them. */
export function startHosts(seed: SceneSeed): () => void {
  const { github } = seed;
  const running = new Map<string, string>();
  let ended = false;
  let head: string | undefined;

  async function lookAt(environment: string): Promise<void> {
    for (const [service, version] of Object.entries(await pinned(github, environment))) {
      const place = `${service}/${environment}`;
      if (ended || running.get(place) === version) continue;
      // An image that is not there leaves what runs as it is, until something else is pinned.
      running.set(place, version);
      await bringUp(seed, place, service, version).catch(() => undefined);
    }
  }

  const looks = new Map(environments.map((name) => [name, Promise.resolve()]));
  function look(): void {
    const { branches, defaultBranch } = github.view(infra);
    const now = branches.find(({ name }) => name === defaultBranch)?.sha;
    if (now === head || ended) return;
    head = now;
    for (const [name, before] of looks)
      looks.set(
        name,
        before.then(() => lookAt(name)).catch(() => undefined),
      );
  }
  look();
  const forget = github.onChange(look);
  return () => {
    ended = true;
    forget();
  };
}
