/** Text from outside stays text, whatever is in it. */
import fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { describe, expect, test } from "vitest";
import { code, plainLine, webUrl } from "../../src/github/markdown.ts";
import { anyCharacter } from "../harness/any-character.ts";

function parsed(markdown: string): unknown {
  const [paragraph, ...more] = fromMarkdown(`before ${markdown} after`).children;
  expect(more).toEqual([]);
  if (paragraph?.type !== "paragraph") throw new Error(`not a paragraph: ${paragraph?.type}`);
  return paragraph.children.map((node) => ("value" in node ? [node.type, node.value] : [node.type]));
}

describe("code", () => {
  test.each([
    ["@everyone and @acme/ops", "@everyone and @acme/ops"],
    ["#1 GH-2 acme/shop#3", "#1 GH-2 acme/shop#3"],
    ["<img src=x onerror=alert(1)><!-- signalbox:ready -->", "<img src=x onerror=alert(1)><!-- signalbox:ready -->"],
    ["a `b` ``c``", "a `b` ``c``"],
    ["`", "`"],
    ["``` \n# title\n- list", "``` # title - list"],
    ["[x](http://evil) ![y](z) **b** \\", "[x](http://evil) ![y](z) **b** \\"],
    ["one\r\n\r\ntwo\u0000\u001b[31m\u202eabc\u2028d", "one two [31m abc d"],
  ])("%j is shown as it is", (text, shown) => {
    expect(parsed(code(text))).toEqual([
      ["text", "before "],
      ["inlineCode", shown],
      ["text", " after"],
    ]);
  });

  test("any text is one code span and nothing else", () => {
    const texts = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.string({ unit: fc.constantFrom("`", " ", "\\", "\n", "<", "@", "a") }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const line = plainLine(text);
        const nodes =
          line === ""
            ? [["text", "before (empty) after"]]
            : [
                ["text", "before "],
                ["inlineCode", line],
                ["text", " after"],
              ];
        expect(parsed(code(text))).toEqual(nodes);
      }),
      { numRuns: 500 },
    );
  });

  test("is cut at a whole character", () => {
    expect(code("🚧".repeat(300), 5)).toBe("`🚧🚧🚧🚧…`");
  });
});

test.each([
  ["https://ci.example.com/1?a=b", "https://ci.example.com/1?a=b"],
  ["http://localhost:3000", "http://localhost:3000/"],
  ["javascript:alert(1)", undefined],
  ["ftp://x", undefined],
  ["/relative", undefined],
  [undefined, undefined],
])("webUrl(%j) is %j", (address, url) => {
  expect(webUrl(address)).toBe(url);
});
