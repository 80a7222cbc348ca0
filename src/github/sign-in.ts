/**
 * GitHub's web flow for `/deploy link`: the address to begin at, and whose the code is that comes back. State and PKCE
 * verifier follow from the sign-in's id and the client's secret, so they need not be stored. The token asks GitHub one
 * question and is forgotten with the function that got it; it is never logged or handed on.
 *
 * Source: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
 */
import { createHash, createHmac } from "node:crypto";
import { z } from "zod";
import type { Context } from "../context.ts";
import { OutsideError, Refusal } from "../operations/ports.ts";
import type { SignIn } from "../operations/sign-in.ts";

/** A person waits before a page. */
const callTimeoutMs = 10_000;

/** Where GitHub sends people back to, below PUBLIC_URL. */
const callbackPath = "/link/callback";

/** Addresses without a slash at their end. */
export type SignInSettings = {
  readonly github: {
    readonly url: string;
    readonly apiUrl: string;
    readonly oauth: { readonly clientId: string; readonly clientSecret: string } | undefined;
  };
  readonly publicUrl: string | undefined;
};

const tokenAnswer = z.union([
  z.object({ access_token: z.string().min(1) }),
  z.object({ error: z.string(), error_description: z.string().optional() }),
]);
const userAnswer = z.object({ login: z.string().min(1).max(100), id: z.int().positive() });

/** GitHub names codes with small letters; anything else is not repeated. */
function knownCode(code: string): string {
  return /^[a-z_]{1,60}$/u.test(code) ? code : "an unknown error";
}

/** Undefined where the operator has not set up what it takes. */
export function createSignIn({
  context,
  github: { url: githubUrl, apiUrl: githubApiUrl, oauth },
  publicUrl,
}: { readonly context: Pick<Context, "clock" | "fetch"> } & SignInSettings): SignIn | undefined {
  if (oauth === undefined || publicUrl === undefined) return undefined;
  const { clientId, clientSecret } = oauth;
  const redirectUri = `${publicUrl}${callbackPath}`;
  const secretOf = (purpose: string, id: string) =>
    createHmac("sha256", clientSecret).update(`signalbox/${purpose}/${id}`).digest("base64url");
  const stateOf = (id: string) => secretOf("state", id);
  const verifierOf = (id: string) => secretOf("verifier", id);

  async function ask(url: string, init: RequestInit): Promise<{ readonly status: number; readonly body: unknown }> {
    const late = new AbortController();
    const timer = context.clock.after(callTimeoutMs, () => late.abort());
    try {
      const headers = { accept: "application/json", "user-agent": "signalbox", ...init.headers };
      const response = await context.fetch(url, { ...init, headers, redirect: "error", signal: late.signal });
      return { status: response.status, body: await response.json().catch(() => undefined) };
    } catch (error) {
      throw new OutsideError("GitHub did not answer a sign-in", { cause: error });
    } finally {
      timer.cancel();
    }
  }

  async function tokenFor(id: string, code: string): Promise<string> {
    const { status, body } = await ask(`${githubUrl}/login/oauth/access_token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        client_id: clientId,
        client_secret: clientSecret,
        code,
        redirect_uri: redirectUri,
        code_verifier: verifierOf(id),
      }),
    });
    const read = tokenAnswer.safeParse(body);
    if (!read.success) throw new OutsideError(`GitHub answered a sign-in with HTTP ${status} and no token`);
    if ("error" in read.data) throw new Refusal(`GitHub refused the sign-in: ${knownCode(read.data.error)}`);
    return read.data.access_token;
  }

  return {
    stateOf,
    address(id) {
      const query = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        state: stateOf(id),
        code_challenge: createHash("sha256").update(verifierOf(id)).digest("base64url"),
        code_challenge_method: "S256",
      });
      return `${githubUrl}/login/oauth/authorize?${query}`;
    },
    async account(id, code) {
      const token = await tokenFor(id, code);
      const { status, body } = await ask(`${githubApiUrl}/user`, { headers: { authorization: `Bearer ${token}` } });
      const read = userAnswer.safeParse(body);
      if (status !== 200 || !read.success) throw new OutsideError(`GitHub answered who signed in with HTTP ${status}`);
      return read.data;
    },
  };
}
