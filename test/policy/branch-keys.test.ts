/** What `schedule` and `back_merge` mean in the pipeline file, and their mistakes with their places. */
import { expect, test } from "vitest";
import { backMergesOf } from "../../src/operations/back-merge.ts";
import { readPipelineFile } from "../../src/policy/pipeline-file/read.ts";

function read(yaml: string) {
  const text = `environments:\n  staging: {branch: staging, deploy: x}\n  live:\n    approvals: off\n    deploy: x\n    ${yaml}\n`;
  return readPipelineFile({ sources: [{ name: "file", text }], repository: "acme/shop" });
}

test.each<[string, object]>([
  [
    'schedule: {every: 2 weeks, on: Tue, at: "09:00", timezone: Europe/Berlin}',
    { schedule: { every: 2, unit: "week", days: [2], at: 540, timezone: "Europe/Berlin" } },
  ],
  [
    'schedule: {every: week, on: [Mon, Fri], at: "17:30", timezone: UTC, from: "2026-11-24"}',
    { schedule: { every: 1, unit: "week", days: [1, 5], at: 1_050, timezone: "UTC", from: "2026-11-24" } },
  ],
  [
    'schedule: {every: 2 months, on: 15, at: "00:00", timezone: UTC}',
    { schedule: { every: 2, unit: "month", days: [], monthDay: 15, at: 0, timezone: "UTC" } },
  ],
  [
    'schedule: {every: day, at: "09:00", timezone: UTC}',
    { schedule: { every: 1, unit: "day", days: [], at: 540, timezone: "UTC" } },
  ],
  ["branch: main\n    back_merge: staging", { branch: "main", backMerge: "staging" }],
])("%s", (yaml, expected) => {
  const reading = read(yaml);
  expect(reading.kind === "good" ? reading.pipeline.services[0]?.environments[1] : reading).toMatchObject(expected);
});

const days = "a weekday such as Tue, a list of them, or for months the number of a day";

test.each<[string, readonly string[]]>([
  [
    'schedule: {every: fortnight, on: Tue, at: "09:00", timezone: UTC}',
    ['6:23 schedule.every: found "fortnight", expected day, week or month, or so many, such as 2 weeks'],
  ],
  [
    'schedule: {every: week, at: "09:00", timezone: UTC}',
    ["6:5 schedule.on: found nothing, expected a weekday such as Tue, or a list of them"],
  ],
  [
    'schedule: {every: week, on: 2, at: "09:00", timezone: UTC}',
    ["6:33 schedule.on: found 2, expected a weekday such as Tue, or a list of them"],
  ],
  [
    'schedule: {every: month, on: Tue, at: "09:00", timezone: UTC}',
    ['6:34 schedule.on: found "Tue", expected the number of a day: 1 to 31'],
  ],
  [
    'schedule: {every: day, on: Tue, at: "09:00", timezone: UTC}',
    ['6:32 schedule.on: found "Tue", expected no day: every day has none'],
  ],
  ['schedule: {every: month, on: 32, at: "09:00", timezone: UTC}', [`6:34 schedule.on: found 32, expected ${days}`]],
  [
    'schedule: {every: 25 months, at: "09:00", timezone: UTC}',
    ['6:23 schedule.every: found "25 months", expected at most 24 months'],
  ],
  [
    'schedule: {every: day, at: "9:00", timezone: UTC}',
    ['6:32 schedule.at: found "9:00", expected a time of day in quotes, such as "09:00"'],
  ],
  [
    'schedule: {every: day, at: "09:00", timezone: Berlin}',
    ['6:51 schedule.timezone: found "Berlin", expected a time zone such as Europe/Berlin, or UTC'],
  ],
  [
    'schedule: {every: day, at: "09:00", timezone: UTC, from: "2026-02-30"}',
    ['6:62 schedule.from: found "2026-02-30", expected a day of the calendar'],
  ],
  [
    "back_merge: main",
    [
      "6:5 back_merge: found back_merge, expected back_merge only where the environment has a branch, from which it goes",
    ],
  ],
  [
    "branch: main\n    back_merge: main",
    ['7:17 back_merge: found "main", expected another branch than the environment\'s own'],
  ],
])("%s", (yaml, expected) => {
  const reading = read(yaml);
  const found = reading.kind === "mistakes" ? reading.mistakes : [];
  expect(
    found.map(
      ({ line, column, path, found: was, expected: wanted }) =>
        `${line}:${column} ${path.replace("environments.live.", "")}: found ${was}, expected ${wanted}`,
    ),
  ).toEqual(expected);
});

test("nothing can be promoted into the first environment", () => {
  const text = 'environments: {a: {deploy: x, schedule: {every: day, at: "09:00", timezone: UTC}}}';
  const reading = readPipelineFile({ sources: [{ name: "file", text }], repository: "acme/shop" });
  expect(reading.kind === "mistakes" ? reading.mistakes.map(({ expected }) => expected) : []).toEqual([
    "schedule only where there is an environment before this one, to be promoted from",
  ]);
});

test("what an environment's branch has alone is brought back, each pair of branches once", () => {
  const text = `
versions: {release_branch: release, back_merge: main}
services:
  api: {environments: {staging: {branch: release, back_merge: main, deploy: x}}}
  web: {environments: {staging: {branch: staging, back_merge: development, deploy: x}}}
`;
  const reading = readPipelineFile({ sources: [{ name: "file", text }], repository: "acme/shop" });
  expect(reading.kind === "good" ? backMergesOf(reading.pipeline) : reading).toEqual([
    { from: "release", into: "main" },
    { from: "staging", into: "development" },
  ]);
});
