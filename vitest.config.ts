import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    globalSetup: ["test/harness/global-setup.ts"],
    setupFiles: ["test/harness/closed-network.ts"],
    pool: "forks",
    // A CommonJS module's default export is its whole `exports`, as it is where the bot runs.
    deps: { interopDefault: false },
    maxWorkers: 4,
    // In CI, on a machine that nobody knows, what fails is tried once more; the report names it. Elsewhere it just fails.
    retry: process.env["CI"] === "true" ? 1 : 0,
    testTimeout: 150_000,
    hookTimeout: 120_000,
  },
});
