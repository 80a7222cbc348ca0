import fc from "fast-check";

/**
 * A unit for `fc.string`: any character there is. It gives what fast-check's own "binary" gives, which first makes a
 * table of all million of them: a second and a half in each process.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map(
    (codePoint) => String.fromCodePoint(codePoint),
    (text) => {
      const codePoint = typeof text === "string" ? text.codePointAt(0) : undefined;
      if (codePoint === undefined || String.fromCodePoint(codePoint) !== text) throw new Error("not one character");
      return codePoint;
    },
  );
