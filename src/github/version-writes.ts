/** `VersionWrites` for the operations, over the one client. Each file in `versions/` says what its calls are. */
import type { VersionWrites } from "../operations/version-writes.ts";
import type { GitHub } from "./client.ts";
import { makeCommit } from "./versions/commit.ts";
import { makeBranch, moveBranch, setTag } from "./versions/refs.ts";
import { listAllTags, readTag } from "./versions/tags.ts";
import { findUnshared, readMergeable } from "./versions/unshared.ts";

export function createVersionWrites(github: GitHub): VersionWrites {
  return {
    allTags: (repository) => listAllTags(github, repository),
    tagAt: (repository, tag) => readTag(github, repository, tag),
    makeCommit: (repository, commit) => makeCommit(github, repository, commit),
    moveBranch: (repository, branch, to) => moveBranch(github, repository, branch, to),
    makeBranch: (repository, branch, at) => makeBranch(github, repository, branch, at),
    setTag: (repository, tag, at) => setTag(github, repository, tag, at),
    unshared: (repository, from, to, since) => findUnshared(github, repository, from, to, since),
    mergeable: (repository, pullRequest) => readMergeable(github, repository, pullRequest),
  };
}
