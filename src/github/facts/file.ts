/**
 * Files at a commit or a ref. What a commit holds never changes, so the last few are kept, and whoever asks while the
 * same is being asked waits for that answer: a push and the pull request that follows it look at the same file. Calls: 1.
 */
import type { GitHubPort, RepositoryRef } from "../../operations/ports.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { ownerAndRepo } from "../repository-name.ts";

const keptFiles = 300;
/** Pipeline and version files are smaller; together the kept ones stay below 10 MB. */
const largestKept = 32 * 1024;

type Answer = Promise<string | undefined>;

export function createFileReader(github: GitHub): GitHubPort["fileAt"] {
  const kept = new Map<string, Answer>();
  return async (repository, at, path) => {
    if (!/^[0-9a-f]{40}$/.test(at)) return await readFile(github, repository, at, path);
    const key = `${repository.id}/${at}/${path}`;
    const known = kept.get(key);
    if (known !== undefined) return await known;
    const answer = readFile(github, repository, at, path);
    kept.set(key, answer);
    const forget = () => kept.delete(key);
    answer.then((text) => (text?.length ?? 0) > largestKept && forget(), forget);
    for (const oldest of kept.keys()) {
      if (kept.size <= keptFiles) break;
      kept.delete(oldest);
    }
    return await answer;
  };
}

async function readFile(github: GitHub, repository: RepositoryRef, at: string, path: string): Answer {
  const octokit = await github.installation(repository.installationId);
  const answer = await orUndefined(
    octokit.rest.repos.getContent({
      ...ownerAndRepo(repository.fullName),
      path,
      ref: at,
      mediaType: { format: "raw" },
    }),
  );
  // With the raw format a file is its text; a folder is a list all the same.
  const text: unknown = answer?.data;
  return typeof text === "string" ? text : undefined;
}
