/** The form of `/deploy` with nothing, as data: what was chosen, and what is shown for it. */
import type { ReplyContent } from "./said.ts";
import type { Ships } from "./ships.ts";

export type FormChoices = {
  /** By its number: names repeat between repositories. */
  readonly service?: number;
  readonly environment?: number;
  /** The value of an offered revision. */
  readonly revision?: string;
  /** A branch, tag or SHA that is not among the offered ones; it goes before `revision`. */
  readonly other?: string;
  readonly reason?: string;
};

export type OfferedRevision = {
  /** `sha:<sha>`, `tag:<name>`, or `live:<sha>` for a promotion of what is live before. */
  readonly value: string;
  readonly as: "tip" | "live-before" | "live" | "candidate" | "tag" | "commit";
  readonly sha: string;
  /** The branch, the tag, or the environment in which it is live. */
  readonly name?: string;
  readonly version?: string;
  /** The first line of the commit's message. */
  readonly title?: string;
  /** What it would bring to the environment; not there when that is not known without asking for each. */
  readonly brings?: { readonly pullRequests: number; readonly titles: readonly string[] };
};

/** What would be asked for, and how it would be judged now. */
export type FormVerdict = {
  readonly answer: Extract<ReplyContent, { code: "verdict" }>;
  readonly ships: Ships;
};

export type FormShown =
  /** Opened at once, before anybody outside was asked. */
  | { readonly code: "looking" }
  /** There is nothing to choose; the answer says why. */
  | { readonly code: "nothing"; readonly answer: ReplyContent }
  | {
      readonly code: "choosing";
      readonly services: readonly { readonly id: number; readonly name: string; readonly repository: string }[];
      readonly environments: readonly { readonly id: number; readonly name: string; readonly production: boolean }[];
      readonly revisions: readonly OfferedRevision[];
      /** What is chosen of these, or would be without a choice. */
      readonly chosen: FormChoices;
      /** Whether the environment takes hotfixes. */
      readonly hotfix: boolean;
      readonly verdict?: FormVerdict;
      /** Why there is no verdict. */
      readonly problem?: ReplyContent;
      /** When it was judged, epoch ms. */
      readonly at: number;
    };

/** What is wrong with a form that was sent, at one of its fields. */
export type FormMistake = {
  readonly field: keyof FormChoices;
  readonly why:
    | { readonly code: "too-old" }
    | { readonly code: "sent-already" }
    | { readonly code: "missing" }
    | { readonly code: "no-such-environment" }
    | { readonly code: "not-a-revision" }
    | { readonly code: "live-changed"; readonly environment: string }
    | { readonly code: "locked"; readonly by: string; readonly reason: string }
    | { readonly code: "asked-already"; readonly deployment: number };
};

/** Said about forms and menus. */
export type FormReply =
  /** Slack lets a modal be opened for three seconds only. */
  | { readonly code: "form-not-opened" }
  /** GitHub did not answer while the form was filled. */
  | { readonly code: "form-cannot-look" }
  /** The form was sent, and what it asks for can no longer be meant. */
  | { readonly code: "form-mistake"; readonly mistake: FormMistake }
  /** Somebody has chosen from this menu before. */
  | { readonly code: "chosen-already" }
  | { readonly code: "menu-too-old" };
