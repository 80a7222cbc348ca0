/**
 * The CI, which in life runs `make test` for every branch and pull request: it reports a commit status under its own name.
 * It finds fault with what still says FIXME.
 */
import type { SandboxGitHub } from "../../sandbox/contract.ts";
import type { Context } from "../../src/context.ts";

const ciName = "ci/test";

/** Returns what ends it. `pace` is in seconds, as for the stages. */
export function startCi(context: Context, github: SandboxGitHub, repository: string, pace: number): () => void {
  const tested = new Set<string>();
  async function test(sha: string): Promise<void> {
    await github.setStatus(repository, sha, ciName, "pending");
    await context.clock.sleep(pace * 2_000);
    const files = await github.files(repository, sha);
    const isBad = Object.entries(files).some(([path, text]) => path.startsWith("places/") && text.includes("FIXME"));
    await github.setStatus(repository, sha, ciName, isBad ? "failure" : "success");
  }
  function look(): void {
    for (const { sha } of github.view(repository).branches) {
      if (tested.has(sha)) continue;
      tested.add(sha);
      // The sandbox may close while it tests; then nobody waits for the result any more.
      test(sha).catch(() => undefined);
    }
  }
  look();
  return github.onChange(look);
}
