/**
 * The hours in which an environment may be deployed to, in its own time zone: daylight saving and midnight included. Pure:
 * the moment is given, and the zones' rules come with the runtime.
 */
import { Temporal } from "temporal-polyfill";
import type { Instant } from "./model.ts";

/** `days` counts from Monday as 1; `from` and `to` are minutes after midnight, and `to <= from` is on the next day. */
export type Hours = { readonly days: readonly number[]; readonly from: number; readonly to: number };

export type WindowPolicy = {
  readonly hours: readonly Hours[];
  /** As the file has them. */
  readonly allow: readonly string[];
  /** A name of the IANA time zone database. */
  readonly timezone: string;
};

export type Opening =
  /** Without `until` it never closes. */
  | { readonly kind: "open"; readonly until?: Instant }
  /** Without `opens` it never opens. */
  | { readonly kind: "closed"; readonly opens?: Instant };

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const dayNames = days.join("|");
/** Also the pattern in the JSON Schema, so it must be a plain ECMAScript pattern. */
export const hoursPattern = new RegExp(
  `^(?:(?:${anyCase(dayNames)})(?:-(?:${anyCase(dayNames)}))?(?:, ?(?:${anyCase(dayNames)})(?:-(?:${anyCase(dayNames)}))?)* )?(?:[01]?\\d|2[0-3]):[0-5]\\d-(?:(?:[01]?\\d|2[0-3]):[0-5]\\d|24:00)$`,
  "u",
);

/** `mon` → `[Mm][Oo][Nn]`: a JSON Schema has no flags. */
function anyCase(names: string): string {
  return names.replaceAll(/[a-z]/gu, (letter) => `[${letter.toUpperCase()}${letter}]`);
}

/** `Mon-Thu 09:00-16:00`, `Sat,Sun 22:00-02:00`, or hours alone for every day; undefined for anything else. */
export function readHours(text: string): Hours | undefined {
  if (!hoursPattern.test(text)) return undefined;
  const at = text.lastIndexOf(" ");
  const [from = "", to = ""] = text.slice(at + 1).split("-");
  return {
    days: at === -1 ? [1, 2, 3, 4, 5, 6, 7] : readDays(text.slice(0, at)),
    from: minutes(from),
    to: minutes(to),
  };
}

function readDays(text: string): readonly number[] {
  const named = text.split(",").flatMap((part) => {
    const [first = "", last = first] = part.trim().toLowerCase().split("-");
    const begin = dayNumber(first);
    const length = (dayNumber(last) - begin + 7) % 7;
    return Array.from({ length: length + 1 }, (_, i) => ((begin + i) % 7) + 1);
  });
  return [...new Set(named)].toSorted((a, b) => a - b);
}

const dayMs = 24 * 60 * 60_000;

/** From Monday as 0. */
function dayNumber(name: string): number {
  return days.findIndex((day) => name.startsWith(day));
}

function minutes(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return hour * 60 + minute;
}

export function isTimeZone(name: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId !== "" && !/^[+-]/u.test(name);
  } catch {
    return false;
  }
}

type Span = { readonly begin: Instant; readonly end: Instant };

/** The spans around one local day, which hold for every moment of it. */
type Around = { readonly from: Instant; readonly to: Instant; readonly spans: readonly Span[] };

/**
 * What was reckoned last for each window: the calendar is slow, and most decisions of a day ask for the same. It changes
 * no answer, since the spans of a day follow from the window alone.
 */
const reckoned = new Map<string, Around>();
const mostReckoned = 200;

function spansAround(window: WindowPolicy, now: Instant): readonly Span[] {
  const key = `${window.timezone} ${window.allow.join(", ")}`;
  const known = reckoned.get(key);
  if (known !== undefined && known.from <= now && now < known.to) return known.spans;
  if (reckoned.size >= mostReckoned) reckoned.clear();
  const found = reckon(window, now);
  reckoned.set(key, found);
  return found.spans;
}

function reckon({ hours, timezone }: WindowPolicy, now: Instant): Around {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timezone).toPlainDate();
  const spans: Span[] = [];
  // From yesterday, whose hours may reach past midnight, to the same day of next week.
  for (let day = -1; day <= 8; day += 1) {
    const date = today.add({ days: day });
    for (const { days: on, from, to } of hours) {
      if (!on.includes(date.dayOfWeek)) continue;
      const begin = moment(date, from, timezone);
      const length = to <= from ? to - from + 24 * 60 : to - from;
      const end = moment(date, from + length, timezone);
      // Where daylight saving skips all of them, they last as long after what was skipped.
      spans.push({ begin, end: end > begin ? end : begin + length * 60_000 });
    }
  }
  spans.sort((a, b) => a.begin - b.begin);
  return { from: moment(today, 0, timezone), to: moment(today, 24 * 60, timezone), spans };
}

/** Whether the hours are open at `now`, until when, or when they open next. Hours that touch are one opening. */
export function opening(window: WindowPolicy, now: Instant): Opening {
  const spans = spansAround(window, now);
  let until: number | undefined;
  for (const { begin, end } of spans) {
    const reaches = until === undefined ? begin <= now && now < end : begin <= until;
    if (reaches) until = Math.max(until ?? end, end);
  }
  // What is open for longer than a week is so in every week.
  if (until !== undefined) return until - now > 7 * dayMs ? { kind: "open" } : { kind: "open", until };
  const next = spans.find(({ begin }) => begin > now);
  return next === undefined ? { kind: "closed" } : { kind: "closed", opens: next.begin };
}

/** A time that daylight saving skips is moved on by what was skipped; of one that comes twice it is the first. */
function moment(date: Temporal.PlainDate, minute: number, timezone: string): number {
  const day = date.add({ days: Math.floor(minute / 1440) });
  const plainTime = new Temporal.PlainTime(Math.floor((minute % 1440) / 60), minute % 60);
  return day.toZonedDateTime({ timeZone: timezone, plainTime }).epochMilliseconds;
}
