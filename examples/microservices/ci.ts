/** The services' continuous integration: it looks at the head of every open pull request, and reports the check `ci`. */
import type { SceneSeed } from "../../sandbox/scene.ts";

export const ciName = "ci";

/** Returns what ends it. */
export function startCi({ context, github, pace }: SceneSeed, services: readonly string[]): () => void {
  const seen = new Set<string>();
  async function run(repository: string, sha: string): Promise<void> {
    await github.setCheckRun(repository, sha, ciName, "in_progress");
    await context.clock.sleep(pace * 1_000);
    const features = Object.entries(await github.files(repository, sha)).filter(([path]) =>
      path.startsWith("features/"),
    );
    const works = features.every(([, text]) => text.startsWith("# ") && !text.includes("FIXME"));
    await github.setCheckRun(repository, sha, ciName, works ? "success" : "failure");
  }
  function look(): void {
    for (const repository of services) {
      for (const { state, head } of github.view(repository).pullRequests) {
        if (state !== "open" || seen.has(head.sha)) continue;
        seen.add(head.sha);
        // The sandbox may close while it runs; then nobody waits for the result any more.
        run(repository, head.sha).catch(() => undefined);
      }
    }
  }
  look();
  return github.onChange(look);
}
