/**
 * Takes secret values out of a command's output, whole or as a stream.
 *
 * A value split over two chunks is found too: what could be the beginning of one is kept back until the next chunk.
 * It works on bytes, so that output in any encoding passes unharmed.
 */
const mark = "***";

/** The values to look for: each as it is, and for one of several lines, each line long enough to tell something. */
function wanted(values: readonly string[]): readonly string[] {
  const all = values.flatMap((value) => [
    value,
    value.trim(),
    ...(value.includes("\n") ? value.split("\n").filter((line) => line.trim().length >= 8) : []),
  ]);
  return [...new Set(all)].filter((value) => value !== "").toSorted((a, b) => b.length - a.length);
}

function pattern(values: readonly string[]): RegExp | undefined {
  if (values.length === 0) return undefined;
  return new RegExp(values.map((value) => value.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"), "g");
}

export function mask(text: string, values: readonly string[]): string {
  const found = pattern(wanted(values));
  return found === undefined ? text : text.replace(found, mark);
}

export type MaskedStream = {
  /** What may be written now. */
  push(chunk: Buffer): Buffer;
  /** What was kept back, when nothing more comes. */
  end(): Buffer;
};

export function maskedStream(values: readonly string[]): MaskedStream {
  // One character for each byte, so that lengths and cuts are those of the bytes.
  const bytes = wanted(values)
    .map((value) => Buffer.from(value, "utf8").toString("latin1"))
    .toSorted((a, b) => b.length - a.length);
  const found = pattern(bytes);
  let kept = "";

  /** Where the longest ending of `text` begins with which a wanted value also begins, and goes on. */
  const cut = (text: string): number => {
    const longest = (bytes[0]?.length ?? 1) - 1;
    for (let at = Math.max(0, text.length - longest); at < text.length; at += 1) {
      const ending = text.slice(at);
      if (bytes.some((value) => value.length > ending.length && value.startsWith(ending))) return at;
    }
    return text.length;
  };

  return {
    push(chunk) {
      if (found === undefined) return chunk;
      const text = kept + chunk.toString("latin1");
      const open = cut(text);
      let out = "";
      let done = 0;
      for (const match of text.matchAll(found)) {
        // What is whole here may be the beginning of a longer value, so it waits too.
        if (match.index >= open) break;
        out += text.slice(done, match.index) + mark;
        done = match.index + match[0].length;
      }
      const end = Math.max(done, open);
      out += text.slice(done, end);
      kept = text.slice(end);
      return Buffer.from(out, "latin1");
    },
    end() {
      const rest = found === undefined ? kept : kept.replace(found, mark);
      kept = "";
      return Buffer.from(rest, "latin1");
    },
  };
}
