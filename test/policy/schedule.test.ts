/** When a schedule comes next: units, the days of a month, time zones and the changes of the hour. */
import { describe, expect, test } from "vitest";
import { mostMonths, nextTime, readEvery, type SchedulePolicy } from "../../src/policy/schedule.ts";

const tuesdays: SchedulePolicy = { every: 1, unit: "week", days: [2], at: 9 * 60, timezone: "Europe/Berlin" };
const utc = { timezone: "UTC" } as const;

/** The first times after this one. */
function times(schedule: SchedulePolicy, after: string, count: number): readonly string[] {
  const found: string[] = [];
  let at = Date.parse(after);
  for (let i = 0; i < count; i += 1) {
    const next = nextTime(schedule, at);
    if (next === undefined) break;
    found.push(new Date(next).toISOString().slice(0, 16));
    at = next;
  }
  return found;
}

describe("the next times", () => {
  test.each<[string, SchedulePolicy, string, readonly string[]]>([
    ["every week", tuesdays, "2026-11-21T12:00Z", ["2026-11-24T08:00", "2026-12-01T08:00"]],
    ["at the very moment, the next one", tuesdays, "2026-11-24T08:00Z", ["2026-12-01T08:00"]],
    ["just before it", tuesdays, "2026-11-24T07:59Z", ["2026-11-24T08:00"]],
    // 9 and 23 November 2026 are Mondays of even weeks since 5 January 1970.
    [
      "every two weeks, in the same weeks for everybody",
      { ...tuesdays, every: 2 },
      "2026-11-01T00:00Z",
      ["2026-11-10T08:00", "2026-11-24T08:00"],
    ],
    [
      "in the other weeks",
      { ...tuesdays, every: 2, from: "2026-11-02" },
      "2026-11-01T00:00Z",
      ["2026-11-03T08:00", "2026-11-17T08:00"],
    ],
    ["never before its first day", { ...tuesdays, from: "2027-01-06" }, "2026-11-01T00:00Z", ["2027-01-12T08:00"]],
    [
      "two days of a week",
      { ...tuesdays, days: [2, 5] },
      "2026-11-21T12:00Z",
      ["2026-11-24T08:00", "2026-11-27T08:00", "2026-12-01T08:00"],
    ],
    [
      "every day",
      { ...tuesdays, unit: "day", days: [], ...utc },
      "2026-12-30T12:00Z",
      ["2026-12-31T09:00", "2027-01-01T09:00"],
    ],
    [
      "every three days from a day",
      { ...tuesdays, every: 3, unit: "day", days: [], from: "2026-11-20", ...utc },
      "2026-11-21T00:00Z",
      ["2026-11-23T09:00", "2026-11-26T09:00"],
    ],
    [
      "every month, on its first",
      { ...tuesdays, unit: "month", days: [], ...utc },
      "2026-11-21T00:00Z",
      ["2026-12-01T09:00", "2027-01-01T09:00"],
    ],
    [
      "on the last day of shorter months",
      { ...tuesdays, unit: "month", days: [], monthDay: 31, ...utc },
      "2027-01-31T10:00Z",
      ["2027-02-28T09:00", "2027-03-31T09:00", "2027-04-30T09:00"],
    ],
    [
      "every two months from a day",
      { ...tuesdays, every: 2, unit: "month", days: [], monthDay: 15, from: "2026-11-01", ...utc },
      "2026-11-20T00:00Z",
      ["2027-01-15T09:00", "2027-03-15T09:00"],
    ],
    // Berlin's clocks go forward on 29 March 2026 at 02:00 and back on 25 October 2026 at 03:00.
    [
      "over the change of the hour",
      { ...tuesdays, unit: "day", days: [] },
      "2026-03-27T12:00Z",
      ["2026-03-28T08:00", "2026-03-29T07:00"],
    ],
    [
      "a time that is skipped",
      { ...tuesdays, unit: "day", days: [], at: 150 },
      "2026-03-28T12:00Z",
      ["2026-03-29T01:30", "2026-03-30T00:30"],
    ],
    [
      "a time that comes twice",
      { ...tuesdays, unit: "day", days: [], at: 150 },
      "2026-10-24T12:00Z",
      ["2026-10-25T00:30", "2026-10-26T01:30"],
    ],
    [
      "midnight far in the west",
      { ...tuesdays, at: 0, timezone: "Pacific/Honolulu" },
      "2026-11-24T09:00Z",
      ["2026-11-24T10:00"],
    ],
  ])("%s", (_, schedule, after, expected) => {
    expect(times(schedule, after, expected.length)).toEqual(expected);
  });
});

test.each<Partial<SchedulePolicy>>([
  { every: mostMonths, unit: "month", monthDay: 31 },
  { every: 99, unit: "week", days: [7] },
  { every: 99, unit: "day" },
])("the longest that can be written still has a next time: $every $unit", (longest) => {
  const schedule: SchedulePolicy = { every: 1, unit: "day", days: [], at: 540, timezone: "UTC", ...longest };
  const [first, second] = times(schedule, "2026-01-01T00:00:00Z", 2);
  expect(Date.parse(second ?? "")).toBeGreaterThan(Date.parse(first ?? ""));
});

test.each<[string, ReturnType<typeof readEvery>]>([
  ["week", { every: 1, unit: "week" }],
  ["2 weeks", { every: 2, unit: "week" }],
  ["1 day", { every: 1, unit: "day" }],
  ["12 months", { every: 12, unit: "month" }],
  ["0 weeks", undefined],
  ["2weeks", undefined],
  ["fortnight", undefined],
  ["2 years", undefined],
])("%s", (text, expected) => {
  expect(readEvery(text)).toEqual(expected);
});
