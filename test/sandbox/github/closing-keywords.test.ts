import { expect, test } from "vitest";
import { closedBy } from "../../../sandbox/github/acts/closing-keywords.ts";

const url = "http://127.0.0.1:4000";
const cases: readonly [string, readonly string[]][] = [
  ["fixes #1", ["acme/shop#1"]],
  ["RESOLVED: #1", ["acme/shop#1"]],
  ["close acme/web#12", ["acme/web#12"]],
  ["closes GH-1", ["acme/shop#1"]],
  [`fixed ${url}/acme/web/issues/3`, ["acme/web#3"]],
  ["Fix #1\nand resolves #2, closes #3.", ["acme/shop#1", "acme/shop#2", "acme/shop#3"]],
  ["see #1", []],
  ["unfixes #1", []],
  ["fixing #1", []],
  ["fixes#1", []],
  ["fixes #1a", []],
  ["`fixes #1`", []],
  ["```\nfixes #1\n```\nthen closes #2", ["acme/shop#2"]],
  ["```\nfixes #1", []],
  ["> fixes #1", []],
  ["<!-- fixes #1 -->", []],
  ["<!-- fixes #1", []],
];

test.each(cases)("%j", (text, named) => {
  const found = closedBy(text, "acme/shop", url).map(({ fullName, number }) => `${fullName}#${number}`);
  expect(found).toEqual(named);
});
