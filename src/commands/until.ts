/**
 * Reads the time after `until`. Times without a zone are UTC, and the answer says so. It must never guess: what it does
 * not know is undefined, and so is a time that has passed.
 */
import type { Instant } from "../policy/model.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A lock that outlives this was forgotten, or mistyped. */
const longest = 366 * day;

const units: Readonly<Record<string, number>> = { m: minute, h: hour, d: day };

function duration(word: string): number | undefined {
  if (!/^(?:\d{1,5}[mhd])+$/u.test(word)) return undefined;
  let ms = 0;
  for (const [, count, unit] of word.matchAll(/(\d+)([mhd])/gu)) ms += Number(count) * (units[unit ?? ""] ?? 0);
  return ms;
}

function timeOfDay(word: string): number | undefined {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})z?$/u.exec(word) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return Number(hours) * hour + Number(minutes) * minute;
}

function startOfDay(word: string, now: Instant): Instant | undefined {
  const today = now - (((now % day) + day) % day);
  if (word === "today") return today;
  if (word === "tomorrow") return today + day;
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(word) ?? [];
  if (year === undefined || month === undefined || date === undefined) return undefined;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(date));
  // The 30th of February would quietly become the 2nd of March.
  return new Date(at).toISOString().startsWith(word) ? at : undefined;
}

/** At most this many words can belong to a time: a day, a time, a zone. */
type Read = { readonly at: Instant; readonly words: number };

function readDay(words: readonly string[], now: Instant): Read | undefined {
  const [first = "", second = ""] = words;
  const [, dayPart, timePart] = /^(\d{4}-\d{2}-\d{2})t(.+)$/u.exec(first) ?? [];
  if (dayPart !== undefined && timePart !== undefined) {
    const start = startOfDay(dayPart, now);
    const time = timeOfDay(timePart);
    return start === undefined || time === undefined ? undefined : { at: start + time, words: 1 };
  }
  const start = startOfDay(first, now);
  if (start === undefined) return undefined;
  if (!/^\d{1,2}:/u.test(second)) return { at: start, words: 1 };
  const time = timeOfDay(second);
  return time === undefined ? undefined : { at: start + time, words: 2 };
}

function readTime(words: readonly string[], now: Instant): Read | undefined {
  const [first = ""] = words;
  const ms = duration(first);
  if (ms !== undefined) return { at: now + ms, words: 1 };
  const time = timeOfDay(first);
  if (time === undefined) return readDay(words, now);
  const today = now - (((now % day) + day) % day) + time;
  return { at: today > now ? today : today + day, words: 1 };
}

/**
 * Reads a time from the beginning of `words`: `18:00` (the next one), `2026-11-22` (as that day begins),
 * `2026-11-22 18:00`, `2h`, `30m`, `3d`, `1d12h`, `tomorrow`, `tomorrow 18:00`, each with or without `UTC`. Gives the
 * time and how many words it took; undefined when it is none, has passed, or is more than a year away.
 */
export function readUntil(words: readonly string[], now: Instant): Read | undefined {
  const lower = words.slice(0, 3).map((word) => word.toLowerCase());
  const read = readTime(lower, now);
  if (read === undefined || read.at <= now || read.at - now > longest) return undefined;
  return lower[read.words] === "utc" ? { at: read.at, words: read.words + 1 } : read;
}
