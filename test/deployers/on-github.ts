/** The sandbox's GitHub, one for all tests of a file, with the deployers' own client signed in to it. */
import { afterAll } from "vitest";
import type { GitHubCalls } from "../../src/deployers/github-calls.ts";
import { createGitHubCalls } from "../../src/github/deployer-calls.ts";
import type { EventRepository } from "../../src/github/events.ts";
import { aSandbox, type WithSandbox } from "../github/a-sandbox.ts";

export type OnGitHub = WithSandbox & {
  readonly calls: GitHubCalls;
  readonly shop: EventRepository;
  /** A commit of its own on a branch of its own, so that tests do not meet; returns both. */
  revision(changes?: Readonly<Record<string, string>>): Promise<{ readonly sha: string; readonly branch: string }>;
};

/** Opened at the first use, closed after the file's last test. */
export function onGitHub(files?: Readonly<Record<string, string>>): () => Promise<OnGitHub> {
  let opened: Promise<OnGitHub> | undefined;
  let revisions = 0;
  afterAll(async () => await (await opened)?.close());
  const open = async (): Promise<OnGitHub> => {
    const ground = await aSandbox(files);
    return {
      ...ground,
      calls: createGitHubCalls(ground.github),
      shop: await ground.repository("acme/shop"),
      async revision(changes = {}) {
        revisions += 1;
        const branch = `work-${revisions}`;
        const written = { "count.txt": `${revisions}\n`, ...changes };
        const sha = await ground.sandbox.commit("acme/shop", "alice", {
          ...{ branch, message: `Revision ${revisions}` },
          changes: Object.entries(written).map(([path, content]) => ({ path, content })),
        });
        return { sha, branch };
      },
    };
  };
  return () => {
    opened ??= open();
    return opened;
  };
}
