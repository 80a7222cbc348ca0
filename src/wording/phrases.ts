/** The small phrases that all sentences share: times, durations, revisions, lists, statuses. No markup. */
import type { Instant, Revision, Sha, Status } from "../policy/model.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `2026-11-21 18:00 UTC`: the way in which people also write it after `until`. */
export function timeInWords(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** `3 pull requests`, `1 issue`, and `2 replies` when the plural is given. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** The two largest units: `2 hours 5 minutes`, `12 seconds`. */
export function durationInWords(ms: number): string {
  if (ms < second) return "less than a second";
  const units = [
    { unit: "day", size: day },
    { unit: "hour", size: hour },
    { unit: "minute", size: minute },
    { unit: "second", size: second },
  ];
  const largest = units.findIndex(({ size }) => ms >= size);
  const parts: string[] = [];
  let rest = ms;
  for (const { unit, size } of units.slice(largest, largest + 2)) {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    if (whole > 0) parts.push(counted(whole, unit));
  }
  return parts.join(" ");
}

/** The largest unit alone: `2 hours ago`. */
export function ageInWords(at: Instant, now: Instant): string {
  const ms = now - at;
  if (ms < minute) return "just now";
  if (ms < hour) return `${counted(Math.floor(ms / minute), "minute")} ago`;
  if (ms < 2 * day) return `${counted(Math.floor(ms / hour), "hour")} ago`;
  return `${counted(Math.floor(ms / day), "day")} ago`;
}

export function shortSha(sha: Sha): string {
  return sha.slice(0, 7);
}

/** `v1.4.0 (a1b2c3d)`, or the short SHA alone. */
export function revisionInWords(revision: Pick<Revision, "sha" | "version">): string {
  const short = shortSha(revision.sha);
  return revision.version === undefined ? short : `${revision.version} (${short})`;
}

/** As above, with the branch or tag that it was asked by when there is no version: `main (a1b2c3d)`. */
export function namedRevision(revision: Pick<Revision, "sha" | "version">, ref: string | undefined): string {
  const name = revision.version ?? (ref !== undefined && !revision.sha.startsWith(ref) ? ref : undefined);
  return revisionInWords(name === undefined ? { sha: revision.sha } : { sha: revision.sha, version: name });
}

/** `alice, bob and carol`; `or` for choices. From `most` on, `alice, bob and 3 more`. */
export function listInWords(items: readonly string[], link: "and" | "or" = "and", most = 10): string {
  if (items.length > most) {
    const more = items.length - (most - 1);
    return `${items.slice(0, most - 1).join(", ")} ${link === "or" ? "or one of" : "and"} ${more} more`;
  }
  const last = items.at(-1);
  if (last === undefined) return "nobody";
  if (items.length === 1) return last;
  return `${items.slice(0, -1).join(", ")} ${link} ${last}`;
}

const statusWords: Readonly<Record<Status, string>> = {
  requested: "requested",
  waiting: "waiting",
  queued: "queued",
  in_progress: "running",
  verifying: "being verified",
  success: "succeeded",
  rejected: "rejected",
  expired: "expired",
  superseded: "superseded",
  cancelled: "cancelled",
  failure: "failed",
  error: "ended with an error",
};

export function statusInWords(status: Status): string {
  return statusWords[status];
}

/** What a deployment did or does, to follow its name: `is waiting`, `was rejected`, `failed`. */
export function statusSentence(status: Status): string {
  switch (status) {
    case "success":
    case "failure":
    case "error":
    case "expired":
      return statusWords[status];
    case "rejected":
    case "superseded":
    case "cancelled":
      return `was ${statusWords[status]}`;
    case "requested":
    case "waiting":
    case "queued":
    case "in_progress":
    case "verifying":
      return `is ${statusWords[status]}`;
  }
}

/** What people and tools wrote, put in quotes, without a line break that would look like ours. */
export function quoted(text: string): string {
  return `“${text.replace(/\s+/gu, " ").trim()}”`;
}

/** A reason that a person gave, as the end of a sentence; nothing where there is none. */
export function because(reason: string): string {
  return reason.trim() === "" ? "" : `, saying ${quoted(reason)}`;
}

/** “checks ci/test and lint” */
export function checksInWords(names: readonly string[]): string {
  return `${names.length === 1 ? "check" : "checks"} ${listInWords(names)}`;
}

export function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}
