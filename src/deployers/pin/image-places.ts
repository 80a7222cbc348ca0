/**
 * Where a file names an image with its tag: in YAML as one text (`image: ghcr.io/acme/shop-api:1.4.0`, as in compose
 * files and manifests), or as `repository` and `tag` (Helm values), or `name` and `newTag` (kustomize); anywhere else as
 * the bare text. Only what is read as YAML counts in YAML, so that comments are left alone.
 */
import { isPair, isScalar, type Pair, parse, parseAllDocuments, Scalar, visit, type YAMLMap } from "yaml";
import type { PinPlace, Places } from "./edit.ts";

/** YAML aliases can make a small text into an endless one. */
const mostAliases = 100;

function escaped(text: string): string {
  return text.replace(/[.\\+?^${}()|[\]/]/gu, "\\$&");
}

export function imagePlaces(text: string, file: string, image: string): Places {
  return /\.ya?ml$/iu.test(file) ? inYaml(text, image) : inText(text, image);
}

const pinnedByDigest = { why: "the image is pinned by a digest, which belongs to its tag" };

function inText(text: string, image: string): Places {
  const reference = new RegExp(`(?<![\\w./-])${escaped(image)}:([A-Za-z0-9_][A-Za-z0-9._-]{0,127})(@sha256:)?`, "gu");
  const found = [...text.matchAll(reference)];
  if (found.some(([, , digest]) => digest !== undefined)) return pinnedByDigest;
  return found.map(({ index, 1: now = "" }) => {
    const from = index + image.length + 1;
    return { from, to: from + now.length, now, write: (value: string) => value };
  });
}

function inYaml(text: string, image: string): Places {
  const documents = parseAllDocuments(text, { uniqueKeys: false });
  if (!Array.isArray(documents)) return [];
  if (documents.some(({ errors }) => errors.length > 0)) return { why: "the file is not well-formed YAML" };
  const whole = new RegExp(`^${escaped(image)}(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(@sha256:[0-9a-f]+)?$`, "u");
  const places: PinPlace[] = [];
  let problem: string | undefined;
  const asText = (key: unknown, scalar: Scalar) => {
    const found = typeof scalar.value === "string" ? whole.exec(scalar.value) : null;
    if (found === null || !scalar.range) return;
    const [, now, digest] = found;
    // Without a tag it may be the name of anything; under `image` it is the newest one.
    if (now === undefined && digest === undefined && !(isScalar(key) && key.value === "image")) return;
    if (digest !== undefined) problem = pinnedByDigest.why;
    const [from, to] = scalar.range;
    const begins = text.slice(from, to).indexOf(String(scalar.value));
    if (begins < 0) problem = "the image is written in a way that cannot be changed in place";
    const ends = from + begins + image.length;
    if (now === undefined) places.push({ from: ends, to: ends, now, write: (value) => `:${value}` });
    else places.push({ from: ends + 1, to: ends + 1 + now.length, now, write: (value) => value });
  };
  for (const document of documents) {
    let aliases = 0;
    visit(document, {
      Alias: () => {
        aliases += 1;
        if (aliases > mostAliases) problem = "the file has too many aliases";
      },
      Map: (_, map) => {
        const tag = separateTag(map, image);
        if (tag !== undefined) places.push(...tagPlace(text, tag));
      },
      Scalar: (key, scalar, path) => {
        const parent = path.at(-1);
        // A map's keys are no values.
        if (key === "key") return;
        asText(isPair(parent) ? parent.key : undefined, scalar);
      },
    });
  }
  return problem === undefined ? places : { why: problem };
}

/** The tag of `{repository, tag}`, `{registry, repository, tag}` or `{name, newTag}`, where that is the image. */
function separateTag(map: YAMLMap, image: string): Scalar | undefined {
  const scalar = (name: string) => {
    const pair = map.items.find((one: Pair) => isScalar(one.key) && one.key.value === name);
    return pair !== undefined && isScalar(pair.value) ? pair.value : undefined;
  };
  const registry = scalar("registry")?.value;
  const repository = scalar("repository")?.value;
  const full = typeof registry === "string" && registry !== "" ? `${registry}/${repository}` : repository;
  if (full === image) return scalar("tag");
  return scalar("name")?.value === image ? scalar("newTag") : undefined;
}

function tagPlace(text: string, tag: Scalar): readonly PinPlace[] {
  if (!tag.range) return [];
  const [from, to] = tag.range;
  const source = text.slice(from, to);
  const isQuoted = tag.type === Scalar.QUOTE_DOUBLE || tag.type === Scalar.QUOTE_SINGLE;
  const quote = source.slice(0, 1);
  return [
    {
      ...{ from, to, now: source === "" ? undefined : isQuoted ? String(tag.value) : source },
      // A tag such as 1.10 or 1e5 would be read as a number without quotes.
      write: (value) => {
        if (isQuoted) return `${quote}${value}${quote}`;
        const padded = source === "" ? " " : "";
        return padded + (typeof parse(value) === "string" ? value : JSON.stringify(value));
      },
    },
  ];
}
