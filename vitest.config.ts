import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const every = ["test/**/*.test.ts", "examples/*/story.test.ts"];
/** What plays with nock changes its process's HTTP for good, and so stays by itself. */
const withNock = ["app", "client", "comparison-pages", "many-tags", "together", "unshared"].map(
  (name) => `test/github/${name}.test.ts`,
);

const each = {
  setupFiles: ["test/harness/closed-network.ts"],
  pool: "forks" as const,
  // What tests leave behind is mostly garbage at once: it is collected seldom, and little of it is copied first.
  execArgv: ["--max-semi-space-size=64"],
  // A CommonJS module's default export is its whole `exports`, as it is where the bot runs.
  deps: { interopDefault: false },
  // More than two cores can be kept busy by: much of a test is waiting for the processes that it started.
  maxWorkers: 3,
  // Compiled code is kept for the other workers, what the tests start as a process, and the next run.
  env: { NODE_COMPILE_CACHE: join(tmpdir(), `signalbox-test-compiled-${userInfo().uid}`) },
  // In CI, on a machine that nobody knows, what fails is tried once more; the report names it. Elsewhere it just fails.
  retry: process.env["CI"] === "true" ? 1 : 0,
  // Twice what the longest takes on two cores that others keep busy; where nothing else runs, none needs a quarter of it.
  testTimeout: 120_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    globalSetup: ["test/harness/global-setup.ts"],
    // Files share a few processes: in one of its own, each would spend more on starting and importing than on testing.
    // The first time the largest files come first, and then those that took longest.
    projects: [
      { test: { ...each, name: "together", isolate: false, include: every, exclude: withNock } },
      { test: { ...each, name: "with nock", isolate: false, include: withNock } },
    ],
  },
});
