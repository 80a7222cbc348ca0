import fc from "fast-check";
import { expect, test } from "vitest";
import { lineSections } from "../../../src/slack/blocks/block.ts";
import { textsOf } from "../block-limits.ts";

test("lines go into as few sections as hold them, and what does not fit is counted", () => {
  expect(textsOf(lineSections(["a", "b"]))).toEqual(["a\nb"]);
  expect(textsOf(lineSections(["a", "b", "c"], { mostLines: 2 }))).toEqual(["a\nb\n… and 1 more"]);
  expect(textsOf(lineSections([]))).toEqual([]);
  const long = "x".repeat(2_000);
  expect(textsOf(lineSections([long, long, long]))).toEqual([`${long}\n… and 2 more`]);
  expect(textsOf(lineSections([long, long, long], { mostSections: 2 }))).toEqual([long, `${long}\n… and 1 more`]);
});

test("no line is lost without being counted, and no section is too long", () => {
  const line = fc.nat({ max: 2_950 }).map((length) => "x".repeat(Math.max(1, length)));
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 60 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 40 }),
      (lines, mostSections, mostLines) => {
        const texts = textsOf(lineSections(lines, { mostSections, mostLines }));
        const shown = texts.flatMap((text) => text.split("\n"));
        const [, left] = /^… and (\d+) more$/u.exec(shown.at(-1) ?? "") ?? [];
        expect(shown.filter((text) => text.startsWith("x")).length + Number(left ?? 0)).toBe(lines.length);
        expect(texts.length).toBeLessThanOrEqual(mostSections);
        for (const text of texts) expect(text.length).toBeLessThanOrEqual(3_000);
      },
    ),
  );
});
