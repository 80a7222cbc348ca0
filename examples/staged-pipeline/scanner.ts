/**
 * The external quality scan, which in life is SonarQube: it looks at every commit on the default branch by itself and
 * reports a check run under its own name. It finds fault with what still says FIXME.
 */
import type { SandboxGitHub } from "../../sandbox/contract.ts";
import type { Context } from "../../src/context.ts";

const scanName = "SonarQube";

/** Returns what ends it. `pace` is in seconds, as for the stages. */
export function startScanner(context: Context, github: SandboxGitHub, repository: string, pace: number): () => void {
  const scanned = new Set<string>();
  async function scan(sha: string): Promise<void> {
    await github.setCheckRun(repository, sha, scanName, "in_progress");
    await context.clock.sleep(pace * 3_000);
    const files = await github.files(repository, sha);
    const isBad = Object.values(files).some((text) => text.includes("FIXME"));
    await github.setCheckRun(repository, sha, scanName, isBad ? "failure" : "success");
  }
  function look(): void {
    const { branches, defaultBranch } = github.view(repository);
    const head = branches.find((branch) => branch.name === defaultBranch)?.sha;
    if (head === undefined || scanned.has(head)) return;
    scanned.add(head);
    // The sandbox may close while it scans; then nobody waits for the result any more.
    scan(head).catch(() => undefined);
  }
  look();
  return github.onChange(look);
}
