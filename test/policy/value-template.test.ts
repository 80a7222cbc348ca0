import { describe, expect, test } from "vitest";
import { fillIn } from "../../src/policy/value-template.ts";

const values = {
  sha: "9bc1".repeat(10),
  short_sha: "9bc19bc",
  version: "1.4.0",
  ref: undefined,
  service: "shop",
  environment: "staging",
  deployment: "7",
};

describe("what is filled in", () => {
  test.each([
    ["{sha}", "9bc1".repeat(10)],
    ["v{version} of {service} in {environment} ({short_sha}, {deployment})", "v1.4.0 of shop in staging (9bc19bc, 7)"],
    ['{"ok": true}', '{"ok": true}'],
    ["{unknown} {sha", "{unknown} {sha"],
    ["{}", "{}"],
    ['up{job="shop", path=~"/a{2}"}', 'up{job="shop", path=~"/a{2}"}'],
    ["{constructor}", "{constructor}"],
  ])("%s", (text, filled) => {
    expect(fillIn(text, values)).toEqual({ kind: "text", text: filled });
  });

  test("a value that this revision does not have is named", () => {
    expect(fillIn("{ref}", values)).toEqual({ kind: "missing", name: "ref" });
  });

  test("each value is written as the place asks for", () => {
    const hostile = { ...values, ref: 'a"b/c' };
    expect(fillIn("https://x.example/{ref}", hostile, encodeURIComponent)).toEqual({
      kind: "text",
      text: "https://x.example/a%22b%2Fc",
    });
  });
});
