/** Where a requirements.txt pins a package with `==` (https://pip.pypa.io/en/stable/reference/requirements-file-format/). */
import type { PinPlace, Places } from "./edit.ts";

/** Names are the same in any case, and with any run of - _ and . (https://peps.python.org/pep-0503/#normalized-names). */
const normal = (name: string) => name.toLowerCase().replace(/[-_.]+/gu, "-");

const requirement = /^(\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\]\s*)?)(?:(===?\s*)([^\s;,#\\]+))?(.*)$/u;

export function packagePlaces(text: string, name: string): Places {
  const places: PinPlace[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const begins = at;
    at += line.length + 1;
    const found = requirement.exec(line.replace(/\r$/u, ""));
    if (found === null || normal(found[2] ?? "") !== normal(name)) continue;
    const [, head = "", , operator, version, rest = ""] = found;
    if (operator === undefined || version === undefined) return { why: `${name} is not pinned with == there` };
    if (/^\s*,/u.test(rest)) return { why: `${name} has more than one condition there` };
    // A hash belongs to one version: with another it would keep the package from being installed.
    if (/--hash/u.test(rest) || /\\\s*$/u.test(rest))
      return { why: `${name} is pinned with a hash, which belongs to its version` };
    const from = begins + head.length + operator.length;
    places.push({ from, to: from + version.length, now: version, write: (value) => value });
  }
  return places;
}
