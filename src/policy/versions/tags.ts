/**
 * Versions as tags name them, by the template `v{version}`. Whatever else a repository has for tags is left alone: it
 * is neither counted nor ever written over. Pure.
 */
import type { Sha } from "../model.ts";
import type { SchemeName, Version } from "./scheme.ts";
import { schemeOf } from "./schemes.ts";

const placeholder = "{version}";

export type Tag = { readonly name: string; readonly sha: Sha };
export type VersionTag = Tag & { readonly version: Version };

export type ReadTags = {
  /** From the greatest version down. */
  readonly versions: readonly VersionTag[];
  /** They fit the template, and what stands for the version is none of the scheme: made by hand, or mistyped. */
  readonly malformed: readonly Tag[];
};

/** Why a template cannot name tags; undefined when it can. */
export function templateMistake(template: string): string | undefined {
  if (template.split(placeholder).length !== 2)
    return "the name of a tag with {version} in it once, such as v{version}";
  const name = template.replace(placeholder, "1.0.0");
  // git-check-ref-format(1), and GitHub shows no name that begins with a dash.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  const bad = /[\x00-\x20\x7f~^:?*[\\{}]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|^[/.-]|[/.]$/u;
  return bad.test(name) || name.length > 150 ? "a name that git allows for a tag, such as v{version}" : undefined;
}

export function tagName(template: string, version: string): string {
  return template.replace(placeholder, () => version);
}

/** The version that a tag of this template names; undefined for the tags of others, and for malformed ones. */
export function versionOfTag(template: string, scheme: SchemeName, name: string): Version | undefined {
  const between = betweenOf(template, name);
  return between === undefined ? undefined : schemeOf(scheme).read(between);
}

export function readTags(template: string, scheme: SchemeName, tags: readonly Tag[]): ReadTags {
  const { compare } = schemeOf(scheme);
  const versions: VersionTag[] = [];
  const malformed: Tag[] = [];
  for (const tag of tags) {
    const between = betweenOf(template, tag.name);
    if (between === undefined) continue;
    const version = schemeOf(scheme).read(between);
    if (version !== undefined) versions.push({ ...tag, version });
    // With `{version}` alone as the template, every tag fits it; only what begins like a version was meant as one.
    else if (/^[v=]?\d/iu.test(between)) malformed.push(tag);
  }
  return { versions: versions.toSorted((one, other) => compare(other.version, one.version)), malformed };
}

function betweenOf(template: string, name: string): string | undefined {
  const [before = "", after = ""] = template.split(placeholder);
  const fits = name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after);
  return fits ? name.slice(before.length, name.length - after.length) : undefined;
}
