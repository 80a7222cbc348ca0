/** Real repositories in a temporary folder, made with git itself. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"];

export type TestRepository = {
  readonly path: string;
  git(...args: readonly string[]): string;
  /** Commits these files on the present branch; returns the SHA. */
  commit(files: Readonly<Record<string, string>>): string;
};

export function makeFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "sbd-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export function makeRepository(path: string): TestRepository {
  const env = { PATH: process.env["PATH"] ?? "", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const run = (...args: readonly string[]) =>
    execFileSync("git", [...identity, ...args], {
      cwd: path,
      encoding: "utf8",
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  execFileSync("git", [...identity, "init", "--quiet", path], { env });
  return {
    path,
    git: (...args) => run(...args).trim(),
    commit(files) {
      for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
      run("add", "--all");
      run("commit", "--quiet", "--allow-empty", "-m", `change ${Object.keys(files).join(", ")}`);
      return run("rev-parse", "HEAD").trim();
    },
  };
}
