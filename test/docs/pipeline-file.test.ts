/** What the documentation says of the pipeline file is what the reader takes: no key is missing, none is too many. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { actionsShape } from "../../src/policy/pipeline-file/deployers/actions.ts";
import { deploymentShape } from "../../src/policy/pipeline-file/deployers/deployment.ts";
import { gitlabShape } from "../../src/policy/pipeline-file/deployers/gitlab.ts";
import { pinShape } from "../../src/policy/pipeline-file/deployers/pin.ts";
import { readPipelineFile } from "../../src/policy/pipeline-file/read.ts";
import { reservedNames } from "../../src/policy/pipeline-file/rules.ts";
import {
  approvalsShape,
  demoShape,
  environmentShape,
  fileShape,
  hotfixShape,
  pullRequestsShape,
  rollbackShape,
  serviceShape,
} from "../../src/policy/pipeline-file/schema.ts";
import { announcementShape } from "../../src/policy/pipeline-file/shape-announce.ts";
import { scheduleShape } from "../../src/policy/pipeline-file/shape-branches.ts";
import { deployerShape, httpShape } from "../../src/policy/pipeline-file/shape-stages.ts";
import { probeShape, prometheusShape, verifierShape } from "../../src/policy/pipeline-file/shape-verify.ts";
import { versionFromShape, versionsShape } from "../../src/policy/pipeline-file/shape-versions.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const reference = readFileSync(join(root, "docs/pipeline-file.md"), "utf8");

/** The fenced blocks of a language, each with the line that it begins in. */
function blocksOf(text: string, language: string): readonly { readonly line: number; readonly text: string }[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gmu)].flatMap(({ 1: found, 2: inside, index }) =>
    found === language && inside !== undefined ? [{ line: text.slice(0, index).split("\n").length, text: inside }] : [],
  );
}

