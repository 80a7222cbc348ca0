/** GitHub's web flow, as the bot and a person's browser meet it. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createContext } from "../../../src/context.ts";
import { type Started, startSandbox } from "./start-sandbox.ts";

let started: Started;
let ahead = 0;
const real = createContext();
const callback = "http://127.0.0.1:4000/link/callback";
const verifier = "a-verifier-of-more-than-forty-three-letters-or-so";
const challenge = createHash("sha256").update(verifier).digest("base64url");

beforeAll(async () => {
  started = await startSandbox({ context: { ...real, clock: { ...real.clock, now: () => real.clock.now() + ahead } } });
  started.github.setCallback("http://127.0.0.1:4000");
});
afterAll(() => started.stop());

function address(fields: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({
    client_id: started.github.clientId,
    redirect_uri: callback,
    state: "s-1",
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...fields,
  });
  return `${started.github.url}/login/oauth/authorize?${query}`;
}

function codeFor(login: string): string {
  return new URL(started.github.authorize(login, address())).searchParams.get("code") ?? "";
}

async function exchange(fields: Readonly<Record<string, string>>, accept = "application/json") {
  const { clientId, clientSecret, url } = started.github;
  const answer = await real.fetch(`${url}/login/oauth/access_token`, {
    method: "POST",
    headers: { accept, "content-type": "application/json" },
    body: JSON.stringify({
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uri: callback,
      code_verifier: verifier,
      ...fields,
    }),
  });
  expect(answer.status).toBe(200);
  return accept.includes("json")
    ? tokenShape.parse(await answer.json())
    : Object.fromEntries(new URLSearchParams(await answer.text()));
}

const tokenShape = z.record(z.string(), z.union([z.string(), z.number()]));
const browser = { accept: "text/html,application/xhtml+xml" };

describe("the page", () => {
  test("asks the person who is signed in, and another one where they say so", async () => {
    started.github.signIn("ruth");
    const page = await (await real.fetch(address(), { headers: browser })).text();
    expect(page).toContain("Signed in as <strong>ruth</strong>");
    expect(page).toContain("Authorize Signalbox");
    const other = await (await real.fetch(address({ as: "noor" }), { headers: browser })).text();
    expect(other).toContain("Signed in as <strong>noor</strong>");
  });

  test.each([
    ["authorize", /^http:\/\/127\.0\.0\.1:4000\/link\/callback\?code=[0-9a-f]+&state=s-1$/],
    ["cancel", /\/link\/callback\?error=access_denied&error_description=[^&]+&state=s-1$/],
  ])("sends the person back after %s", async (decision, expected) => {
    const query = new URL(address()).searchParams;
    const body = new URLSearchParams([...query, ["login", "ada"], ["decision", decision]]);
    const answer = await real.fetch(`${started.github.url}/login/oauth/authorize`, {
      method: "POST",
      body,
      redirect: "manual",
    });
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toMatch(expected);
  });

  test.each([
    ["another App", { client_id: "Iv1.other" }],
    ["an address elsewhere", { redirect_uri: "https://evil.example/link/callback" }],
    ["another port", { redirect_uri: "http://127.0.0.1:4001/link/callback" }],
    ["a challenge in the clear", { code_challenge_method: "plain" }],
  ])("sends nobody to %s", async (_what, fields) => {
    const answer = await real.fetch(address(fields), { headers: browser });
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain("<form");
    expect(() => started.github.authorize("ada", address(fields))).toThrow();
  });
});

describe("a code", () => {
  test("is exchanged once, for a token that says whose it is for eight hours", async () => {
    const code = codeFor("ada");
    const token = await exchange({ code });
    expect(token).toMatchObject({ token_type: "bearer", expires_in: 28_800, scope: "" });
    const user = async () =>
      real.fetch(`${started.github.apiUrl}/user`, { headers: { authorization: `Bearer ${token["access_token"]}` } });
    expect(await (await user()).json()).toMatchObject({ login: "ada", type: "User" });
    expect(await exchange({ code })).toMatchObject({ error: "bad_verification_code" });
    ahead += 8 * 3_600_000;
    expect((await user()).status).toBe(401);
  });

  test("is answered as a form where JSON was not asked for", async () => {
    expect(await exchange({ code: codeFor("ada") }, "*/*")).toMatchObject({ token_type: "bearer" });
  });

  test.each([
    ["another verifier", { code_verifier: "another" }, "bad_verification_code"],
    ["none", { code_verifier: "" }, "bad_verification_code"],
    ["another secret", { client_secret: "guessed" }, "incorrect_client_credentials"],
    ["another address", { redirect_uri: "http://127.0.0.1:4000/elsewhere" }, "redirect_uri_mismatch"],
    ["a code that nobody was given", { code: "guessed" }, "bad_verification_code"],
  ])("is not exchanged with %s", async (_what, fields, error) => {
    expect(await exchange({ code: codeFor("ada"), ...fields })).toMatchObject({ error });
  });

  test("ends after ten minutes", async () => {
    const code = codeFor("ada");
    ahead += 10 * 60_000 + 1;
    expect(await exchange({ code })).toMatchObject({ error: "bad_verification_code" });
  });
});
