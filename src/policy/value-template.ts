/** Text with places for what is deployed, such as `v{version}`. JSON, queries and patterns keep their braces. Pure. */

/** A word between braces. `{"ok": true}`, `up{job="shop"}`, `{}` and `a{2}` hold something else and are left alone. */
const place = /\{(\s*[A-Za-z][\w-]*\s*)\}/gu;

/** What stands between braces, as it is written, and could be meant as a place. */
export function placesIn(template: string): readonly string[] {
  return [...template.matchAll(place)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

export type Filled =
  | { readonly kind: "text"; readonly text: string }
  /** What the template asks for and is not there. */
  | { readonly kind: "missing"; readonly name: string };

/**
 * `values` has every name that there is, with or without a value; any other place stays as it is written. `write` makes a
 * value harmless where it is put: in an address, or between the quotes of a query. Nothing that was filled in is looked
 * at again, so a value that holds braces stays as it is.
 */
export function fillIn(
  template: string,
  values: Readonly<Record<string, string | undefined>>,
  write: (value: string) => string = (value) => value,
): Filled {
  let missing: string | undefined;
  const text = template.replaceAll(place, (whole, name: string) => {
    if (!Object.hasOwn(values, name)) return whole;
    const value = values[name];
    if (value === undefined) missing ??= name;
    return write(value ?? "");
  });
  return missing === undefined ? { kind: "text", text } : { kind: "missing", name: missing };
}

export const revisionPlaces = ["version", "sha", "short_sha"] as const;

type Revision = { readonly sha: string; readonly version?: string | undefined };

export function revisionValues({
  sha,
  version,
}: Revision): Readonly<Record<(typeof revisionPlaces)[number], string | undefined>> {
  return { version, sha, short_sha: sha.slice(0, 7) };
}

/** What a far side may be told of a deployment. */
export const deploymentPlaces = ["sha", "short_sha", "version", "ref", "service", "environment", "deployment"] as const;

export function deploymentValues({
  ref,
  service,
  environment,
  deployment,
  ...revision
}: Revision & {
  readonly ref?: string | undefined;
  readonly service: string;
  readonly environment: string;
  readonly deployment: number;
}): Readonly<Record<(typeof deploymentPlaces)[number], string | undefined>> {
  return { ...revisionValues(revision), ref, service, environment, deployment: String(deployment) };
}
