/**
 * What a pipeline file says of people: the names in `approvals.from`, `who` and the like lead to somebody, and as many
 * can approve as have to. Who is in a team on GitHub or in a user group in Slack is not known here.
 */
import { groupsBehind, isKeptElsewhere, namesBehind } from "../groups.ts";
import { distinctLogins, hasLogin } from "../logins.ts";
import { nearest } from "../nearest.ts";
import type { Pipeline } from "../pipeline.ts";
import { entriesOf, itemsOf, listed, quoted, shown, valueAt } from "./found.ts";
import type { Path } from "./places.ts";
import type { Finding } from "./shape-mistakes.ts";

const loginPattern = /^[A-Za-z0-9][A-Za-z0-9_-]*(?:\[bot\])?$/u;

/** The file's groups, with those members that are text. */
function groupsOf(data: unknown): Pipeline["groups"] {
  const groups = entriesOf(valueAt(data, ["groups"]));
  return Object.fromEntries(groups.map(([name, members]) => [name, texts(members)]));
}

function texts(list: unknown): readonly string[] {
  return itemsOf(list).flatMap((one) => (typeof one === "string" ? [one] : []));
}

/** A count that nobody could ever reach holds every deployment for good. */
export function countMistakes(path: Path, approvals: unknown, data: unknown): readonly Finding[] {
  const count = valueAt(approvals, ["count"]) ?? 1;
  const names = texts(valueAt(approvals, ["from"]));
  if (typeof count !== "number" || names.length === 0) return [];
  const behind = namesBehind(groupsOf(data), names);
  if (behind.some(isKeptElsewhere)) return [];
  const people = distinctLogins(behind);
  if (count <= people.length) return [];
  const who = people.length === 0 ? "nobody" : people.length === 1 ? `only ${people[0]}` : `only ${listed(people)}`;
  const expected =
    people.length === 0 ? "groups with somebody in them" : `at most ${people.length}: ${who} may approve`;
  const place = people.length === 0 ? "from" : "count";
  return [{ path: [...path, place], at: "value", found: shown(valueAt(approvals, [place])), expected }];
}

/** What is neither a group nor known as a person but close to a group's name is that group mistyped. */
export function peopleMistakes(path: Path, people: unknown, data: unknown): readonly Finding[] {
  const groups = groupsOf(data);
  const groupNames = Object.keys(groups);
  const known = [...entriesOf(valueAt(data, ["people"])).map(([login]) => login), ...Object.values(groups).flat()];
  return itemsOf(people).flatMap((name, i): readonly Finding[] => {
    if (typeof name !== "string" || isKeptElsewhere(name)) return [];
    if (groupNames.includes(name) || hasLogin(known, name)) return [];
    const near = nearest(name, groupNames);
    if (near === undefined && loginPattern.test(name)) return [];
    const expected =
      groupNames.length === 0 ? "a GitHub login" : `a group (${listed(groupNames)}), or a GitHub login in people`;
    return [
      {
        path: [...path, i],
        at: "value",
        found: quoted(name),
        expected,
        ...(near === undefined ? {} : { nearest: near }),
      },
    ];
  });
}

/** Groups that differ in no more than case could be either; a group that leads back to itself says nothing of its own. */
export function groupMistakes(data: unknown): readonly Finding[] {
  const groups = groupsOf(data);
  const names = Object.keys(groups);
  return names.flatMap((name, i): readonly Finding[] => {
    const twin = names.slice(0, i).find((other) => other.toLowerCase() === name.toLowerCase());
    if (twin !== undefined) {
      const expected = `a name that differs from ${twin} in more than case`;
      return [{ path: ["groups", name], at: "key", found: quoted(name), expected }];
    }
    return itemsOf(valueAt(data, ["groups", name])).flatMap((member, at): readonly Finding[] => {
      if (typeof member !== "string" || isKeptElsewhere(member)) return [];
      const place = { path: ["groups", name, at], at: "value", found: quoted(member) } as const;
      if (Object.hasOwn(groupsBehind(groups, [member]), name)) {
        return [{ ...place, expected: `a group that does not lead back to ${name}, or a GitHub login` }];
      }
      if (names.includes(member) || loginPattern.test(member)) return [];
      const near = nearest(member, names);
      const expected = "a GitHub login, or the name of another group";
      return [{ ...place, expected, ...(near === undefined ? {} : { nearest: near }) }];
    });
  });
}
