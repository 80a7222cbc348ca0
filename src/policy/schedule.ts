/**
 * When a schedule comes next, in its own time zone. Days, weeks and months are counted from one fixed day, so that
 * "every 2 weeks" means the same weeks whoever asks, after a restart and after a change of the hour too. Pure.
 */
import { Temporal } from "temporal-polyfill";
import type { Instant } from "./model.ts";

export type ScheduleUnit = "day" | "week" | "month";

export type SchedulePolicy = {
  readonly every: number;
  readonly unit: ScheduleUnit;
  /** From Monday as 1; only for weeks. */
  readonly days: readonly number[];
  /** Only for months; in a shorter month it is the last day. */
  readonly monthDay?: number;
  /** Minutes after midnight. */
  readonly at: number;
  /** A name of the IANA time zone database. */
  readonly timezone: string;
  /** `2026-11-24`: counted from here, and never before; absent: from Monday, 5 January 1970. */
  readonly from?: string;
};

const firstMonday = "1970-01-05";
/** More of them are refused: a next time is looked for day by day, and only so far. */
export const mostMonths = 24;
/** Two years and a bit. The most that can be written besides are 99 weeks. */
const farthestDays = 800;

export const everyPattern = /^(?:([1-9]\d?) )?(day|week|month)s?$/u;

/** `week`, `2 weeks`, `3 days`; undefined for anything else. */
export function readEvery(text: string): Pick<SchedulePolicy, "every" | "unit"> | undefined {
  const [, count = "1", word] = everyPattern.exec(text) ?? [];
  const unit = units.find((one) => one === word);
  return unit && { every: Number(count), unit };
}

const units = ["day", "week", "month"] as const satisfies readonly ScheduleUnit[];
export const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

/** Whether it is a day of the calendar: there is no 30 February. */
export function isDay(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text).toString() === text;
  } catch {
    return false;
  }
}

/** The first time after `after`; a time that daylight saving skips is moved on, of one that comes twice it is the first. */
export function nextTime(schedule: SchedulePolicy, after: Instant): Instant | undefined {
  const { timezone: timeZone, at, from } = schedule;
  const today = Temporal.Instant.fromEpochMilliseconds(after).toZonedDateTimeISO(timeZone).toPlainDate();
  const start = Temporal.PlainDate.from(from ?? firstMonday);
  const first = Temporal.PlainDate.compare(start, today) > 0 ? start : today;
  const plainTime = new Temporal.PlainTime(Math.floor(at / 60), at % 60);
  for (let day = 0; day <= farthestDays; day += 1) {
    const date = first.add({ days: day });
    if (!falls(schedule, start, date)) continue;
    const time = date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds;
    if (time > after) return time;
  }
  return undefined;
}

function falls(
  { every, unit, days, monthDay = 1 }: SchedulePolicy,
  start: Temporal.PlainDate,
  date: Temporal.PlainDate,
) {
  switch (unit) {
    case "day":
      return start.until(date).days % every === 0;
    case "week": {
      const monday = start.subtract({ days: start.dayOfWeek - 1 });
      return days.includes(date.dayOfWeek) && Math.floor(monday.until(date).days / 7) % every === 0;
    }
    case "month": {
      const months = (date.year - start.year) * 12 + date.month - start.month;
      return date.day === Math.min(monthDay, date.daysInMonth) && months % every === 0;
    }
  }
}
