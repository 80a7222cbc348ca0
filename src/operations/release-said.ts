/** What is told of releases on GitHub, as data. `wording/release.ts` makes sentences of it. */

/** A release on GitHub of what a deployment brings, or of a version that was finished. */
export type ReleaseNote =
  | { readonly code: "release-stands"; readonly tag: string; readonly url: string }
  /** In GitHub's own words. Only a version's tag is known before its release is made. */
  | { readonly code: "release-refused"; readonly tag?: string; readonly said: string };
