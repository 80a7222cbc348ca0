import { defineConfig } from "vitest/config";

/**
 * Many short files: in a process of its own each spends more on starting and importing than on testing. What starts
 * bots and commands, or plays with nock, which changes a process's HTTP for good, stays alone.
 */
const together = ["policy", "wording", "commands", "config", "log", "docs", "shape", "packaging", "harness"]
  .concat(["slack", "web", "sandbox", "github"])
  .map((folder) => `test/${folder}/**/*.test.ts`);
const withNock = ["app", "client", "comparison-pages", "together"].map((name) => `test/github/${name}.test.ts`);

const each = {
  setupFiles: ["test/harness/closed-network.ts"],
  pool: "forks" as const,
  // A CommonJS module's default export is its whole `exports`, as it is where the bot runs.
  deps: { interopDefault: false },
  maxWorkers: 4,
  // In CI, on a machine that nobody knows, what fails is tried once more; the report names it. Elsewhere it just fails.
  retry: process.env["CI"] === "true" ? 1 : 0,
  // Twice what the longest takes on two cores that others keep busy; where nothing else runs, none needs a quarter of it.
  testTimeout: 120_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    globalSetup: ["test/harness/global-setup.ts"],
    // Projects are run in the order of their names, so that the long files come first.
    projects: [
      {
        test: { ...each, name: "alone", include: ["test/**/*.test.ts", "examples/*/story.test.ts"], exclude: together },
      },
      { test: { ...each, name: "alone, with nock", include: withNock } },
      { test: { ...each, name: "together", isolate: false, include: together, exclude: withNock } },
    ],
  },
});
