import { expect, test } from "vitest";
import type { z } from "zod";
import { OutsideError } from "../../src/operations/ports.ts";
import type { SlackClient } from "../../src/slack/client.ts";
import { createPosting, metadataType } from "../../src/slack/posting.ts";

const since = Date.UTC(2026, 10, 21, 14, 30);
const place = { channel: "C0SHOP" };

function message(ts: string, user: string, subject: string, type = metadataType) {
  return { ts, user, metadata: { event_type: type, event_payload: { subject } } };
}

/** A channel whose history comes in these pages; remembers what was asked of it. */
function history(pages: readonly (readonly unknown[])[], more = false) {
  const asked: Readonly<Record<string, unknown>>[] = [];
  const client: SlackClient = {
    async call<T>(method: string, fields: Readonly<Record<string, unknown>>, shape: z.ZodType<T>) {
      asked.push({ method, ...fields });
      const index = Number(fields["cursor"] ?? 0);
      const next = more || index + 1 < pages.length ? `${index + 1}` : "";
      return shape.parse({ ok: true, messages: pages[index] ?? [], response_metadata: { next_cursor: next } });
    },
    identity: async () => ({ team: "T0TEAM", user: "U0BOT", bot: "B0BOT", wholeOrganisation: false }),
    respond: async () => 200,
  };
  return {
    posting: createPosting({
      client,
      channels: { id: async (name) => name, team: async () => "T0TEAM" },
      news: { refused: async () => undefined, posted: async () => undefined },
    }),
    asked,
  };
}

test("metadata that another app wrote is not taken for ours", async () => {
  const { posting } = history([
    [
      message("3.000000", "U0EVIL", "42/1"),
      message("2.000000", "U0BOT", "42/1", "another_event"),
      message("1.000000", "U0BOT", "42/2"),
    ],
  ]);
  expect(await posting.find(place, "42/1", since)).toBeUndefined();
});

test("ours is found on whichever page it stands", async () => {
  const { posting, asked } = history([
    [message("9.000000", "U0ALICE", "42/1")],
    [message("8.000000", "U0BOT", "42/1")],
  ]);
  expect(await posting.find(place, "42/1", since)).toEqual({ channel: "C0SHOP", ts: "8.000000", team: "T0TEAM" });
  expect(asked[0]).toMatchObject({
    method: "conversations.history",
    include_all_metadata: true,
    oldest: ((since - 300_000) / 1000).toFixed(6),
  });
});

test("in a thread the replies are read", async () => {
  const { posting, asked } = history([[]]);
  expect(await posting.find({ ...place, threadTs: "7.000000" }, "note/1", since)).toBeUndefined();
  expect(asked[0]).toMatchObject({ method: "conversations.replies", ts: "7.000000" });
});

test("a history without an end is an error, for posting could say it twice", async () => {
  const { posting } = history([], true);
  await expect(posting.find(place, "42/1", since)).rejects.toBeInstanceOf(OutsideError);
});
