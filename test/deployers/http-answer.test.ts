import { describe, expect, test } from "vitest";
import {
  observationFromAnswer,
  readAnswer,
  readCallback,
  signatureOf,
  verifyCallbackSignature,
} from "../../src/deployers/http-answer.ts";

describe("an answer", () => {
  test.each([
    ['{"status":"in_progress"}', { state: "running" }],
    ['{"status":"success","message":" it\\u001b[1m ran\\n "}', { state: "success", message: "it ran", proven: true }],
    ['{"status":"failure","message":null,"log_url":null}', { state: "failure", proven: true }],
    ['{"status":"success","log_url":"javascript:alert(1)"}', { state: "success", proven: true }],
    ['{"status":"success","extra":1,"message":""}', { state: "success", proven: true }],
  ])("%s", (text, expected) => {
    const reading = readAnswer(text);
    if (reading.kind !== "answer") throw new Error(reading.why);
    expect(observationFromAnswer(reading.answer)).toEqual(expected);
  });

  test("a long message is cut", () => {
    const reading = readAnswer(JSON.stringify({ status: "failure", message: "x".repeat(5_000) }));
    expect(reading.kind === "answer" && reading.answer.message).toHaveLength(500);
  });
});

describe("a callback", () => {
  const body = '{"deployment":7,"token":"t-1","status":"success","message":"done"}';

  test("is read with its deployment and token", () => {
    const callback = { deployment: 7, token: "t-1", status: "success", message: "done", log_url: undefined };
    expect(readCallback(body)).toEqual({ kind: "callback", callback });
  });

  test.each(["", "null", "[]", '{"status":"success"}', '{"deployment":"7","token":"t","status":"success"}'])(
    "%j is none",
    (text) => {
      const reading = readCallback(text);
      expect(reading).toMatchObject({ kind: "malformed", why: expect.stringMatching(/^The body is /) });
    },
  );

  test("counts only with the signature of these bytes under this secret", () => {
    const signature = signatureOf("s3cret", body);
    expect(verifyCallbackSignature({ secret: "s3cret", body, signature })).toBe(true);
    expect(verifyCallbackSignature({ secret: "s3cret", body: Buffer.from(body), signature })).toBe(true);
    expect(verifyCallbackSignature({ secret: "other", body, signature })).toBe(false);
    expect(verifyCallbackSignature({ secret: "s3cret", body: `${body} `, signature })).toBe(false);
    expect(verifyCallbackSignature({ secret: "s3cret", body, signature: signature.slice(0, -1) })).toBe(false);
    expect(verifyCallbackSignature({ secret: "s3cret", body, signature: undefined })).toBe(false);
    expect(verifyCallbackSignature({ secret: "", body, signature: signatureOf("", body) })).toBe(false);
  });
});
