import { expect, test } from "vitest";
import { answerOf } from "../../src/slack/emoji.ts";
import { typedText } from "../../src/slack/typed-text.ts";

test.each([
  ["white_check_mark", "approve"],
  ["heavy_check_mark", "approve"],
  ["+1", "approve"],
  ["+1::skin-tone-2", "approve"],
  ["+1::skin-tone-6", "approve"],
  ["thumbsup", "approve"],
  ["thumbsup::skin-tone-4", "approve"],
  ["ship", "approve"],
  ["shipit", "approve"],
  ["x", "reject"],
  ["-1", "reject"],
  ["-1::skin-tone-5", "reject"],
  ["thumbsdown", "reject"],
  ["no_entry", "reject"],
  ["no_entry_sign", undefined],
  ["eyes", undefined],
  ["heart", undefined],
  ["ballot_box_with_check", undefined],
  ["+1::skin-tone-2::x", undefined],
  ["", undefined],
])("the reaction %s says %s", (emoji, answer) => {
  expect(answerOf(emoji)).toBe(answer);
});

test.each([
  ["production main", "production main"],
  ["production &lt;x&gt; &amp;&amp; y", "production <x> && y"],
  // An escaped escape is what somebody typed.
  ["&amp;lt;", "&lt;"],
  ["staging <http://example.com|example.com>", "staging example.com"],
  ["staging <https://example.com/a?b=c&amp;d>", "staging https://example.com/a?b=c&d"],
  ["staging of <#C012ABC|shop>", "staging of #shop"],
  ["staging of <#C012ABC>", "staging of #C012ABC"],
  ["lock production <@U012|alice> tests", "lock production @alice tests"],
  ["lock production <@U012> tests", "lock production @U012 tests"],
  ["lock production <!subteam^S012|@sre> tests", "lock production @sre tests"],
  ["lock production <!here> now", "lock production @here now"],
  ["lock production <mailto:a@example.com|a@example.com>", "lock production a@example.com"],
  ["lock production a < b", "lock production a < b"],
])("%s was typed as %s", (sent, typed) => {
  expect(typedText(sent)).toBe(typed);
});
