/**
 * Patterns that people write into the pipeline file. They are matched by RE2, in time that grows with the text and never
 * faster: with JavaScript's own expressions, a pattern could hold the whole bot for hours. What RE2 has no way to match
 * so (a look around, a reference back) is no pattern.
 */
import { RE2JS, RE2JSException } from "re2js";

const longestPattern = 300;

/** Where the group stands in the text. */
export type Place = { readonly from: number; readonly to: number };
export type Pattern = {
  readonly kind: "pattern";
  first(text: string): string | undefined;
  /** Every place that the group has in the text, in order; the first `most`. */
  places(text: string, most: number): readonly Place[];
};
export type NoPattern = { readonly kind: "no-pattern"; readonly why: string };

/** `^` and `$` match at every line. `first` gives what the one group holds where the pattern matches first. */
export function readPattern(pattern: string): Pattern | NoPattern {
  if (pattern.length > longestPattern) return { kind: "no-pattern", why: `at most ${longestPattern} characters` };
  const compiled = compile(pattern);
  if (compiled === undefined) return { kind: "no-pattern", why: "a regular expression as RE2 reads it" };
  if (compiled.groupCount() !== 1) return { kind: "no-pattern", why: "one group in brackets, which holds the version" };
  return {
    kind: "pattern",
    first(text) {
      const matcher = compiled.matcher(text);
      return matcher.find() ? (matcher.group(1) ?? undefined) : undefined;
    },
    places(text, most) {
      const matcher = compiled.matcher(text);
      const found: Place[] = [];
      while (found.length < most && matcher.find()) {
        if (matcher.start(1) >= 0) found.push({ from: matcher.start(1), to: matcher.end(1) });
      }
      return found;
    },
  };
}

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern, RE2JS.MULTILINE);
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
    throw error;
  }
}
