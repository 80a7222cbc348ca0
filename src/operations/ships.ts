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
};
