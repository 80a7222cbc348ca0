import { expect, test } from "vitest";
import { createJsonHolder } from "../../src/store/held-json.ts";

const asSent = (json: string) => Buffer.concat([Buffer.from([1]), Buffer.from(json)]);

test("what is held is a jsonb of the binary protocol, in UTF-8", () => {
  const holder = createJsonHolder();
  for (const json of ["{}", '{"title":"Add the basket"}', '{"title":"Füge den Korb 🧺 hinzu"}']) {
    expect(holder.hold(json).bytes).toEqual(asSent(json));
  }
});

test("nothing is written over what is still held, however the places are given back", () => {
  const holder = createJsonHolder(100);
  const held = Array.from({ length: 40 }, (_, at) => {
    const json = JSON.stringify({ at, rest: "x".repeat(at % 30) });
    return { json, ...holder.hold(json) };
  });
  const still = held.filter((one, at) => {
    if (at % 3 === 0) one.release();
    return at % 3 !== 0;
  });
  const later = Array.from({ length: 40 }, (_, at) => ({ json: `{"later":${at}}`, ...holder.hold(`{"later":${at}}`) }));
  for (const one of [...still, ...later]) expect(one.bytes).toEqual(asSent(one.json));
});

test("a slab is used again once nothing in it is held, and what is too large for one lies alone", () => {
  const holder = createJsonHolder(100);
  const first = holder.hold('{"a":1}');
  const large = holder.hold(JSON.stringify("y".repeat(1_000)));
  first.release();
  large.release();
  const next = holder.hold('{"b":2}');
  expect([next.bytes.buffer === first.bytes.buffer, next.bytes.buffer === large.bytes.buffer]).toEqual([true, false]);
  expect(next.bytes).toEqual(asSent('{"b":2}'));
});
