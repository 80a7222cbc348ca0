/**
 * Fills the sandbox's GitHub with the sample service: its files, its issues and a branch that waits for its first pull
 * request. It makes the beginning only; everything after is done by people and the bot.
 */
import { fileURLToPath } from "node:url";
import type { Context } from "../../src/context.ts";
import type { FileChange, SandboxGitHub } from "../contract.ts";

export const sampleRepository = "acme/shop";
export const sampleChannel = "#shop-deploys";
/** The sample's own first. */
export const sampleChannels = [sampleChannel, "#general"] as const;
export const sampleEnvironments = ["staging", "production"] as const;

export type SampleOptions = {
  /** The folder into which `make deploy` writes, absolute. */
  readonly siteDir: string;
  /** Where the environments can be visited, without a slash at the end. */
  readonly siteUrl: string;
  /** Seconds that each step of a stage takes, so that a person can watch (and interrupt) it; 0 in tests. */
  readonly pace: number;
};

const shopFolder = fileURLToPath(new URL("shop/", import.meta.url));

async function readShop(context: Context, options: SampleOptions): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const values: Readonly<Record<string, string>> = {
    SITE_DIR: JSON.stringify(options.siteDir),
    PACE: JSON.stringify(String(options.pace)),
    STAGING_URL: JSON.stringify(`${options.siteUrl}/staging/`),
    PRODUCTION_URL: JSON.stringify(`${options.siteUrl}/production/`),
  };
  const entries = await context.files.readdir(shopFolder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = `${entry.parentPath.replaceAll("\\", "/").replace(/\/?$/, "/")}${entry.name}`;
    const text = await context.files.readFile(path, "utf8");
    const name = path.slice(shopFolder.replaceAll("\\", "/").length);
    files[name] = name.endsWith(".yml") ? text.replace(/"@(\w+)@"/g, (found, key) => values[key] ?? found) : text;
  }
  return files;
}

/** A change that customers can see: one more entry in the catalogue, in a file of its own, so that no two conflict. */
export function catalogueChange(name: string, detail: string): readonly FileChange[] {
  const slug =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") || "entry";
  return [{ path: `catalogue/${slug}.json`, content: `${JSON.stringify({ name, detail, order: 10 })}\n` }];
}

/** The branch that is ready when the sandbox opens. */
export const firstBranch = "add-basket";

export async function seedSample(context: Context, github: SandboxGitHub, options: SampleOptions): Promise<void> {
  const files = await readShop(context, options);
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
