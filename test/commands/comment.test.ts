import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commandsIn, mayHoldCommand } from "../../src/commands/comment.ts";

const deploy = (text: string) => [{ name: "/deploy", text }];

describe("a line of a comment that begins with a command", () => {
  test.each([
    ["alone", "/deploy staging", deploy("staging")],
    ["with an end of its own", "/deploy staging\r\n", deploy("staging")],
    ["after other text", "Looks good.\n/deploy staging", deploy("staging")],
    ["before other text", "/deploy staging\n\nThank you.", deploy("staging")],
    ["after up to three blanks", "   /deploy staging", deploy("staging")],
    ["in any case", "/Deploy staging", deploy("staging")],
    ["without words", "/deploy", deploy("")],
    ["promote", "/promote production", [{ name: "/promote", text: "production" }]],
    ["rollback", "/rollback production it is broken", [{ name: "/rollback", text: "production it is broken" }]],
    ["with signs of Markdown in a branch's name", "/deploy staging a_b_c*d*", deploy("staging a_b_c*d*")],
    ["with the revision in a code span", "/deploy staging `fix/basket`", deploy("staging fix/basket")],
    ["with a hidden comment behind", "/deploy staging <!-- and production -->", deploy("staging")],
    ["with a hard break", "/deploy staging\\\nthank you", deploy("staging")],
    [
      "two of them",
      "/deploy staging\n/promote production",
      [...deploy("staging"), { name: "/promote", text: "production" }],
    ],
  ])("%s", (_, body, commands) => expect(commandsIn(body)).toEqual(commands));
});

describe("what is no command", () => {
  test.each([
    ["in the middle of a line", "please /deploy staging"],
    ["a longer word", "/deployment staging"],
    ["a word that goes on", "/deploy-staging"],
    ["a path", "/deploy/staging"],
    ["in a code span", "`/deploy staging`"],
    ["in a code span that goes on", "`/deploy` staging"],
    ["in a fence", "```\n/deploy staging\n```"],
    ["in a fence that nothing closes", "~~~\n/deploy staging"],
    ["indented as code", "    /deploy staging"],
    ["quoted", "> /deploy staging"],
    ["quoted lazily", "> somebody wrote\n/deploy staging"],
    ["in a list", "- /deploy staging"],
    ["in a hidden comment", "<!--\n/deploy staging\n-->"],
    ["in a hidden comment with blank lines", "<!-- one\n\n/deploy staging\n\ntwo -->"],
    ["in a hidden comment inside a paragraph", "words <!--\n/deploy staging\n-->"],
    ["in a block of HTML", "<details>\n/deploy staging\n</details>"],
    ["in a quote made by HTML", "<blockquote>\n\n/deploy staging\n\n</blockquote>"],
    ["in code made by HTML", "<pre>\n\n/deploy staging\n\n</pre>"],
    ["as a heading", "# /deploy staging"],
    ["behind an image", "![x](y)/deploy staging"],
    ["emphasised", "**/deploy staging**"],
    ["escaped", "\\/deploy staging"],
  ])("%s", (_, body) => expect(commandsIn(body)).toEqual([]));
});

test("no text throws, and the quick look never hides a command", () => {
  const piece = fc.constantFrom("/deploy", " staging", "\n", "> ", "`", "```", "<!--", "-->", "- ", "*", "<pre>", "x");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const body = pieces.join("");
      if (commandsIn(body).length > 0) expect(mayHoldCommand(body)).toBe(true);
      expect(commandsIn(`\`\`\`\`\`\`\n${body.replaceAll("`", "")}\n\`\`\`\`\`\``)).toEqual([]);
    }),
  );
});
