/**
 * Writes a version into the text of a file, and touches nothing else of it. Pure. Where the text names what is pinned
 * nowhere, or more than once, it says so instead of guessing.
 */
import type { Pinned } from "../../policy/deployers.ts";
import { readPattern } from "../../policy/versions/pattern.ts";
import { imagePlaces } from "./image-places.ts";
import { packagePlaces } from "./package-places.ts";

/** A part of the text that holds the version, and how another one is written there. */
export type PinPlace = {
  readonly from: number;
  readonly to: number;
  /** What is pinned now, for people; undefined where nothing is. */
  readonly now: string | undefined;
  write(value: string): string;
};

export type Places = readonly PinPlace[] | { readonly why: string };

export type Edit =
  | { readonly kind: "edited"; readonly text: string; readonly before: string | undefined }
  | { readonly kind: "same" }
  | { readonly kind: "no"; readonly why: string };

/** The tag of an image (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests). */
const tag = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/u;
const onLine = /^[^\s\p{Cc}]{1,200}$/u;

export function nameOf(pinned: Pinned): string {
  switch (pinned.kind) {
    case "image":
      return pinned.image;
    case "package":
      return pinned.package;
    case "pattern":
      return "the pattern";
  }
}

function refuseValue(pinned: Pinned, value: string): string | undefined {
  if (pinned.kind === "image" && !tag.test(value)) return `${value} cannot be the tag of an image`;
  // A pattern may stand anywhere, so what it writes may not end a line or begin another word.
  return onLine.test(value) ? undefined : `${JSON.stringify(value)} cannot be written as a version`;
}

function placesOf(text: string, file: string, pinned: Pinned): Places {
  switch (pinned.kind) {
    case "image":
      return imagePlaces(text, file, pinned.image);
    case "package":
      return packagePlaces(text, pinned.package);
    case "pattern": {
      const pattern = readPattern(pinned.pattern);
      if (pattern.kind === "no-pattern") return { why: `the pattern is not ${pattern.why}` };
      return pattern.places(text, 2).map((at) => ({
        ...at,
        now: text.slice(at.from, at.to),
        write: (value: string) => value,
      }));
    }
  }
}

export function editPin(text: string, options: { file: string; pinned: Pinned; value: string }): Edit {
  const { file, pinned, value } = options;
  const wrong = refuseValue(pinned, value);
  if (wrong !== undefined) return { kind: "no", why: wrong };
  const places = placesOf(text, file, pinned);
  if ("why" in places) return { kind: "no", why: places.why };
  const [place] = places;
  const what = pinned.kind === "pattern" ? "What the pattern describes" : nameOf(pinned);
  if (place === undefined) return { kind: "no", why: `${what} is not in ${file}` };
  if (places.length > 1)
    return { kind: "no", why: `${what} is in ${file} more than once, and which is meant is not known` };
  if (place.now === value) return { kind: "same" };
  const edited = text.slice(0, place.from) + place.write(value) + text.slice(place.to);
  return { kind: "edited", text: edited, before: place.now };
}
