import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRedact } from "../../src/log/redact.ts";
import { createLog, prettyDestination, withRequestId } from "../../src/log.ts";
import { rsaPem } from "../config/setting-values.ts";
import { anyCharacter } from "../harness/any-character.ts";

const secrets = ["a-webhook-secret", 'with "quotes" & \\slashes', rsaPem, "db-pass word", "1732"];

function recorded(level: "trace" | "info" = "trace") {
  const lines: string[] = [];
  const clock = { now: () => Date.UTC(2026, 10, 3, 9, 0, 0) };
  const log = createLog({ level, clock, secrets, destination: { write: (line: string) => void lines.push(line) } });
  return { log, lines };
}

function only(lines: readonly string[]): string {
  expect(lines).toHaveLength(1);
  return lines[0] ?? "";
}

describe("the log", () => {
  it("writes one JSON line with the clock's time, the level's name, and the fields", () => {
    const { log, lines } = recorded();
    log.info({ delivery: "abc" }, "stored");
    expect(lines).toEqual(['{"level":"info","time":"2026-11-03T09:00:00.000Z","delivery":"abc","msg":"stored"}\n']);
  });

  it("carries the request's id through awaits, children and nested work, and no further", async () => {
    const { log, lines } = recorded();
    await Promise.all(
      ["one", "two"].map((id) =>
        withRequestId(id, async () => {
          await Promise.resolve();
          log.child({ part: "inbox" }).info("inside");
        }),
      ),
    );
    log.info("outside");
    expect(lines.map((line) => JSON.parse(line).requestId)).toEqual(["one", "two", undefined]);
  });

  it("writes an error with the errors that caused it", () => {
    const { log, lines } = recorded();
    log.error({ err: new Error("outer", { cause: new Error("inner") }) }, "failed");
    expect(JSON.parse(only(lines)).err).toMatchObject({ type: "Error", message: "outer", cause: { message: "inner" } });
  });

  it("hides secrets wherever they stand in an error: message, stack, cause, fields, a list of errors", () => {
    const { log, lines } = recorded();
    const [secret] = secrets;
    const deep = Object.assign(new Error(`denied for ${secret}`), {
      request: { headers: { authorization: `token ${secret}` }, url: `https://me:${secret}@example.com/` },
      response: { data: [{ nested: { value: secret } }] },
    });
    const error = new AggregateError([deep], "several", { cause: new Error(`outer ${secret}`, { cause: deep }) });
    log.error({ err: error, context: { error, list: [deep.request] } }, `could not use ${secret}`);
    const line = only(lines);
    expect(line).not.toContain(secret);
    expect(line).toContain("denied for [hidden]");
    expect(JSON.parse(line).msg).toBe("could not use [hidden]");
  });

  it("hides a secret that a message takes as an argument, and one in a child's bindings", () => {
    const { log, lines } = recorded();
    log.child({ key: secrets[0] }).info("used %s and %j", secrets[0], { inner: secrets[0] });
    expect(only(lines)).not.toContain(secrets[0]);
  });

  it("hides each line of the private key, even when it is cut", () => {
    const { log, lines } = recorded();
    log.info({ text: rsaPem.slice(0, 400), whole: rsaPem, escaped: rsaPem.replaceAll("\n", "\\n") }, "key");
    const body = rsaPem.split("\n")[3] ?? "";
    expect(body.length).toBeGreaterThan(40);
    expect(only(lines)).not.toContain(body);
  });

  it.each([
    ["an installation token", "ghs_16C7e42F292c6912E7710c838347Ae178B4a"],
    ["a fine-grained token", "github_pat_11ABCDEFG0abcdefghijklmnop"],
    ["a bot token", "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy"],
    ["an app token", "xapp-1-A0123-4567-abcdef"],
    ["a response URL", "https://hooks.slack.com/commands/T012/345/abcDEF"],
    ["an App's JWT", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0NSJ9.c2lnbmF0dXJl_-abc"],
    ["a bearer", "Authorization: Bearer abc.def-ghi_jkl", "abc.def-ghi_jkl"],
    ["a sign-in of any other kind", "authorization=Custom-abcdef", "Custom-abcdef"],
    ["basic sign-in for git", "AUTHORIZATION: basic eC1hY2Nlc3MtdG9rZW46Z2hz", "eC1hY2Nlc3MtdG9rZW46Z2hz"],
    ["an address with a password", "postgres://bot:pw@db:5432/signalbox", "bot:pw"],
  ])("hides %s by its form", (_, text, secret = text) => {
    const { log, lines } = recorded();
    log.info({ text, inText: JSON.stringify({ text }) }, `before ${text} after`);
    const line = only(lines);
    expect(line).not.toContain(secret);
    expect(line).toContain("before ");
    expect(line).toContain(" after");
  });

  it("hides the whole of fields that are secret by their name", () => {
    const { log, lines } = recorded();
    log.info({ headers: { Authorization: "x", "set-cookie": ["y"] }, privateKey: { z: 1 }, response_url: "w" }, "m");
    expect(JSON.parse(only(lines))).toMatchObject({
      headers: { Authorization: "[hidden]", "set-cookie": "[hidden]" },
      privateKey: "[hidden]",
      response_url: "[hidden]",
    });
  });

  it("keeps a line JSON when a secret is made of digits, and leaves the time alone", () => {
    const { log, lines } = recorded();
    log.info({ port: 41732 }, "listens on 1732");
    expect(JSON.parse(only(lines))).toMatchObject({ port: "[hidden]", msg: "listens on [hidden]" });
  });

  it("leaves an ordinary line exactly as it is", () => {
    const text = 'the author is "alice", the branch token-refresh, https://github.com/acme/shop/pull/12, a@b.example';
    expect(createRedact(secrets).text(text)).toBe(text);
  });

  it("never lets a known secret through, whatever it is made of and wherever it stands", () => {
    const secret = fc
      .string({ minLength: 4, maxLength: 40, unit: anyCharacter })
      .filter((text) => !"[hidden]".includes(text));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        const redact = createRedact([value]);
        const line = redact.line(
          JSON.stringify({ a: { b: [before + value + after] }, msg: JSON.stringify({ value }) }),
        );
        const parsed = JSON.parse(line);
        expect(parsed.a.b[0].split("[hidden]").filter((part: string) => part.includes(value))).toEqual([]);
        expect(parsed.msg.split("[hidden]").filter((part: string) => part.includes(value))).toEqual([]);
      }),
    );
  });

  it("is plain JSON where nobody looks on", async () => {
    expect(await prettyDestination(false)).toBeUndefined();
  });
});
