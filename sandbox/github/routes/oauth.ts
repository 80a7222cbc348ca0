/**
 * GitHub's web flow, by which a person tells the App who they are: the page that asks, the code that it gives, and the
 * token that a code is exchanged for, once, by whoever holds the secret and PKCE's verifier.
 *
 * Source: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Hub } from "../hub/hub.ts";
import type { Account } from "../hub/state.ts";
import { Problem } from "../problem.ts";
import { authorizePage, messagePage } from "../server/authorize-page.ts";
import { type Answer, type Call, parseBody, type Route, route } from "../server/route.ts";
import type { SignIn } from "../server/sign-in.ts";

const codeLifeMs = 10 * 60_000;
const tokenLifeSeconds = 8 * 60 * 60;
const refreshLifeSeconds = 184 * 24 * 60 * 60;

type Code = {
  readonly account: Account;
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  readonly at: number;
};

export type OAuth = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly routes: readonly Route[];
  /** Who uses the sandbox's browser at GitHub. */
  signIn(login: string): void;
  /** People are sent back to addresses that begin with it, and nowhere else. */
  setCallback(url: string): void;
  /** What a click on Authorize does: the address that the person is sent back to. */
  authorize(login: string, address: string): string;
};

const wish = z.object({
  client_id: z.string(),
  redirect_uri: z.string().optional(),
  state: z.string().optional(),
  code_challenge: z.string().optional(),
  code_challenge_method: z.string().optional(),
});
type Wish = z.infer<typeof wish>;

const decision = wish.extend({ login: z.string(), decision: z.enum(["authorize", "cancel"]) });

const exchange = z.object({
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  code: z.string().optional(),
  redirect_uri: z.string().optional(),
  code_verifier: z.string().optional(),
});

const errors = {
  incorrect_client_credentials: "The client_id and/or client_secret passed are incorrect.",
  bad_verification_code: "The code passed is incorrect or expired.",
  redirect_uri_mismatch: "The redirect_uri MUST match the registered callback URL for this application.",
} as const;

function html(content: string, status = 200): Answer {
  return { status, text: { type: "text/html; charset=utf-8", content } };
}

/** Clients that ask for JSON get it; GitHub answers all others with a form. */
function tokenAnswer(call: Call, body: Readonly<Record<string, string | number>>): Answer {
  if (call.accept.includes("json")) return { body };
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) form.set(name, String(value));
  return { text: { type: "application/x-www-form-urlencoded; charset=utf-8", content: form.toString() } };
}

function withQuery(address: string, fields: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) url.searchParams.set(name, value);
  return url.toString();
}

export function createOAuth(hub: Hub, signIn: SignIn): OAuth {
  const clientId = `Iv23${hub.context.ids.secret(8)}`;
  const clientSecret = hub.context.ids.secret(20);
  const codes = new Map<string, Code>();
  let signedIn = hub.people[0];
  let callback: string | undefined;

  /** The address that people are sent back to; undefined when the one asked for is not the App's. */
  function redirectOf(asked: Wish): string | undefined {
    const address = asked.redirect_uri ?? callback;
    if (address === undefined || callback === undefined || !URL.canParse(address)) return undefined;
    const [wanted, registered] = [new URL(address), new URL(callback)];
    const below = registered.pathname.replace(/\/?$/, "/");
    const fits = wanted.pathname === registered.pathname || wanted.pathname.startsWith(below);
    return wanted.origin === registered.origin && fits ? address : undefined;
  }

  /** What is wrong with the request itself; such a person is not sent back anywhere. */
  function wrongWith(asked: Wish): string | undefined {
    if (asked.client_id !== clientId) return "Not Found";
    if (redirectOf(asked) === undefined) {
      return "Be careful! The redirect_uri is not associated with this application.";
    }
    const plain = asked.code_challenge !== undefined && asked.code_challenge_method !== "S256";
    return plain ? "The code_challenge_method must be S256." : undefined;
  }

  function giveCode(account: Account, asked: Wish): string {
    const redirectUri = redirectOf(asked);
    if (redirectUri === undefined) throw new Problem(400, errors.redirect_uri_mismatch);
    const code = hub.context.ids.secret(10);
    codes.set(code, { account, redirectUri, challenge: asked.code_challenge, at: hub.now() });
    return withQuery(redirectUri, { code, state: asked.state });
  }

  function ask(call: Call): Answer {
    const read = wish.safeParse(Object.fromEntries(call.query));
    const wrong = read.success ? wrongWith(read.data) : "Not Found";
    if (wrong !== undefined || !read.success) return html(messagePage(wrong ?? "Not Found"), 404);
    const chosen = hub.people.find(({ login }) => login === call.query.get("as"));
    signedIn = chosen ?? signedIn;
    if (signedIn === undefined) return html(messagePage("Sign in to GitHub"), 401);
    return html(authorizePage({ app: hub.app, signedIn, people: hub.people, query: call.query }));
  }

  function decide(call: Call): Answer {
    const asked = parseBody(decision, call);
    const wrong = wrongWith(asked);
    if (wrong !== undefined) return html(messagePage(wrong), 404);
    const denied = {
      error: "access_denied",
      error_description: "The user has denied your application access.",
      state: asked.state,
    };
    const location =
      asked.decision === "authorize"
        ? giveCode(hub.person(asked.login), asked)
        : withQuery(redirectOf(asked) ?? "", denied);
    return { status: 302, headers: { location } };
  }

  function exchangeCode(call: Call): Answer {
    const asked = parseBody(exchange, call);
    const refuse = (error: keyof typeof errors) =>
      tokenAnswer(call, { error, error_description: errors[error], error_uri: "https://docs.github.com/apps" });
    if (asked.client_id !== clientId || asked.client_secret !== clientSecret) {
      return refuse("incorrect_client_credentials");
    }
    const given = codes.get(asked.code ?? "");
    // A code is good for one exchange, whether it succeeds or not.
    codes.delete(asked.code ?? "");
    if (given === undefined || hub.now() - given.at > codeLifeMs) return refuse("bad_verification_code");
    if (asked.redirect_uri !== undefined && asked.redirect_uri !== given.redirectUri) {
      return refuse("redirect_uri_mismatch");
    }
    const shown = createHash("sha256")
      .update(asked.code_verifier ?? "")
      .digest("base64url");
    if (given.challenge !== undefined && shown !== given.challenge) return refuse("bad_verification_code");
    return tokenAnswer(call, {
      access_token: signIn.userToken(given.account, tokenLifeSeconds * 1000),
      expires_in: tokenLifeSeconds,
      refresh_token: `ghr_${hub.context.ids.secret(20)}`,
      refresh_token_expires_in: refreshLifeSeconds,
      scope: "",
      token_type: "bearer",
    });
  }

  return {
    clientId,
    clientSecret,
    routes: [
      route("GET", "/login/oauth/authorize", ask),
      route("POST", "/login/oauth/authorize", decide),
      route("POST", "/login/oauth/access_token", exchangeCode),
    ],
    signIn(login) {
      signedIn = hub.person(login);
    },
    setCallback(url) {
      callback = url;
    },
    authorize(login, address) {
      const asked = wish.parse(Object.fromEntries(new URL(address).searchParams));
      const wrong = wrongWith(asked);
      if (wrong !== undefined) throw new Error(wrong);
      return giveCode(hub.person(login), asked);
    },
  };
}
