/** What is said of versions on their way: notes in the channel and answers to `/rc`, as data. */
import type { Instant, Sha } from "../policy/model.ts";
import type { CandidateEnd, CandidateStep } from "../policy/versions/candidate.ts";
import type { NoNextVersion } from "../policy/versions/next-version.ts";
import type { NoVersion } from "../policy/versions/read-version.ts";

/** Why a step ended without its tag, or without its merge. */
export type StepProblem =
  | CandidateEnd
  /** GitHub's own words for a rule that refuses it. */
  | {
      readonly code: "refused";
      readonly what: "branch" | "tag" | "commit";
      readonly name: string;
      readonly said: string;
    }
  | { readonly code: "file-not-written"; readonly path: string; readonly why: NoVersion | "not-found" }
  | { readonly code: "no-branch"; readonly branch: string }
  /** Everything on the branch is in this tag already. */
  | { readonly code: "nothing-new"; readonly branch: string; readonly tag: string }
  /** The step that set the candidate's tag ended before its merge, so that the release branch lacks it. */
  | { readonly code: "not-merged"; readonly branch: string; readonly tag: string }
  /** The release branch has changes of its own, which the candidate would undo. */
  | {
      readonly code: "not-brought-back";
      readonly from: string;
      readonly into: string;
      readonly commits: number;
      readonly authors: readonly string[];
      readonly files: readonly string[];
    }
  /** The release branch holds more than the candidate that was tested. */
  | {
      readonly code: "more-than-candidate";
      readonly branch: string;
      readonly tag: string;
      readonly commits: number;
      readonly authors: readonly string[];
    }
  | { readonly code: "left-pipeline" }
  /** For a day; `said` where GitHub answered, and refused. */
  | { readonly code: "gave-up"; readonly said?: string };

type Named = {
  readonly service: string;
  readonly step: CandidateStep;
  readonly version: string;
  readonly tag: string;
  readonly by: string;
};

export type VersionNote =
  | ({
      readonly code: "version-done";
      /** The candidate or release itself: the merge on the release branch, else the tagged commit. */
      readonly sha: Sha;
      /** Environments that follow the branch which has it now. */
      readonly deployedTo: readonly string[];
      /** Where a release can go next. */
      readonly offer: readonly string[];
    } & Named)
  | ({ readonly code: "version-stopped"; readonly why: StepProblem; readonly tagged: boolean } & Named)
  | ({
      readonly code: "version-asks-to-merge";
      readonly number: number;
      readonly base: string;
      readonly url: string;
    } & Named)
  | {
      readonly code: "back-merge-refused";
      readonly repository: string;
      readonly from: string;
      readonly into: string;
      /** GitHub's own words. */
      readonly said: string;
    }
  | {
      readonly code: "back-merge-conflict";
      readonly repository: string;
      readonly from: string;
      readonly into: string;
      readonly number: number;
      readonly url: string;
      readonly authors: readonly string[];
    };

export type VersionReply =
  | ({ readonly code: "version-begun" } & Named)
  | ({ readonly code: "version-under-way"; readonly at: Instant; readonly asks?: string } & Named)
  | { readonly code: "no-next-version"; readonly service: string; readonly why: NoNextVersion }
  | {
      readonly code: "versions";
      readonly service: string;
      readonly latest?: string;
      readonly open?: { readonly tag: string; readonly sha: Sha };
      readonly underWay?: Omit<Extract<VersionReply, { code: "version-under-way" }>, "code">;
      readonly liveIn: readonly string[];
      readonly malformed: readonly string[];
      readonly releaseBranch?: string;
      /** The tag template with the scheme's example. */
      readonly example: string;
    };
