/**
 * Who is meant by the names in `approvals.from`, `who` and the like: logins, groups of the pipeline file, which may name
 * other groups, and groups that are kept elsewhere, `team:org/slug` on GitHub and `usergroup:S…` in Slack. Pure: who is
 * in those is looked up before and comes in.
 */
import { distinctLogins } from "./logins.ts";
import type { Pipeline } from "./pipeline.ts";

/** What was found out about groups that are kept elsewhere, by their names; one that is missing could not be read. */
export type Memberships = ReadonlyMap<string, readonly string[]>;

export type Members = {
  /** Those who are known to be meant, each once, in the order in which they are named. */
  readonly logins: readonly string[];
  /** Groups kept elsewhere of which nobody knows who is in them: there may be more people than `logins`. */
  readonly unread: readonly string[];
};

/** Whether the name is of a group that is kept outside the pipeline file. */
export function isKeptElsewhere(name: string): boolean {
  return /^(?:team|usergroup):/u.test(name);
}

/** All names that these lead to, through groups of groups, without the groups of the file themselves. */
export function namesBehind(groups: Pipeline["groups"], names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const found: string[] = [];
  const follow = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    const members = Object.hasOwn(groups, name) ? groups[name] : undefined;
    if (members === undefined) found.push(name);
    else for (const member of members) follow(member);
  };
  for (const name of names) follow(name);
  return found;
}

/** The groups of the file that these names lead to, themselves included: who is meant follows from no others. */
export function groupsBehind(groups: Pipeline["groups"], names: readonly string[]): Pipeline["groups"] {
  const found: Record<string, readonly string[]> = {};
  const follow = (name: string) => {
    const members = Object.hasOwn(groups, name) ? groups[name] : undefined;
    if (members === undefined || Object.hasOwn(found, name)) return;
    found[name] = members;
    for (const member of members) follow(member);
  };
  for (const name of names) follow(name);
  return found;
}

export function membersOf(groups: Pipeline["groups"], names: readonly string[], known: Memberships): Members {
  const behind = namesBehind(groups, names);
  return {
    logins: distinctLogins(behind.flatMap((name) => (isKeptElsewhere(name) ? (known.get(name) ?? []) : [name]))),
    unread: behind.filter((name) => isKeptElsewhere(name) && !known.has(name)),
  };
}

/** The first names in a list that turned out to mean nobody. */
export function emptyNames(
  groups: Pipeline["groups"],
  names: readonly string[],
  known: Memberships,
): readonly string[] {
  return names.filter((name) => {
    const { logins, unread } = membersOf(groups, [name], known);
    return logins.length === 0 && unread.length === 0;
  });
}
