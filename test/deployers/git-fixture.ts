/** Real repositories in a temporary folder, made with git itself. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"];

export type TestRepository = {
  readonly path: string;
  /** The first commit, in which `version.txt` says "one". */
  readonly sha: string;
  git(...args: readonly string[]): string;
  /** Commits these files on the present branch; returns the SHA. */
  commit(files: Readonly<Record<string, string>>): string;
};

export function makeFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "sbd-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

type Kept = { readonly sha: string; readonly files: readonly (readonly [name: string, content: Buffer])[] };

let kept: Kept | undefined;

/** Most tests need no more than one commit, so git makes it once for each process; the others get the same files. */
export function makeRepository(path: string): TestRepository {
  if (kept === undefined) {
    mkdirSync(path);
    const made = openRepository(path, "");
    made.git("init", "--quiet", "--template=");
    kept = { sha: made.commit({ "version.txt": "one\n" }), files: filesUnder(path) };
  } else {
    for (const [name, content] of kept.files) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), content);
    }
  }
  return openRepository(path, kept.sha);
}

function filesUnder(path: string): Kept["files"] {
  const found = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return found.map(({ parentPath, name }) => {
    const file = join(parentPath, name);
    return [relative(path, file), readFileSync(file)] as const;
  });
}

function openRepository(path: string, sha: string): TestRepository {
  const env = { PATH: process.env["PATH"] ?? "", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const run = (...args: readonly string[]) =>
    execFileSync("git", [...identity, ...args], {
      cwd: path,
      encoding: "utf8",
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  return {
    path,
    sha,
    git: (...args) => run(...args).trim(),
    commit(files) {
      for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
      run("add", "--all");
      run("commit", "--quiet", "--allow-empty", "-m", `change ${Object.keys(files).join(", ")}`);
      return run("rev-parse", "HEAD").trim();
    },
  };
}
