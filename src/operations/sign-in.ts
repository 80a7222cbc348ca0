/**
 * What linking needs of GitHub's web flow. Every secret of a sign-in follows from its id and the client's secret, so
 * that the store alone opens nothing.
 */

export type GitHubAccount = {
  readonly login: string;
  /** GitHub's own number of the account, which no new name changes. */
  readonly id: number;
};

export type SignIn = {
  /** What comes back with the person: it proves that the way began with this sign-in. */
  stateOf(id: string): string;
  /** The page at GitHub where the sign-in begins. */
  address(id: string): string;
  /**
   * Whose the code is. The token that it is traded for is used for this one question and forgotten. Rejects with
   * `Refusal` when GitHub says no, with `OutsideError` when it does not answer.
   */
  account(id: string, code: string): Promise<GitHubAccount>;
};
