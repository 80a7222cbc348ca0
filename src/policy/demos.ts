/** What a demo is called, which branches get one, and the policy of the environment that it is. Pure. */
import { createHash } from "node:crypto";
import { pathMatcher } from "./paths.ts";
import type { DemosPolicy, EnvironmentPolicy, ServicePolicy, StageDefinition } from "./pipeline.ts";

/** The longest label of a name in DNS (RFC 1035, section 2.3.4). */
const longestSlug = 63;

const prefix = "demo/";

/** No environment of a pipeline file can have such a name, since theirs hold no slash. */
export function demoName(slug: string): string {
  return `${prefix}${slug}`;
}

export function isDemoName(environment: string): boolean {
  return environment.startsWith(prefix);
}

export function slugOf(demo: string): string {
  return isDemoName(demo) ? demo.slice(prefix.length) : demo;
}

export function isDemoBranch({ branches }: Pick<DemosPolicy, "branches">, branch: string): boolean {
  return branches.some((pattern) => pathMatcher([pattern])(branch));
}

/**
 * Slugs that a branch may have, the best first: lower-case letters, digits and hyphens, neither first nor last a hyphen.
 * The later ones tell branches apart whose names differ only in what a slug leaves out.
 */
export function slugsFor({ branches }: Pick<DemosPolicy, "branches">, branch: string): readonly string[] {
  const pattern = branches.find((one) => isDemoBranch({ branches: [one] }, branch)) ?? "";
  const plain = dnsSafe(withoutPrefix(pattern, branch), longestSlug);
  const hash = createHash("sha256").update(branch).digest("hex");
  const told = [6, 12, 24].map((length) => {
    const stem = dnsSafe(plain, longestSlug - length - 1);
    return `${stem === "" ? "demo" : stem}-${hash.slice(0, length)}`;
  });
  return plain === "" ? told : [plain, ...told];
}

/** Without the folders that every branch of the pattern stands in. */
function withoutPrefix(pattern: string, branch: string): string {
  const fixed = pattern.slice(0, pattern.search(/[*?]/u));
  const folder = fixed.slice(0, fixed.lastIndexOf("/") + 1);
  return branch.startsWith(folder) && branch.length > folder.length ? branch.slice(folder.length) : branch;
}

function dnsSafe(text: string, longest: number): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mark}+/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, "-")
    .replace(/^-+/u, "")
    .slice(0, longest)
    .replace(/-+$/u, "");
}

/** The policy of one demo: no approvals, nothing before it, never production. */
export function demoPolicy(demos: DemosPolicy, slug: string, branch: string): EnvironmentPolicy {
  const { template, destroy } = demos;
  const url = template.url === undefined ? undefined : named(template.url, slug);
  return {
    ...template,
    name: demoName(slug),
    branch,
    ...(url === undefined ? {} : { url }),
    env: { ...template.env, SIGNALBOX_DEMO_SLUG: slug, SIGNALBOX_DEMO_URL: url ?? "" },
    verify: template.verify.map((stage) => namedIn(stage, slug)),
    demo: { slug, destroy },
  };
}

/** A slug is harmless wherever it is put. Commands are left alone: values reach them by their variables. */
function named(text: string, slug: string): string {
  return text.replaceAll("{slug}", slug);
}

function namedIn(stage: StageDefinition, slug: string): StageDefinition {
  const { deployer } = stage;
  if (deployer.kind === "prometheus") {
    const { url, query } = deployer;
    return { ...stage, deployer: { ...deployer, url: named(url, slug), query: named(query, slug) } };
  }
  if (deployer.kind !== "probe") return stage;
  const { url, contains } = deployer;
  const holds = contains === undefined ? {} : { contains: named(contains, slug) };
  return { ...stage, deployer: { ...deployer, url: named(url, slug), ...holds } };
}

/** A demo whose branch the file still names follows the file; any other keeps the policy that it was pushed under. */
export function demoPolicyNow(
  service: ServicePolicy,
  demo: { readonly name: string; readonly branch: string; readonly policy: EnvironmentPolicy },
): EnvironmentPolicy {
  const { demos } = service;
  return demos !== undefined && isDemoBranch(demos, demo.branch)
    ? demoPolicy(demos, slugOf(demo.name), demo.branch)
    : demo.policy;
}

/** What taking the demo away is deployed under: its own stages, and nothing is verified afterwards. */
export function destroying(policy: EnvironmentPolicy): EnvironmentPolicy {
  const { destroy = [] } = policy.demo ?? {};
  return { ...policy, deploy: destroy, verify: [], rollbackStages: [] };
}
