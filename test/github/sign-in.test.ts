/** The web flow against a GitHub that plays its two pages and the one question, as GitHub documents them. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createSignIn } from "../../src/github/sign-in.ts";
import { OutsideError, Refusal } from "../../src/operations/ports.ts";
import { testContext } from "../harness/test-context.ts";

const oauth = { clientId: "Iv1.client", clientSecret: "client-secret-of-the-app" };
const publicUrl = "https://signalbox.example";

async function bodyOf(message: IncomingMessage): Promise<Record<string, string>> {
  let text = "";
  for await (const chunk of message) text += chunk;
  return JSON.parse(text);
}

type Played = { readonly status?: number; readonly body: unknown };

/** Knows the challenge of one code, and answers `token` and `user` as told. */
async function playedGitHub(answers: { readonly token?: Played; readonly user?: Played } = {}) {
  const challenges = new Map<string, string>();
  const asked: { path: string; authorization: string | undefined; body?: Record<string, string> }[] = [];
  const server = createServer(async (message, response) => {
    const path = message.url ?? "";
    const { authorization } = message.headers;
    const say = ({ status = 200, body }: Played) =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (path === "/login/oauth/access_token") {
      const body = await bodyOf(message);
      asked.push({ path, authorization, body });
      if (answers.token !== undefined) return say(answers.token);
      const challenge = createHash("sha256")
        .update(body["code_verifier"] ?? "")
        .digest("base64url");
      if (challenges.get(body["code"] ?? "") !== challenge) return say({ body: { error: "bad_verification_code" } });
      return say({ body: { access_token: "ghu_0123456789abcdef", token_type: "bearer", scope: "" } });
    }
    asked.push({ path, authorization });
    return say(answers.user ?? { body: { login: "alice", id: 583231, name: "Alice" } });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const { context, clock } = testContext();
  const signIn = createSignIn({ context, github: { url, apiUrl: `${url}/api`, oauth }, publicUrl });
  if (signIn === undefined) throw new Error("it is set up");
  /** Opens the address and presses Authorize; the code that GitHub sends back. */
  const authorize = (id: string) => {
    const query = new URL(signIn.address(id)).searchParams;
    challenges.set(`code-of-${id}`, query.get("code_challenge") ?? "");
    return `code-of-${id}`;
  };
  return { signIn, authorize, asked, url, clock };
}

test("the address names the App, the way back, a state, and the hash of a verifier", async () => {
  const { signIn, url } = await playedGitHub();
  const address = new URL(signIn.address("one"));
  expect(`${address.origin}${address.pathname}`).toBe(`${url}/login/oauth/authorize`);
  expect(Object.fromEntries(address.searchParams)).toEqual({
    client_id: "Iv1.client",
    redirect_uri: "https://signalbox.example/link/callback",
    state: signIn.stateOf("one"),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/u),
    code_challenge_method: "S256",
  });
  expect(signIn.stateOf("one")).toMatch(/^[\w-]{43}$/u);
  expect(signIn.stateOf("one")).not.toBe(signIn.stateOf("two"));
  expect(address.href).not.toContain(oauth.clientSecret);
});

test("the code is traded with its verifier, and the token asks once who it is", async () => {
  const { signIn, authorize, asked } = await playedGitHub();
  expect(await signIn.account("one", authorize("one"))).toEqual({ login: "alice", id: 583231 });
  expect(asked).toEqual([
    {
      path: "/login/oauth/access_token",
      authorization: undefined,
      body: {
        client_id: "Iv1.client",
        client_secret: "client-secret-of-the-app",
        code: "code-of-one",
        redirect_uri: "https://signalbox.example/link/callback",
        code_verifier: expect.stringMatching(/^[\w-]{43}$/u),
      },
    },
    { path: "/api/user", authorization: "Bearer ghu_0123456789abcdef" },
  ]);
});

test("a code that another sign-in began is refused: it has another verifier", async () => {
  const { signIn, authorize } = await playedGitHub();
  const refused = signIn.account("two", authorize("one"));
  await expect(refused).rejects.toThrow(new Refusal("GitHub refused the sign-in: bad_verification_code"));
});

test.each([
  ["what is no code of an error", { token: { body: { error: "<b>x</b> ghu_secretsecretsecret" } } }],
  ["a token answer without a token", { token: { status: 502, body: {} } }],
  ["no person", { user: { status: 401, body: { message: "Bad credentials ghu_0123456789abcdef" } } }],
] as const)("%s is an error whose message repeats nothing of it", async (_, answers) => {
  const { signIn, authorize } = await playedGitHub(answers);
  const error = await signIn.account("one", authorize("one")).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OutsideError);
  expect(String(error)).not.toMatch(/ghu_|<b>|secret/u);
});

test("a GitHub that is not there is an error to try again", async () => {
  const { context } = testContext();
  const github = { url: "http://127.0.0.1:1", apiUrl: "http://127.0.0.1:1", oauth };
  const error = await createSignIn({ context, github, publicUrl })
    ?.account("one", "c")
    .catch((thrown) => thrown);
  expect(error).toBeInstanceOf(OutsideError);
  expect(error).not.toBeInstanceOf(Refusal);
});

test("without the App's client or the bot's own address there is none", () => {
  const { context } = testContext();
  const github = { url: "https://github.example", apiUrl: "https://api.github.example", oauth };
  expect(createSignIn({ context, github: { ...github, oauth: undefined }, publicUrl })).toBeUndefined();
  expect(createSignIn({ context, github, publicUrl: undefined })).toBeUndefined();
});
