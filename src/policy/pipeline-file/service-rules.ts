/**
 * One service or several: which of the two a file is, and the rules of a service asked of each. A rule is written for a
 * file that is about one service; what it finds is placed where that stands in the real file.
 */
import { entriesOf, isMap, quoted, valueAt } from "./found.ts";
import { someEnvironment } from "./schema.ts";
import type { Finding } from "./shape-mistakes.ts";

type Rules = (data: unknown) => readonly Finding[];

export function serviceMistakes(data: unknown, rules: Rules): readonly Finding[] {
  const services = valueAt(data, ["services"]);
  if (services === undefined) return [...emptyMistakes(data), ...rules(data)];
  const entries = entriesOf(services);
  const names = entries.map(([name]) => name);
  return [
    ...(isMap(services) && entries.length === 0 ? [noService] : []),
    ...aloneMistakes(data),
    ...entries.flatMap(([name, service], i) => [
      ...twinMistakes(name, names.slice(0, i)),
      ...patternMistakes(name, service),
      ...ofOne(data, name, service, rules),
    ]),
  ];
}

const noService: Finding = {
  path: ["services"],
  at: "value",
  found: "nothing",
  expected: "at least one service with its environments",
};

/** Neither environments nor services, or a list of environments that is empty. */
function emptyMistakes(data: unknown): readonly Finding[] {
  if (!isMap(data)) return [];
  const environments = valueAt(data, ["environments"]);
  const empty = isMap(environments) && entriesOf(environments).length === 0;
  if (environments !== undefined && !empty) return [];
  return [{ path: ["environments"], at: empty ? "value" : "key", found: "nothing", expected: someEnvironment }];
}

/** What belongs to a service has no meaning beside several. */
function aloneMistakes(data: unknown): readonly Finding[] {
  return ["service", "environments", "demos"].flatMap((key): readonly Finding[] => {
    if (valueAt(data, [key]) === undefined) return [];
    return [{ path: [key], at: "key", found: key, expected: `${key} inside each of the services, or no services` }];
  });
}

function twinMistakes(name: string, above: readonly string[]): readonly Finding[] {
  const twin = above.find((other) => other.toLowerCase() === name.toLowerCase());
  if (twin === undefined) return [];
  const expected = `a name that differs from ${twin} in more than case`;
  return [{ path: ["services", name], at: "key", found: quoted(name), expected }];
}

/** A list that begins by taking out takes out of nothing. */
function patternMistakes(name: string, service: unknown): readonly Finding[] {
  const first = valueAt(service, ["paths", 0]);
  if (typeof first !== "string" || !first.startsWith("!")) return [];
  const expected = "a path that is taken in first: ! takes out of those before it";
  return [{ path: ["services", name, "paths", 0], at: "value", found: quoted(first), expected }];
}

const ofRepository = ["pull_requests", "people", "groups"] as const;
const inherited = ["channel", "versions"] as const;

function ofOne(data: unknown, name: string, service: unknown, rules: Rules): readonly Finding[] {
  if (!isMap(service)) return [];
  const from = (keys: readonly string[]) =>
    Object.fromEntries(
      keys.flatMap((key) => (valueAt(data, [key]) === undefined ? [] : [[key, valueAt(data, [key])]])),
    );
  const view = { ...from(ofRepository), ...from(inherited), ...service };
  const own = new Set(["environments", ...Object.keys(service)]);
  return [...emptyMistakes(view), ...rules(view)].map((finding) =>
    own.has(String(finding.path[0])) ? { ...finding, path: ["services", name, ...finding.path] } : finding,
  );
}
