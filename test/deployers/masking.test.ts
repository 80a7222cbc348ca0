import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mask, maskedStream } from "../../src/deployers/run/masking.ts";
import { lastBytes, plainLine, plainText } from "../../src/deployers/run/plain-text.ts";

/** Few letters, so that secrets overlap with themselves, each other and what stands around them. */
const word = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom("a", "b", "é"), { minLength, maxLength }).map((letters) => letters.join(""));

function streamed(bytes: Buffer, cuts: readonly number[], secrets: readonly string[]): string {
  const stream = maskedStream(secrets);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  const out = places.slice(1).map((end, at) => stream.push(bytes.subarray(places[at], end)));
  return Buffer.concat([...out, stream.end()]).toString("utf8");
}

describe("masking", () => {
  test("however the stream is cut, it comes out as if it had come whole", () => {
    const secrets = fc.array(word(1, 5), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(secrets, word(0, 40), fc.array(fc.nat(100)), (values, text, cuts) => {
        const out = streamed(Buffer.from(text), cuts, values);
        expect(out).toBe(mask(text, values));
        for (const value of values) expect(out).not.toContain(value);
      }),
      { numRuns: 1_000 },
    );
  });

  test("what holds no secret comes through to the byte", () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 127 }), fc.array(fc.nat(100)), (bytes, cuts) => {
        const text = Buffer.from(bytes);
        expect(streamed(text, cuts, ["geheim-é-wort"])).toBe(text.toString("utf8"));
      }),
    );
  });

  test("a value of several lines is masked line by line too, and special characters mean themselves", () => {
    const key = "-----BEGIN KEY-----\nMIIEvgIBADANBg\n-----END KEY-----\n";
    expect(mask("  MIIEvgIBADANBg  ", [key])).toBe("  ***  ");
    expect(mask("a.c abc a.c", ["a.c"])).toBe("*** abc ***");
    expect(mask("text", ["", "(["])).toBe("text");
  });
});

describe("text for people", () => {
  test.each([
    ["\x1b[1;31mred\x1b[0m", "red"],
    ["\x1b]8;;http://evil\x07link\x1b]8;;\x07", "link"],
    ["one\r\ntwo\rthree", "one\ntwo\nthree"],
    ["\u202egnp.exe", "gnp.exe"],
    ["tab\tstays\0", "tab\tstays"],
  ])("%j", (text, expected) => {
    expect(plainText(text)).toBe(expected);
  });

  test("the last bytes are whole characters, and as many as fit", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 30 }), fc.nat(60), (given, limit) => {
        const text = given.toWellFormed();
        const end = lastBytes(text, limit);
        expect(text.endsWith(end)).toBe(true);
        expect(Buffer.byteLength(end)).toBeLessThanOrEqual(limit);
        expect(end).not.toContain("\ufffd");
      }),
    );
  });

  test("a line is one line, and cut where it is too long", () => {
    expect(plainLine("a\n  b\tc ", 80)).toBe("a b c");
    expect(plainLine("abcdef", 4)).toBe("abc…");
    expect(plainLine("ab😀cd", 4)).toBe("ab…");
  });
});