function section(heading: string): string {
  const [, after] = reference.split(new RegExp(`^### ${heading}$`, "mu"));
  return after?.split(/^##/mu)[0] ?? "";
}

/** The keys in the first column of the section's table. */
function documented(heading: string): readonly string[] {
  return [...section(heading).matchAll(/^\| `([a-z_]+)` \|/gmu)].map(([, key]) => key ?? "");
}

describe("docs/pipeline-file.md", () => {
  test.each([
    ["The file", fileShape],
    ["services", serviceShape],
    ["pull_requests", pullRequestsShape],
    ["versions", versionsShape],
    ["from", versionFromShape],
    ["An environment", environmentShape],
    ["approvals", approvalsShape],
    ["hotfix", hotfixShape],
    ["schedule", scheduleShape],
    ["rollback", rollbackShape],
    ["announce", announcementShape],
    ["A stage", deployerShape],
    ["http", httpShape],
    ["actions", actionsShape],
    ["deployment", deploymentShape],
    ["gitlab", gitlabShape],
    ["pin", pinShape],
    ["verify", verifierShape],
    ["http under verify", probeShape],
    ["prometheus", prometheusShape],
    ["demos", demoShape],
  ])("documents every key of %s, in the order of the schema, and no other", (heading, shape) => {
    expect(documented(heading)).toEqual(Object.keys(shape));
  });

  test("its full example uses every key of the file but _extends and services", () => {
    const full = blocksOf(reference, "yaml").find(({ text }) => text.includes("pull_requests:"));
    const used = keysIn(parse(full?.text ?? ""));
    const shapes = [
      fileShape,
      pullRequestsShape,
      versionsShape,
      versionFromShape,
      environmentShape,
      approvalsShape,
      demoShape,
    ];
    const stages = [
      deployerShape,
      httpShape,
      actionsShape,
      deploymentShape,
      gitlabShape,
      pinShape,
      verifierShape,
      probeShape,
      prometheusShape,
    ];
    const wanted = [...shapes, hotfixShape, rollbackShape, ...stages].flatMap((shape) => Object.keys(shape));
    expect(wanted.filter((key) => !["_extends", "services"].includes(key) && !used.has(key))).toEqual([]);
  });

  test("the defaults that it names are those of the reader", () => {
    const reading = readPipelineFile({
      sources: [
        {
          name: "x",
          text: "environments: {a: {deploy: [{migrate: m}, {go: g}]}, prod: {deploy: x, approvals: {from: [rosa]}}}",
        },
      ],
      repository: "acme/shop",
    });
    if (reading.kind !== "good") throw new Error(JSON.stringify(reading));
    const [service] = reading.pipeline.services;
    const [first, prod] = service?.environments ?? [];
    expect(service?.name).toBe("shop");
    expect(reading.pipeline.pullRequests).toEqual({
      wip: parse(defaultOf("pull_requests", "wip")),
      closes: defaultOf("pull_requests", "closes"),
      assignee: defaultOf("pull_requests", "assignee"),
      reviewer: defaultOf("pull_requests", "reviewer"),
      versionBump: defaultOf("pull_requests", "version_bump"),
      news: defaultOf("pull_requests", "news"),
      exempt: parse(defaultOf("pull_requests", "exempt")),
    });
    expect(first).toMatchObject({
      auto: parse(defaultOf("An environment", "auto")),
      timeout: 3_600_000,
      secrets: parse(defaultOf("An environment", "secrets")),
      checks: parse(defaultOf("An environment", "checks")),
      queue: defaultOf("An environment", "queue"),
      production: false,
      rollbackStages: ["go"],
    });
    expect(defaultOf("An environment", "timeout")).toBe("1h");
    expect(prod).toMatchObject({
      production: true,
      after: "a",
      approvals: {
        count: parse(defaultOf("approvals", "count")),
        requester: parse(defaultOf("approvals", "requester")),
        authors: parse(defaultOf("approvals", "authors")),
        expires: 24 * 3_600_000,
      },
    });
    expect(defaultOf("approvals", "expires")).toBe("24h");
    expect([defaultOf("demos", "ttl"), defaultOf("demos", "most")]).toEqual(["14d", "20"]);
  });

  test("the names that it gives as refused are", () => {
    for (const name of ["status", "lock", "help"]) expect(reservedNames).toContain(name);
  });
});

/** What stands between backticks in the second column of the key's row. */
function defaultOf(heading: string, key: string): string {
  const row = new RegExp(`^\\| \`${key}\` \\| \`([^|]+?)\` \\|`, "mu").exec(section(heading));
  return row?.[1] ?? `no default of ${key} under ${heading}`;
}

function keysIn(data: unknown): ReadonlySet<string> {
  if (Array.isArray(data)) return new Set(data.flatMap((item) => [...keysIn(item)]));
  if (typeof data !== "object" || data === null) return new Set();
  return new Set(Object.entries(data).flatMap(([key, value]) => [key, ...keysIn(value)]));
}

const pages = ["README.md", "ARCHITECTURE.md", ...globSync("docs/**/*.md", { cwd: root })].filter(
  (page) => globSync(page, { cwd: root }).length > 0,
);
const examples = pages.flatMap((page) =>
  blocksOf(readFileSync(join(root, page), "utf8"), "yaml")
    .filter(({ text }) => /^environments:/mu.test(text))
    .map(({ line, text }) => ({ page, line, text })),
);

describe("every example of a pipeline file", () => {
  test("is found", () => {
    expect(examples.filter(({ page }) => page === "docs/pipeline-file.md").length).toBeGreaterThanOrEqual(3);
    expect(examples.filter(({ page }) => page === "README.md").length).toBeGreaterThanOrEqual(2);
  });

  test.each(examples.map(({ page, line, text }) => [page, line, text] as const))(
    "in %s, line %i, is right",
    (_, __, text) => {
      const reading = readPipelineFile({ sources: [{ name: "example", text }], repository: "acme/shop-api" });
      expect(reading.kind === "mistakes" ? reading.mistakes : []).toEqual([]);
      expect(reading.kind).toBe("good");
    },
  );
});
