/**
 * What the deployers that live on GitHub ask of it, and tell it. `github/deployer-calls/` implements this over the one
 * client; every call rejects with `OutsideError` when GitHub failed, and with `Refusal` when it answered and said no.
 */
import type { RepositoryRef } from "../operations/ports.ts";
import type { Sha } from "../policy/model.ts";

/** One check run or status, the newest of its App and name. */
export type NamedCheck = {
  /** The App that made the check run, or whoever set the status. */
  readonly by: string;
  readonly state: "pending" | "success" | "failure";
  /** GitHub's own word: a conclusion, or a state. */
  readonly word: string;
  readonly title?: string;
  readonly url?: string;
};

export type CheckCalls = {
  /** All of this name on the commit, whoever made them; none when nobody did. */
  named(repository: RepositoryRef, sha: Sha, name: string): Promise<readonly NamedCheck[]>;
};

export type GitHubCalls = { readonly checks: CheckCalls };
