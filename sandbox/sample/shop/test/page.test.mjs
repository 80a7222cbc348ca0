import assert from "node:assert/strict";
import { test } from "node:test";
import { readCatalogue } from "../src/catalogue.mjs";
import { renderPage } from "../src/page.mjs";

test("everything in the catalogue has a name and a detail", () => {
  for (const entry of readCatalogue()) {
    assert.equal(typeof entry.name, "string");
    assert.equal(typeof entry.detail, "string");
  }
});

test("every detail fits on its card", () => {
  for (const { name, detail } of readCatalogue()) assert.ok(detail.length <= 60, `${name}: ${detail.length} letters`);
});

test("the page shows the whole catalogue", () => {
  const page = renderPage(readCatalogue());
  assert.equal(page.match(/<li>/g).length, readCatalogue().length);
});

test("names cannot bring markup into the page", () => {
  assert.ok(!renderPage([{ name: "<script>", detail: "x" }]).includes("<script>"));
});
