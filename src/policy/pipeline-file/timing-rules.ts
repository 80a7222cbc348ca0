/** What `soak` and `window` must not say: nothing to soak in, a zone that there is none of, hours of no length. */
import { isTimeZone, readHours } from "../windows.ts";
import { isMap, quoted, valueAt } from "./found.ts";
import type { Finding } from "./shape-mistakes.ts";

/** `position`: how many environments stand above this one. */
export function timingMistakes(name: string, environment: unknown, position: number): readonly Finding[] {
  const at = ["environments", name];
  const found: Finding[] = [];
  if (isMap(environment) && environment["soak"] !== undefined && position === 0) {
    const expected = "soak only where there is an environment before this one";
    found.push({ path: [...at, "soak"], at: "key", found: "soak in the first environment", expected });
  }
  const timezone = valueAt(environment, ["window", "timezone"]);
  if (typeof timezone === "string" && !isTimeZone(timezone)) {
    const expected = "a time zone such as Europe/Berlin, or UTC";
    found.push({ path: [...at, "window", "timezone"], at: "value", found: quoted(timezone), expected });
  }
  const allow = valueAt(environment, ["window", "allow"]);
  for (const [i, text] of (Array.isArray(allow) ? allow : [allow]).entries()) {
    const hours = typeof text === "string" ? readHours(text) : undefined;
    if (hours === undefined || hours.from !== hours.to) continue;
    const path = [...at, "window", "allow", ...(Array.isArray(allow) ? [i] : [])];
    const expected = "hours that begin and end at different times; all day is 00:00-24:00";
    found.push({ path, at: "value", found: quoted(String(text)), expected });
  }
  return found;
}
