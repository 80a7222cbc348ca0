/** Text with places for what is deployed, such as `v{version}`, for far sides that want it written their way. Pure. */

const place = /\{([^{}]*)\}/gu;

/** The first place that no value goes to. */
export function unknownPlace(template: string, known: readonly string[]): string | undefined {
  return [...template.matchAll(place)].map(([, name]) => name ?? "").find((name) => !known.includes(name));
}

export type Filled =
  | { readonly kind: "text"; readonly text: string }
  /** What the template asks for and is not there. */
  | { readonly kind: "missing"; readonly name: string };

/** Nothing that was filled in is looked at again, so a value that holds braces stays as it is. */
export function fillIn(template: string, values: Readonly<Record<string, string | undefined>>): Filled {
  const missing = [...template.matchAll(place)]
    .map(([, name]) => name ?? "")
    .find((name) => values[name] === undefined);
  if (missing !== undefined) return { kind: "missing", name: missing };
  return { kind: "text", text: template.replace(place, (_, name: string) => values[name] ?? "") };
}

export const revisionPlaces = ["version", "sha", "short_sha"] as const;

export function revisionValues<Version extends string | undefined>({
  sha,
  version,
}: {
  readonly sha: string;
  readonly version: Version;
}) {
  return { version, sha, short_sha: sha.slice(0, 7) };
}
