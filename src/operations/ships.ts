/** What a deployment would bring, from what is live (exclusive) to the revision (inclusive). */
import type { Comparison } from "../policy/model.ts";

/** The commits of a comparison are listed up to here, so that pull requests behind them are not known. */
export const listedCommits = 250;

export type ShippedPullRequest = {
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly issues: readonly { readonly repository: string; readonly number: number }[];
};

export type Ships = {
  readonly comparison: Comparison | "first";
  /** Commits in between: all of them, though at most `listedCommits` are listed. */
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
