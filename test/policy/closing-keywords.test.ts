import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closingKeywords } from "../../src/policy/closing-keywords.ts";
import { anyCharacter } from "../harness/any-character.ts";

const home = { repository: "acme/shop", githubUrl: "https://github.com" };
const found = (body: string) =>
  closingKeywords(body, home).map(({ repository, number }) => `${repository.replace("acme/shop", "")}#${number}`);

const fence = "```";

describe("closing keywords", () => {
  test.each(["close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"])("%s", (word) => {
    expect(found(`${word} #10`)).toEqual(["#10"]);
    expect(found(`${word.toUpperCase()} #10`)).toEqual(["#10"]);
    expect(found(`${word}: #10`)).toEqual(["#10"]);
    expect(found(`${word[0]?.toUpperCase()}${word.slice(1)}: #10.`)).toEqual(["#10"]);
  });

  test.each<[string, string[]]>([
    // GitHub's own examples.
    ["Closes #10", ["#10"]],
    ["Fixes octo-org/octo-repo#100", ["octo-org/octo-repo#100"]],
    ["Resolves #10, resolves #123, resolves octo-org/octo-repo#100", ["#10", "#123", "octo-org/octo-repo#100"]],
    ["Closes: #10", ["#10"]],
    ["CLOSES #10", ["#10"]],
    ["CLOSES: #10", ["#10"]],
    ["closes GH-26", ["#26"]],
    ["closes gh-26", ["#26"]],
    ["fixes https://github.com/acme/shop/issues/7", ["#7"]],
    ["fixes https://github.com/other/thing/issues/7", ["other/thing#7"]],
    ["fixes <https://github.com/acme/shop/issues/7>", ["#7"]],
    ["fixes https://github.com/acme/shop/pull/7", ["#7"]],
    // Every one needs its own keyword.
    ["closes #1, #2", ["#1"]],
    ["closes #1 and #2", ["#1"]],
    ["closes #1 and fixes #2", ["#1", "#2"]],
    ["closes #1, closes #1", ["#1"]],
    // Where it may stand.
    ["This closes #1.", ["#1"]],
    ["(closes #1)", ["#1"]],
    ["# Closes #1", ["#1"]],
    ["- closes #1\n- fixes #2", ["#1", "#2"]],
    ["- [ ] closes #1", ["#1"]],
    ["1. closes #1", ["#1"]],
    ["**Closes** #1", ["#1"]],
    ["**Closes #1**", ["#1"]],
    ["_fixes_: #1", ["#1"]],
    ["closes\n#1", ["#1"]],
    ["first\n\nlast closes #2", ["#2"]],
    ["closes #2\n\n- fixes #1", ["#2", "#1"]],
    ["| a | b |\n|---|---|\n| closes #1 | x |", ["#1"]],
    ["<details>\ncloses #1\n</details>", ["#1"]],
    ["<details>\n\ncloses #1\n\n</details>", ["#1"]],
    ["<b>closes #1</b>", ["#1"]],
    ["closes acme/with\\_underscore#3", ["acme/with_underscore#3"]],
    // What is no keyword.
    ["", []],
    ["#1", []],
    ["see #1", []],
    ["closing #1", []],
    ["fixing #1", []],
    ["prefixes #1", []],
    ["prefix #1", []],
    ["disclose #1", []],
    ["fixe #1", []],
    ["closes issue #1", []],
    ["closes", []],
    ["closes # 1", []],
    ["closes#1", []],
    ["closes ##1", []],
    ["closes #0", []],
    ["closes #1a", []],
    ["closes #abc", []],
    ["closes :: #1", []],
    ["closes, #1", []],
    ["closes https://example.com/acme/shop/issues/7", []],
    ["closes https://github.com/acme/shop/issues", []],
    ["closes https://github.com/acme/shop/issues/7/edit", []],
    ["closes https://github.com.evil.example/acme/shop/issues/7", []],
    // Code, quotes and comments.
    ["`closes #1`", []],
    ["closes `#1`", []],
    ["`closes` #1", []],
    ["``closes ` #1``", []],
    [`${fence}\ncloses #1\n${fence}`, []],
    [`${fence}text\ncloses #1`, []],
    ["~~~\ncloses #1\n~~~", []],
    ["    closes #1", []],
    ["- a\n\n      closes #1", []],
    [`- a\n  ${fence}\n  closes #1\n  ${fence}`, []],
    ["> closes #1", []],
    ["> a\ncloses #1", []],
    ["- > closes #1", []],
    ["> [!NOTE]\n> closes #1", []],
    ["<!-- closes #1 -->", []],
    ["<!--\n\ncloses #1\n\n-->", []],
    ["a <!-- closes #1 --> b", []],
    ["<!-- closes #1", []],
    ["closes <!-- --> #1", []],
    ["closes #<!-- -->1", []],
    ["<code>closes #1</code>", []],
    ["a <code>closes #1</code> fixes #2", ["#2"]],
    ["<pre>\ncloses #1\n</pre>", []],
    ["<blockquote>\n\ncloses #1\n\n</blockquote>\n\nfixes #2", ["#2"]],
    ["closes \\#1", []],
    ["\\`closes #1\\`", ["#1"]],
    ["![closes #1](x.png)", []],
    ["[a]: http://x 'closes #1'", []],
    [`closes #1\n\n${fence}\nfixes #2\n${fence}\n\nresolves #3`, ["#1", "#3"]],
  ])("%j", (body, expected) => {
    expect(found(body)).toEqual(expected);
  });

  test("another GitHub's addresses are its own", () => {
    const other = { repository: "acme/shop", githubUrl: "https://git.acme.example" };
    expect(closingKeywords("closes https://git.acme.example/a/b/issues/3", other)).toEqual([
      { written: "https://git.acme.example/a/b/issues/3", repository: "a/b", number: 3 },
    ]);
    expect(closingKeywords("closes https://gitXacme.example/a/b/issues/3", other)).toEqual([]);
  });

  test("what was written is kept for the people who read the answer", () => {
    expect(closingKeywords("Fixes: GH-4, closes a/b#5", home)).toEqual([
      { written: "GH-4", repository: "acme/shop", number: 4 },
      { written: "a/b#5", repository: "a/b", number: 5 },
    ]);
  });

  test("any text is read without harm", () => {
    const pieces = [
      "closes #1",
      "`",
      "```",
      "> ",
      "\n",
      "<!--",
      "-->",
      "<code>",
      "</code>",
      "    ",
      "\\",
      "[",
      "](",
      "*",
    ];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: anyCharacter, maxLength: 5 }))),
        (parts) => {
          for (const { number, repository } of closingKeywords(parts.join(""), home)) {
            expect(number).toBeGreaterThan(0);
            expect(repository).toContain("/");
          }
        },
      ),
    );
  });

  // Without a bound, one of these keeps the parser busy for minutes.
  test.each([
    ["quotes", "> ".repeat(32_000)],
    ["lists", "1. ".repeat(20_000)],
    ["mixed", "> - ".repeat(16_000)],
    ["emphasis", `${"*_".repeat(16_000)}x${"_*".repeat(16_000)}`],
  ])("thousands of nested %s are cut short", (_, body) => {
    expect(found(`${body}\n\ncloses #1`.slice(-65_000))).toBeDefined();
  });
});
