import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { type RunningServer, runningServer, signed, webhookSecret } from "./running-server.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await runningServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.database.db.deleteFrom("inbox").execute();
  server.lines.length = 0;
  server.faults.disarm();
});

const body = pullRequestPayload();

describe("a delivery from GitHub", () => {
  it("is stored with the fields that are read, and answered 202", async () => {
    const answer = await server.deliver(body);
    expect(answer.status).toBe(202);
    expect(answer.headers["x-request-id"]).toBe("72d3162e-cc78-11e3-81ab-4c9367dc0958");
    const [row, ...more] = await server.rows();
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      source: "github",
      key: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      name: "pull_request",
      payload: { action: "opened", pull_request: { title: "Add the basket" } },
    });
    expect(JSON.stringify(row?.payload).length).toBeLessThan(body.length / 4);
    expect(server.lines).toEqual([]);
  });

  it("is stored once, however often it comes", async () => {
    const answers = await Promise.all([server.deliver(body), server.deliver(body), server.deliver(body)]);
    const later = await server.deliver(body);
    expect([...answers, later].map((answer) => answer.status)).toEqual([202, 202, 202, 202]);
    expect(later.body).toBe("Known already.\n");
    expect(await server.rows()).toHaveLength(1);
  });

  it("is answered only after the commit", async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    server.faults.arm("inbox.writing", () => held);
    const reached = server.faults.reached.filter((name) => name === "inbox.writing").length;
    let answered = false;
    const answer = server.deliver(body).then((result) => {
      answered = true;
      return result;
    });
    await server.faults.passed("inbox.writing", reached + 1);
    // Another request goes all the way through while this one is held, so an early answer would have been seen.
    expect((await server.get("/healthz")).status).toBe(200);
    expect(answered).toBe(false);
    expect(await server.rows()).toEqual([]);
    release();
    expect((await answer).status).toBe(202);
    expect(await server.rows()).toHaveLength(1);
  });

  it("is answered 500 with a reference when it could not be stored, and can be sent again", async () => {
    server.faults.arm("inbox.writing", new Error("the disk of /secret/place is full"));
    const answer = await server.deliver(body);
    expect(answer.status).toBe(500);
    expect(answer.body).toContain("72d3162e-cc78-11e3-81ab-4c9367dc0958");
    expect(answer.body).not.toContain("disk");
    expect(await server.rows()).toEqual([]);
    expect(server.lines).toEqual([
      expect.objectContaining({
        level: "error",
        requestId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        err: expect.objectContaining({ message: "the disk of /secret/place is full" }),
      }),
    ]);
    expect((await server.deliver(body)).status).toBe(202);
    expect(await server.rows()).toHaveLength(1);
  });

  it("is stored but not answered 202 when the bot breaks between the two; what is sent again is known", async () => {
    server.faults.arm("web.github-stored");
    expect((await server.deliver(body)).status).toBe(500);
    expect(await server.rows()).toHaveLength(1);
    expect(await server.deliver(body)).toMatchObject({ status: 202, body: "Known already.\n" });
    expect(await server.rows()).toHaveLength(1);
  });

  it.each([
    ["ping", '{"zen":"Keep it logically awesome."}'],
    ["star", '{"action":"created"}'],
    ["event_of_tomorrow", '{"any":"thing"}'],
  ])("of the event %s, which is not read, is answered 202 and not stored", async (event, other) => {
    expect((await server.deliver(other, { "x-github-event": event })).status).toBe(202);
    expect(await server.rows()).toEqual([]);
    expect(server.lines).toEqual([]);
  });

  it("keeps a title with characters that the database refuses, without them", async () => {
    const odd = pullRequestPayload("nul \u0000 half \ud83d <!channel> $(rm -rf /) 🚧");
    expect(odd).toContain("\\u0000");
    expect((await server.deliver(odd)).status).toBe(202);
    const [row] = await server.rows();
    expect(JSON.stringify(row?.payload)).toContain("<!channel> $(rm -rf /) 🚧");
  });

  it("may be as large as GitHub sends", async () => {
    const large = JSON.stringify({ padding: "x".repeat(20 * 1024 * 1024) });
    expect((await server.deliver(large, { "x-github-event": "star" })).status).toBe(202);
  });
});

describe("bad input", () => {
  const malformed = body.replace('"head":', '"tail":');
  const other = pullRequestPayload("Another title");
  const table: readonly (readonly [string, number, string | Buffer, Readonly<Record<string, string>>])[] = [
    ["no event", 400, body, { "x-github-event": "" }],
    ["an event that is no name", 400, body, { "x-github-event": "Pull Request\\" }],
    ["no delivery id", 400, body, { "x-github-delivery": "" }],
    ["a delivery id that is none", 400, body, { "x-github-delivery": "a b/c" }],
    ["an endless delivery id", 400, body, { "x-github-delivery": "a".repeat(65) }],
    ["no signature", 401, body, { "x-hub-signature-256": "" }],
    ["a signature of another form", 401, body, { "x-hub-signature-256": "sha1=0123" }],
    ["a forged signature", 401, body, { "x-hub-signature-256": `sha256=${"0".repeat(64)}` }],
    ["the signature of another body", 401, body, { "x-hub-signature-256": signed(webhookSecret, other) }],
    ["a signature by another secret", 401, body, { "x-hub-signature-256": signed("another-secret", body) }],
    ["one bit changed", 401, body.replace("opened", "closed"), { "x-hub-signature-256": signed(webhookSecret, body) }],
    ["an empty body", 401, "", {}],
    ["bytes that are no text", 401, Buffer.from([0xff, 0xfe, 0x00, 0x7b]), {}],
    ["a body that is not JSON", 400, "payload=%7B%7D", {}],
    ["JSON cut short", 400, body.slice(0, -1), {}],
    ["a list", 400, "[]", {}],
    ["null", 400, "null", {}],
    ["a number", 400, "7", {}],
    ["an event of the wrong shape", 422, malformed, {}],
    ["an action that is no word", 422, body.replace('"action":"opened"', '"action":{"a":1}'), {}],
  ];

  it.each(table)("%s: %i, nothing stored, one line in the log", async (_, status, sent, headers) => {
    const answer = await server.deliver(sent, headers);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toBe("");
    expect(await server.rows()).toEqual([]);
    expect(server.lines).toHaveLength(1);
    expect(server.lines[0]).toMatchObject({ level: "warn", status, route: "github" });
    expect(JSON.stringify(server.lines)).not.toContain(webhookSecret);
  });

  it("a body that says it is too large is refused before it is read", async () => {
    const headers = { "content-length": String(25 * 1024 * 1024 + 1) };
    expect((await server.deliver(Buffer.alloc(25 * 1024 * 1024 + 1, 32), headers)).status).toBe(413);
    expect(await server.rows()).toEqual([]);
    expect(server.lines).toHaveLength(1);
  });

  it("a body that does not say how large it is is refused when it has become too large", async () => {
    const large = Buffer.alloc(26 * 1024 * 1024, 32);
    const answer = await server.deliver(large, { "transfer-encoding": "chunked" });
    expect(answer.status).toBe(413);
    expect(answer.body).toContain("25 MiB");
    expect(await server.rows()).toEqual([]);
    expect(server.lines).toHaveLength(1);
  });
});
