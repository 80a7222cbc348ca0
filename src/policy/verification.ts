/**
 * What verifications ask and when they are satisfied: bounds, and how a row of looks is judged.
 *
 * A probe that answers wrong until its time is over has failed. One that could not be carried out is never a failure and
 * never a success: nobody can tell.
 */
import type { Instant } from "./model.ts";

/** All that are given must hold. */
export type Bounds = {
  readonly below?: number;
  readonly above?: number;
  readonly atMost?: number;
  readonly atLeast?: number;
};

export function isWithin(value: number, bounds: Bounds): boolean {
  const { below, above, atMost, atLeast } = bounds;
  return (
    (below === undefined || value < below) &&
    (above === undefined || value > above) &&
    (atMost === undefined || value <= atMost) &&
    (atLeast === undefined || value >= atLeast)
  );
}

/** “less than 5 and at least 1” */
export function boundsInWords({ below, above, atMost, atLeast }: Bounds): string {
  const words = [
    ["less than", below],
    ["greater than", above],
    ["at most", atMost],
    ["at least", atLeast],
  ] as const;
  return words.flatMap(([word, value]) => (value === undefined ? [] : [`${word} ${value}`])).join(" and ");
}

/** What makes another version of the one that it stands before, or follows: `10.8.50`, `10.8.5.RC1`, `1.10.8.5`. */
const goesOn = /^(?:[a-z\d]|\.\d|[._-](?:(?:alpha|beta|rc|snapshot)(?![a-z])|(?:pre|dev|canary|next)[.-]?\d))/iu;
const cameBefore = /\d\.?$/u;

/**
 * Whether an answer holds the text that a template was filled into. A version at its edge must stand there whole: a
 * candidate that still answers begins like the release that was to replace it. Build metadata and the like may follow.
 */
export function holdsText(answer: string, template: string, text: string): boolean {
  if (text === "") return true;
  const [begins, ends] = [template.startsWith("{version}"), template.endsWith("{version}")];
  for (let at = answer.indexOf(text); at >= 0; at = answer.indexOf(text, at + 1)) {
    const end = at + text.length;
    const isPart =
      (begins && cameBefore.test(answer.slice(Math.max(0, at - 2), at))) ||
      (ends && goesOn.test(answer.slice(end, end + 20)));
    if (!isPart) return true;
  }
  return false;
}

/** What one look gave. `untold`: it could not be carried out; `final`: and asking again would change nothing. */
export type Sight =
  | { readonly kind: "right"; readonly says: string }
  | { readonly kind: "wrong"; readonly says: string }
  | { readonly kind: "untold"; readonly says: string; readonly final?: true };

/** What is remembered from look to look. */
export type Watch = {
  /** Since when every look was right; absent when the last was not. */
  readonly rightSince?: Instant;
  readonly lookedAt?: Instant;
  /** Whether any look was answered wrong. */
  readonly wasWrong: boolean;
};

export type WatchRule = {
  /** How long it must be right without a break, in ms. */
  readonly holds: number;
  readonly endsAt: Instant;
  /** A time without a look, in ms, after which nobody can say that there was no break. */
  readonly longestGap: number;
};

export type Judged = {
  readonly watch: Watch;
  readonly state: "running" | "success" | "failure" | "error";
  /** Why it ended so. `not-held`: right at the end, but not for long enough. */
  readonly why?: "wrong" | "untold" | "not-held";
};

/** Pure: what a look at `now` makes of all that were before it. */
export function judgeSight(before: Watch, sight: Sight, rule: WatchRule, now: Instant): Judged {
  const unbroken = before.lookedAt !== undefined && now - before.lookedAt <= rule.longestGap;
  const rightSince = sight.kind === "right" ? ((unbroken ? before.rightSince : undefined) ?? now) : undefined;
  const watch: Watch = {
    ...(rightSince === undefined ? {} : { rightSince }),
    lookedAt: now,
    wasWrong: before.wasWrong || sight.kind === "wrong",
  };
  if (rightSince !== undefined && now - rightSince >= rule.holds) return { watch, state: "success" };
  if (sight.kind === "untold" && sight.final) return { watch, state: "error", why: "untold" };
  if (now < rule.endsAt) return { watch, state: "running" };
  switch (sight.kind) {
    case "wrong":
      return { watch, state: "failure", why: "wrong" };
    case "untold":
      return { watch, state: "error", why: "untold" };
    case "right":
      // It was seen to be wrong meanwhile, so it did not hold; else nobody has looked for long enough to tell.
      return { watch, state: watch.wasWrong ? "failure" : "error", why: "not-held" };
  }
}

const shortestPace = 1_000;
const longestPace = 10_000;

/** In ms: often at first, then every ten seconds; never later than something can be decided. */
export function nextLook(watch: Watch, rule: WatchRule, startedAt: Instant, now: Instant): number {
  const paced = Math.min(longestPace, Math.max(shortestPace, Math.round((now - startedAt) / 20)));
  const decided = watch.rightSince === undefined ? rule.endsAt : Math.min(rule.endsAt, watch.rightSince + rule.holds);
  return Math.max(1, Math.min(paced, decided - now));
}

/** Longer than the slowest look and the pace between two, however busy the bot is; shorter than a restart goes unseen. */
export const longestGap = 3 * longestPace;
