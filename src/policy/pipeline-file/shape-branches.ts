/** Keys of an environment that say how changes come to its branch, and when. */
import * as z from "zod";
import { everyPattern, isDay, weekdays } from "../schedule.ts";
import { flag, listOf, text } from "./shape-parts.ts";

const weekday = z.enum(weekdays, { error: `a day such as ${weekdays.slice(0, 2).join(" or ")}` });
const days = "a weekday such as Tue, a list of them, or for months the number of a day";

export const scheduleShape = {
  every: text("day, week or month, or so many, such as 2 weeks", everyPattern).describe(
    "How often: day, week, month, 3 days, 2 weeks, 6 months.",
  ),
  on: z
    .union(
      [
        weekday,
        listOf(weekday, days).min(1, { error: days }),
        z.int().min(1, { error: days }).max(31, { error: days }),
      ],
      {
        error: days,
      },
    )
    .optional()
    .describe("The weekday, or weekdays, of weeks; the day of months. Default for months: 1."),
  at: text('a time of day in quotes, such as "09:00"', /^(?:[01]\d|2[0-3]):[0-5]\d$/u).describe("The time of day."),
  timezone: text("a time zone such as Europe/Berlin, or UTC", /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/u).describe(
    "The time zone of it, by its name in the IANA database.",
  ),
  from: z
    .string({ error: 'a day in quotes, such as "2026-11-24"' })
    .regex(/^\d{4}-\d\d-\d\d$/u, { error: 'a day in quotes, such as "2026-11-24"' })
    .refine(isDay, { error: "a day of the calendar" })
    .optional()
    .describe("The day from which days, weeks or months are counted. Default: Monday, 5 January 1970."),
};

export const branchShape = {
  snapshot: flag
    .optional()
    .describe(
      "Where the environment has a branch and one before it, promoting opens a pull request: from a branch made at what is live in the environment before (true), or from that environment's own branch (false). Default: true.",
    ),
  release: z
    .enum(["before", "after", "off"], { error: "before, after or off" })
    .optional()
    .describe(
      "A release on GitHub, with notes of what changed: before it deploys, as the first stage, or after, once it is live. Default: off.",
    ),
  schedule: z
    .strictObject(scheduleShape, { error: 'how often, and when: {every: week, on: Tue, at: "09:00", timezone: UTC}' })
    .optional()
    .describe("When it is promoted to by itself. Default: never."),
  back_merge: text("the name of a branch", /^[^\s~^:?*[\\]+$/u)
    .optional()
    .describe("The branch to which a pull request brings back what only this environment's branch has."),
};
