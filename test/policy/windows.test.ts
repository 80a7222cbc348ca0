/** Hours in a time zone, day by day: midnight, daylight saving, and hours that touch. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isTimeZone, opening, readHours } from "../../src/policy/windows.ts";

const at = (text: string) => Date.parse(text);
function window(timezone: string, ...allow: readonly string[]) {
  return { allow, timezone, hours: allow.flatMap((text) => readHours(text) ?? []) };
}

describe("hours as people write them", () => {
  test.each([
    ["Mon-Thu 09:00-16:00", { days: [1, 2, 3, 4], from: 540, to: 960 }],
    ["Sat,Sun 10:00-12:30", { days: [6, 7], from: 600, to: 750 }],
    ["Fri-Mon 9:00-16:00", { days: [1, 5, 6, 7], from: 540, to: 960 }],
    ["mon, WED 00:00-24:00", { days: [1, 3], from: 0, to: 1440 }],
    ["22:00-02:00", { days: [1, 2, 3, 4, 5, 6, 7], from: 1320, to: 120 }],
  ])("%s", (text, read) => {
    expect(readHours(text)).toEqual(read);
  });

  test.each([
    "",
    "Mon",
    "Mon-Thu",
    "Monday 09:00-16:00",
    "Mon 9-16",
    "Mon 25:00-26:00",
    "Mon 09:00-24:30",
    "09:00 - 16:00",
  ])("“%s” is none", (text) => {
    expect(readHours(text)).toBeUndefined();
  });
});

test.each([
  ["Europe/Berlin", true],
  ["UTC", true],
  ["America/Argentina/Buenos_Aires", true],
  ["Europe/Berlyn", false],
  ["+02:00", false],
  ["", false],
])("the time zone “%s”: %s", (name, known) => {
  expect(isTimeZone(name)).toBe(known);
});

describe("when it opens and closes", () => {
  const berlin = window("Europe/Berlin", "Mon-Thu 09:00-16:00");
  test.each([
    [
      "on a Tuesday morning it is open until four",
      "2026-11-17T10:00:00Z",
      { kind: "open", until: at("2026-11-17T15:00:00Z") },
    ],
    ["in its first moment", "2026-11-17T08:00:00Z", { kind: "open", until: at("2026-11-17T15:00:00Z") }],
    ["in its last", "2026-11-17T15:00:00Z", { kind: "closed", opens: at("2026-11-18T08:00:00Z") }],
    ["before it", "2026-11-17T07:59:59Z", { kind: "closed", opens: at("2026-11-17T08:00:00Z") }],
    ["over the weekend", "2026-11-19T15:30:00Z", { kind: "closed", opens: at("2026-11-23T08:00:00Z") }],
    ["in summer an hour earlier by UTC", "2026-07-14T07:30:00Z", { kind: "open", until: at("2026-07-14T14:00:00Z") }],
  ])("%s", (_, now, found) => {
    expect(opening(berlin, at(now))).toEqual(found);
  });

  test("over midnight it belongs to the day on which it began", () => {
    const night = window("UTC", "Fri 22:00-02:00");
    expect(opening(night, at("2026-11-21T01:00:00Z"))).toEqual({ kind: "open", until: at("2026-11-21T02:00:00Z") });
    expect(opening(night, at("2026-11-20T01:00:00Z"))).toEqual({ kind: "closed", opens: at("2026-11-20T22:00:00Z") });
  });

  test("hours without a gap never close", () => {
    expect(opening(window("UTC", "00:00-24:00"), at("2026-11-21T12:00:00Z"))).toEqual({ kind: "open" });
    expect(opening(window("UTC", "Mon-Sat 00:00-24:00"), at("2026-11-16T00:00:00Z"))).toEqual({
      kind: "open",
      until: at("2026-11-22T00:00:00Z"),
    });
  });

  test("hours that touch or overlap are one opening", () => {
    const split = window("UTC", "Mon 09:00-12:00", "Mon 12:00-15:00", "Mon 14:00-24:00", "Tue 00:00-01:00");
    expect(opening(split, at("2026-11-16T10:00:00Z"))).toEqual({ kind: "open", until: at("2026-11-17T01:00:00Z") });
  });

  test("when the clocks go forward, hours that do not exist move on; when they go back, they count once", () => {
    const spring = window("Europe/Berlin", "Sun 02:30-04:00");
    expect(opening(spring, at("2027-03-28T00:00:00Z"))).toEqual({ kind: "closed", opens: at("2027-03-28T01:30:00Z") });
    const skipped = window("Europe/Berlin", "Sun 02:30-03:00");
    expect(opening(skipped, at("2027-03-27T00:00:00Z"))).toEqual({ kind: "closed", opens: at("2027-03-28T01:30:00Z") });
    expect(opening(skipped, at("2027-03-28T01:45:00Z"))).toEqual({ kind: "open", until: at("2027-03-28T02:00:00Z") });
    const autumn = window("Europe/Berlin", "Sun 02:30-03:30");
    expect(opening(autumn, at("2026-10-25T00:30:00Z"))).toEqual({ kind: "open", until: at("2026-10-25T02:30:00Z") });
  });

  test("at every moment: open until a moment at which it is closed, or closed until one at which it is open", () => {
    const minute = fc.integer({ min: 0, max: 1439 });
    const two = (n: number) => String(n).padStart(2, "0");
    const time = (n: number) => `${two(Math.floor(n / 60))}:${two(n % 60)}`;
    const hours = fc
      .tuple(fc.constantFrom("Mon", "Wed-Fri", "Sat,Tue", "Sun"), minute, minute)
      .filter(([, from, to]) => from !== to)
      .map(([days, from, to]) => `${days} ${time(from)}-${time(to)}`);
    fc.assert(
      fc.property(
        fc.constantFrom("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"),
        fc.array(hours, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: at("2026-01-01T00:00:00Z"), max: at("2028-01-01T00:00:00Z") }),
        (timezone, allow, now) => {
          const policy = window(timezone, ...allow);
          const found = opening(policy, now);
          if (found.kind === "open") {
            if (found.until === undefined) return;
            expect(found.until).toBeGreaterThan(now);
            expect(opening(policy, found.until - 1).kind).toBe("open");
            return;
          }
          expect(found.opens).toBeGreaterThan(now);
          expect(opening(policy, found.opens ?? 0).kind).toBe("open");
          expect(opening(policy, (found.opens ?? 0) - 1).kind).toBe("closed");
        },
      ),
      { numRuns: 300 },
    );
  });
});
