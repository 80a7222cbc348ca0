/** The git of the fake GitHub, as far as versions write to it. Refs are only moved as GitHub would, and rules refuse. */
import { Refusal } from "../../src/operations/ports.ts";
import type { NewCommit, VersionWrites } from "../../src/operations/version-writes.ts";
import { commitMessage } from "../../src/wording/version.ts";
import type { FakeGitHub } from "./world.ts";

export type FakeVersions = VersionWrites & {
  /** Branches that take no direct commit. */
  readonly closed: Set<string>;
  /** No tag may be made whose name begins so. */
  closedTags: string | undefined;
  /** No commit may be made whose message begins so; the empty text refuses all. */
  closedCommits: string | undefined;
  /** Every ref that was made or moved, in order. */
  readonly written: string[];
  /** Commits that were made, whether or not a branch holds them. */
  readonly made: { readonly sha: string; readonly message: string; readonly parents: readonly string[] }[];
  readonly conflicting: Set<number>;
};

export function fakeVersions(github: FakeGitHub): FakeVersions {
  const ahead = async (from: string | undefined, to: string) => {
    if (from === undefined || from === to) return true;
    return (await github.compare(nowhere, from, to)).comparison === "ahead";
  };
  const versions: FakeVersions = {
    closed: new Set(),
    closedTags: undefined,
    closedCommits: undefined,
    written: [],
    made: [],
    conflicting: new Set(),
    async allTags() {
      return await github.tags(nowhere);
    },
    async tagAt(_repository, tag) {
      return github.tagged.get(tag);
    },
    async makeCommit(_repository, commit) {
      if (versions.closedCommits !== undefined && commitMessage(commit.about).startsWith(versions.closedCommits)) {
        throw new Refusal("Resource not accessible by integration");
      }
      const sha = (versions.made.length + 1).toString(16).padStart(40, "e");
      const like = github.commits.find((one) => one.sha === commit.like);
      if (like === undefined) throw new Refusal(`there is no commit ${commit.like}`);
      const tree = commit.files.reduce((before, { path, text }) => `${before}+${path}=${text.trim()}`, like.tree);
      github.commits.push({ sha, tree, author: "signalbox[bot]", parents: commit.parents });
      carryFiles(github, commit, sha);
      versions.made.push({ sha, message: commitMessage(commit.about), parents: commit.parents });
      return sha;
    },
    async moveBranch(_repository, branch, to) {
      if (versions.closed.has(branch)) throw new Refusal("Changes must be made through a pull request.");
      const from = github.branches.get(branch);
      if (!(await ahead(from, to))) throw new Refusal("Update is not a fast forward");
      if (from === to) return;
      github.branches.set(branch, to);
      versions.written.push(`${branch} ${to.slice(-2)}`);
    },
    async makeBranch(_repository, branch, at) {
      if (github.branches.get(branch) === at) return;
      if (github.branches.has(branch)) throw new Refusal("Reference already exists");
      github.branches.set(branch, at);
      versions.written.push(`new ${branch}`);
    },
    async setTag(_repository, tag, at) {
      if (github.tagged.get(tag) === at) return;
      if (github.tagged.has(tag)) throw new Refusal("Reference already exists");
      if (versions.closedTags !== undefined && tag.startsWith(versions.closedTags)) {
        throw new Refusal("Cannot create ref due to creations being restricted.");
      }
      github.tagged.set(tag, at);
      versions.written.push(`tag ${tag}`);
    },
    async unshared(_repository, from, to, since) {
      const { shas, commits, authors } = await github.compare(nowhere, to, from);
      const later = since === undefined ? undefined : await github.compare(nowhere, since, from);
      const counts = later !== undefined && (later.comparison === "ahead" || later.comparison === "identical");
      const changedBy = (all: readonly string[]) => all.flatMap((one) => github.changed.get(one) ?? []);
      const among = new Set(counts ? changedBy(later.shas) : changedBy(shas));
      const changed = new Set(changedBy(shas).filter((path) => among.has(path)));
      const differ = (path: string) => github.files.get(`${from}:${path}`) !== github.files.get(`${to}:${path}`);
      return { commits, authors, files: [...changed].filter(differ) };
    },
    async mergeable(_repository, number) {
      return !versions.conflicting.has(number);
    },
  };
  return versions;
}

const nowhere = { id: 1, fullName: "acme/shop", installationId: 7, defaultBranch: "main" };

/** The new commit holds what the other does, but for what is written. */
function carryFiles(github: FakeGitHub, commit: NewCommit, sha: string): void {
  for (const [key, text] of github.files) {
    if (key.startsWith(`${commit.like}:`)) github.files.set(`${sha}:${key.slice(41)}`, text);
  }
  for (const { path, text } of commit.files) github.files.set(`${sha}:${path}`, text);
  github.changed.set(
    sha,
    commit.files.map(({ path }) => path),
  );
}
