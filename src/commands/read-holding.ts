/** Reads what holds environments and lets them go: `lock`, `unlock`, `freeze`, `thaw`. */
import type { Instant } from "../policy/model.ts";
import { nearest } from "../policy/nearest.ts";
import type { CommandReading } from "./command.ts";
import { helpOn } from "./help.ts";
import {
  command,
  is,
  missing,
  of,
  problem,
  type Rest,
  serviceAnywhere,
  serviceHere,
  takeReason,
  takeWord,
  unexpected,
  unknownWord,
} from "./reading.ts";
import { readUntil } from "./until.ts";
import type { Word } from "./words.ts";

/** What people write for `until`; with a time behind, it must not become the reason of a lock without an end. */
const likeUntil = ["till", "til", "for", "to", "by"];

export function readLock(whole: Rest, now: Instant): CommandReading {
  const { word: environment, rest } = takeWord(whole);
  if (environment === undefined) return missing("environment", "lock");
  const time = takeTime(rest, "lock", now);
  if (time.kind === "problem") return time.problem;
  const { reason, rest: left } = takeReason(time.rest);
  if (reason === "") return missing("reason", "lock");
  return command({
    kind: "lock",
    environment: environment.text,
    reason,
    ...(time.until === undefined ? {} : { until: time.until }),
    ...of(left),
  });
}

export function readFreeze(whole: Rest, now: Instant): CommandReading {
  const { word: environment, rest } = takeWord(whole);
  if (environment === undefined) return missing("environment", "freeze");
  const time = takeTime(rest, "freeze", now);
  if (time.kind === "problem") return time.problem;
  if (time.until === undefined) return missing("time", "freeze");
  const { reason, rest: left } = takeReason(time.rest);
  if (reason === "") return missing("reason", "freeze");
  return command({ kind: "freeze", environment: name(environment), until: time.until, reason, ...of(left) });
}

export function readUnlock(whole: Rest): CommandReading {
  return readLetGo("unlock", whole);
}

export function readThaw(whole: Rest): CommandReading {
  return readLetGo("thaw", whole);
}

function readLetGo(kind: "unlock" | "thaw", whole: Rest): CommandReading {
  const rest = serviceAnywhere(whole);
  const [environment, extra] = rest.words;
  if (environment === undefined) return missing("environment", kind);
  if (extra !== undefined) return unexpected(extra, kind, ["of"]);
  return command({ kind, environment: kind === "thaw" ? name(environment) : environment.text, ...of(rest) });
}

/** `all` in any case is the one word; environments keep theirs. */
function name(environment: Word): string {
  return is(environment, "all") ? "all" : environment.text;
}

type TimeTaken =
  | { readonly kind: "taken"; readonly until?: Instant; readonly rest: Rest }
  | { readonly kind: "problem"; readonly problem: CommandReading };

function takeTime(rest: Rest, topic: "lock" | "freeze", now: Instant): TimeTaken {
  const [first, ...words] = rest.words;
  if (first === undefined || first.quoted) return { kind: "taken", rest };
  // A time may be quoted as a whole: until "2026-11-22 18:00".
  const quoted = words[0]?.quoted === true ? words[0].text.split(" ") : undefined;
  const time = readUntil(quoted ?? words.map((word) => word.text), now);
  if (!is(first, "until")) {
    const meant =
      nearest(first.text, ["until"]) !== undefined || (time !== undefined && likeUntil.some((word) => is(first, word)));
    return meant ? { kind: "problem", problem: unknownWord(first.text, ["until"]) } : { kind: "taken", rest };
  }
  if (time === undefined || (quoted !== undefined && time.words !== quoted.length)) {
    const { usage } = helpOn(topic);
    return { kind: "problem", problem: problem({ code: "bad-time", found: words[0]?.text ?? "", usage }) };
  }
  const left = { ...rest, words: words.slice(quoted === undefined ? time.words : 1) };
  return { kind: "taken", until: time.at, rest: serviceHere(left) };
}
