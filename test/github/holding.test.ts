/** What may wait, waits: for the next hour when little is left, and for its turn when there is much to say. */
import { describe, expect, test } from "vitest";
import type { RateLimit } from "../../src/github/client.ts";
import { createHolding } from "../../src/github/holding.ts";
import { testContext } from "../harness/test-context.ts";

const hour = 3_600_000;

function holding(limit?: Partial<RateLimit>) {
  const { context, clock } = testContext();
  const known = { lane: "7", limit: 5_000, remaining: 5_000, resetAt: clock.now() + hour, ...limit };
  return { ...createHolding(context, { rateLimits: () => [known] }), clock, resetAt: known.resetAt };
}

const row = (subject: string, lane = "github/7") => ({ subject, lane });

describe("with little left of the hour's calls", () => {
  test.each([
    { remaining: 500, comments: false, news: false },
    { remaining: 499, comments: false, news: true },
    { remaining: 250, comments: false, news: true },
    { remaining: 249, comments: true, news: true },
    { remaining: 0, comments: true, news: true },
  ])("$remaining of 5000: comments wait: $comments, news waits: $news", ({ remaining, ...waits }) => {
    const { comments, news, resetAt } = holding({ remaining });
    expect(comments(row("1"))).toBe(waits.comments ? resetAt : undefined);
    expect(news(row("1"))).toBe(waits.news ? resetAt : undefined);
  });

  test("nothing waits for a limit that was renewed, is unknown, or is another installation's", async () => {
    const past = holding({ remaining: 0 });
    await past.clock.advance(hour);
    expect(past.news(row("1"))).toBeUndefined();
    expect(holding({ remaining: 0, limit: undefined }).news(row("1"))).toBeUndefined();
    expect(holding({ remaining: 0, lane: "8" }).news(row("1"))).toBeUndefined();
  });
});

describe("with much to say", () => {
  test("a few go at once, the others each have a turn of their own, and all go when it has come", async () => {
    const { news, clock } = holding();
    const start = clock.now();
    const turns = Array.from({ length: 8 }, (_, index) => news(row(`${index}`)));
    expect(turns).toEqual([...Array(5).fill(undefined), start + 4_000, start + 8_000, start + 12_000]);
    // Looked at too early it keeps its turn.
    expect(news(row("6"))).toBe(start + 8_000);
    await clock.advance(8_000);
    expect([news(row("5")), news(row("6"))]).toEqual([undefined, undefined]);
    expect(news(row("7"))).toBe(start + 12_000);
    expect(news(row("0", "github/8"))).toBeUndefined();
  });

  test("in no minute are there 80 comments", async () => {
    const { comments, news, clock } = holding();
    const written: number[] = [];
    const left = new Set(Array.from({ length: 300 }, (_, index) => index));
    while (left.size > 0) {
      for (const index of left) {
        const held = (index % 2 === 0 ? comments : news)(row(`${index}`));
        if (held === undefined) {
          written.push(clock.now());
          left.delete(index);
        }
      }
      await clock.advance(500);
    }
    const most = Math.max(...written.map((at) => written.filter((one) => one >= at && one < at + 60_000).length));
    expect(most).toBeLessThan(80);
  });
});
