/**
 * The sample: a shop with its files, its issues and a branch that waits for its first pull request. It makes the
 * beginning only; everything after is done by people and the bot.
 */
import type { Scene, SceneSeed } from "../scene.ts";
import { readSceneFiles } from "../scene-files.ts";
import { catalogueChange } from "./catalogue.ts";
import { samplePeople } from "./people.ts";
import { sampleSteps } from "./steps.ts";

export const sampleRepository = "acme/shop";
const environments = ["staging", "production"] as const;

/** The branch that is ready when the sandbox opens. */
export const firstBranch = "add-basket";

async function seed({ context, github, siteDir, siteUrl, pace }: SceneSeed): Promise<void> {
  const files = await readSceneFiles(context, new URL("shop/", import.meta.url), {
    SITE_DIR: siteDir,
    PACE: String(pace),
    STAGING_URL: `${siteUrl}/staging/`,
    PRODUCTION_URL: `${siteUrl}/production/`,
  });
  await github.createRepository(sampleRepository, { files, requiredChecks: ["signalbox/ready"] });
  github.setTeam("acme", "sre", ["rosa"]);
  await github.createIssue(sampleRepository, "olaf", "Customers want a basket");
  await github.createIssue(sampleRepository, "olaf", "Show what delivery costs before the order");
  await github.createIssue(sampleRepository, "rosa", "Say when the flask is out of stock");
  await github.commit(sampleRepository, "alice", {
    branch: firstBranch,
    message: "Let customers collect what they want in a basket",
    changes: catalogueChange("Basket", "Collect what you like, pay once"),
  });
}

export const sample: Scene = {
  name: "",
  title: "A shop with staging and production",
  people: samplePeople,
  channels: ["#shop-deploys", "#general"],
  repositories: [sampleRepository],
  places: environments.map((name) => ({ folder: name, repository: sampleRepository, environment: name })),
  operatorFile: () => `commands: [${JSON.stringify(sampleRepository)}]\n`,
  seed,
  change: (_github, _repository, { name, detail }) => catalogueChange(name, detail),
  steps: sampleSteps,
};
