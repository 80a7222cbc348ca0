/**
 * What cutting a version asks of GitHub. Commits are made first and put on a branch afterwards, and a branch only ever
 * moves forward, so that every call may be repeated. Calls reject with `Refusal` when GitHub said no, for example by a
 * rule of the branch or tag, and with `OutsideError` when it did not answer.
 */
import type { Sha } from "../policy/model.ts";
import type { RepositoryRef, TagName } from "./ports.ts";

export type CommitSubject =
  | { readonly kind: "version"; readonly version: string; readonly by: string }
  | { readonly kind: "merge"; readonly tag: string; readonly into: string; readonly by: string };

export type NewCommit = {
  readonly about: CommitSubject;
  readonly parents: readonly Sha[];
  /** The commit whose files it has. */
  readonly like: Sha;
  /** But for these. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
};

/**
 * What `from` changed since it parted from `to`, and `to` does not hold in the same form; where `from` holds `since`, only
 * what it changed after that as well.
 */
export type Unshared = {
  /** Commits of `from` that `to` lacks. */
  readonly commits: number;
  readonly authors: readonly string[];
  /** Paths of the files that differ so. */
  readonly files: readonly string[];
};

export type VersionWrites = {
  /** Every tag of the repository, with the commit that it leads to. */
  allTags(repository: RepositoryRef): Promise<readonly TagName[]>;
  /** The commit that a tag leads to; undefined when there is no such tag. */
  tagAt(repository: RepositoryRef, tag: string): Promise<Sha | undefined>;
  makeCommit(repository: RepositoryRef, commit: NewCommit): Promise<Sha>;
  /** Moves a branch forward; refused when it holds what `to` does not. */
  moveBranch(repository: RepositoryRef, branch: string, to: Sha): Promise<void>;
  /** Does nothing where it stands at this commit already. */
  makeBranch(repository: RepositoryRef, branch: string, at: Sha): Promise<void>;
  setTag(repository: RepositoryRef, tag: string, at: Sha): Promise<void>;
  unshared(repository: RepositoryRef, from: Sha, to: Sha, since?: Sha): Promise<Unshared>;
  /** Whether a pull request can be merged; undefined while GitHub is still finding out. */
  mergeable(repository: RepositoryRef, pullRequest: number): Promise<boolean | undefined>;
};
