/** What the keys about an environment's branch need of the environment itself and of the one before it. */
import { mostMonths, readEvery, type ScheduleUnit } from "../schedule.ts";
import { isTimeZone } from "../windows.ts";
import { isMap, quoted, shown, valueAt } from "./found.ts";
import type { Path } from "./places.ts";
import type { Finding } from "./shape-mistakes.ts";

/** `above`: the environments that stand above this one, in order. */
export function branchMistakes(
  name: string,
  environment: unknown,
  above: readonly (readonly [string, unknown])[],
): readonly Finding[] {
  if (!isMap(environment)) return [];
  const at: Path = ["environments", name];
  return [
    ...snapshotMistakes(at, environment, above),
    ...scheduleMistakes(at, environment["schedule"], above.length > 0),
    ...backMergeMistakes(at, environment),
  ];
}

type Entry = Readonly<Record<string, unknown>>;

function snapshotMistakes(
  at: Path,
  environment: Entry,
  above: readonly (readonly [string, unknown])[],
): readonly Finding[] {
  if (environment["snapshot"] === undefined) return [];
  const after = environment["after"] ?? above.at(-1)?.[0];
  const before = above.find(([other]) => other === after)?.[1];
  const branch = environment["branch"];
  const place = { path: [...at, "snapshot"], at: "key", found: "snapshot" } as const;
  if (branch === undefined || before === undefined) {
    return [{ ...place, expected: "snapshot only where the environment has a branch and one before it" }];
  }
  const from = valueAt(before, ["branch"]);
  if (environment["snapshot"] !== false || (from !== undefined && from !== branch)) return [];
  const expected = `a branch of its own in ${String(after)}, from which the pull request goes, or no snapshot`;
  return [{ path: [...at, "snapshot"], at: "value", found: "false", expected }];
}

function scheduleMistakes(environment: Path, schedule: unknown, hasBefore: boolean): readonly Finding[] {
  if (!isMap(schedule)) return [];
  const at: Path = [...environment, "schedule"];
  if (!hasBefore) {
    const expected = "schedule only where there is an environment before this one, to be promoted from";
    return [{ path: at, at: "key", found: "schedule in the first environment", expected }];
  }
  const { every, on, timezone } = schedule;
  const found: Finding[] = [];
  if (typeof timezone === "string" && !isTimeZone(timezone)) {
    const expected = "a time zone such as Europe/Berlin, or UTC";
    found.push({ path: [...at, "timezone"], at: "value", found: quoted(timezone), expected });
  }
  const { unit, every: count = 1 } = (typeof every === "string" ? readEvery(every) : undefined) ?? {};
  if (unit === "month" && count > mostMonths) {
    found.push({ path: [...at, "every"], at: "value", found: shown(every), expected: `at most ${mostMonths} months` });
  }
  const expected = unit === undefined ? undefined : wrongDay(unit, on);
  if (expected !== undefined) {
    found.push({ path: [...at, "on"], at: on === undefined ? "key" : "value", found: shown(on), expected });
  }
  return found;
}

/** What `on` has to be for this unit; undefined when it is that. */
function wrongDay(unit: ScheduleUnit, on: unknown): string | undefined {
  if (unit === "day") return on === undefined ? undefined : "no day: every day has none";
  if (unit === "month") return on === undefined || typeof on === "number" ? undefined : "the number of a day: 1 to 31";
  return on === undefined || typeof on === "number" ? "a weekday such as Tue, or a list of them" : undefined;
}

function backMergeMistakes(at: Path, { branch, back_merge: into }: Entry): readonly Finding[] {
  if (into === undefined) return [];
  const path = [...at, "back_merge"];
  if (branch === undefined) {
    const expected = "back_merge only where the environment has a branch, from which it goes";
    return [{ path, at: "key", found: "back_merge", expected }];
  }
  if (branch !== into || typeof into !== "string") return [];
  return [{ path, at: "value", found: quoted(into), expected: "another branch than the environment's own" }];
}
