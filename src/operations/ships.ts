/** What a deployment would bring, from what is live (exclusive) to the revision (inclusive). */
import type { Comparison } from "../policy/model.ts";

export type ShippedPullRequest = {
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly issues: readonly { readonly repository: string; readonly number: number }[];
};

export type Ships = {
  readonly comparison: Comparison | "first";
  /** Commits in between; GitHub's compare counts them all though it lists at most 250. */
  readonly commits: number;
  readonly authors: readonly string[];
  readonly pullRequests: readonly ShippedPullRequest[];
  readonly compareUrl?: string;
  /** Files that the policy's `migrations` name; absent when it names none, or when it is not known. */
  readonly migrations?: {
    readonly files: number;
    /** GitHub listed only the first files of the change, so there may be more. */
    readonly atLeast: boolean;
  };
};
