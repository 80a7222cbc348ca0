/** Who is calling: the App by its signed JWT, an installation by its token, a person by theirs, or nobody. */
import { createPublicKey, verify } from "node:crypto";
import { z } from "zod";
import type { Hub } from "../hub/hub.ts";
import type { Account, Installation } from "../hub/state.ts";
import { notFound, Problem } from "../problem.ts";

export type Actor =
  | { readonly kind: "nobody" }
  | { readonly kind: "app" }
  | {
      readonly kind: "installation";
      readonly installation: Installation;
      readonly repositories: readonly number[] | undefined;
    }
  | { readonly kind: "person"; readonly account: Account };

export type SignIn = {
  /** Reads an `Authorization` header; throws GitHub's 401 when what it says is wrong. */
  actor(authorization: string | undefined): Actor;
  /** A token for one hour, for all repositories of the installation or only for these. */
  installationToken(
    installation: Installation,
    repositories?: readonly number[],
  ): { readonly token: string; readonly expiresAt: number };
  personToken(account: Account): string;
  /** What a person gives the App by the web flow. */
  userToken(account: Account, lifeMs: number): string;
};

const claims = z.object({ iss: z.union([z.string(), z.number()]), iat: z.number(), exp: z.number() });
const header = z.object({ alg: z.literal("RS256") });

const tokenLife = 60 * 60 * 1000;
const longestAssertion = 10 * 60;

export function createSignIn(hub: Hub, privateKey: string): SignIn {
  const publicKey = createPublicKey(privateKey);
  const issued = new Map<string, { readonly actor: Actor; readonly expiresAt: number }>();

  function json(part: string | undefined): unknown {
    try {
      return JSON.parse(Buffer.from(part ?? "", "base64url").toString());
    } catch {
      return undefined;
    }
  }

  function app(assertion: string): Actor {
    const [head, body, signature] = assertion.split(".");
    const said = claims.safeParse(json(body));
    const signed = verify(
      "RSA-SHA256",
      Buffer.from(`${head}.${body}`),
      publicKey,
      Buffer.from(signature ?? "", "base64url"),
    );
    if (!header.safeParse(json(head)).success || !said.success || !signed) {
      throw new Problem(401, "A JSON web token could not be decoded");
    }
    const now = Math.floor(hub.now() / 1000);
    if (String(said.data.iss) !== String(hub.app.id)) throw new Problem(404, "Integration not found");
    if (said.data.exp <= now) {
      const rule = "must be a numeric value representing the future time at which the assertion expires";
      throw new Problem(401, `'Expiration time' claim ('exp') ${rule}`);
    }
    if (said.data.exp > now + longestAssertion) {
      throw new Problem(401, "'Expiration time' claim ('exp') is too far in the future");
    }
    if (said.data.iat > now) {
      const rule = "must be an Integer representing the time that the assertion was issued";
      throw new Problem(401, `'Issued at' claim ('iat') ${rule}`);
    }
    return { kind: "app" };
  }

  function byToken(token: string): Actor {
    if (token.split(".").length === 3) return app(token);
    const known = issued.get(token);
    if (known === undefined || known.expiresAt <= hub.now()) throw new Problem(401, "Bad credentials");
    return known.actor;
  }

  function issue(prefix: string, actor: Actor, expiresAt: number): string {
    for (const [token, { expiresAt: end }] of issued) if (end <= hub.now()) issued.delete(token);
    const token = `${prefix}_${hub.context.ids.secret(20)}`;
    issued.set(token, { actor, expiresAt });
    return token;
  }

  return {
    actor(authorization) {
      if (authorization === undefined || authorization === "") return { kind: "nobody" };
      const [scheme = "", value = ""] = authorization.split(/\s+/, 2);
      if (/^(bearer|token)$/i.test(scheme)) return byToken(value);
      if (!/^basic$/i.test(scheme)) throw new Problem(401, "Bad credentials");
      const password = Buffer.from(value, "base64").toString().split(":").slice(1).join(":");
      return byToken(password);
    },
    installationToken(installation, repositories) {
      // GitHub tells the end of a token in whole seconds.
      const expiresAt = Math.floor((hub.now() + tokenLife) / 1000) * 1000;
      return { token: issue("ghs", { kind: "installation", installation, repositories }, expiresAt), expiresAt };
    },
    personToken: (account) => issue("ghp", { kind: "person", account }, Number.POSITIVE_INFINITY),
    userToken: (account, lifeMs) => issue("ghu", { kind: "person", account }, hub.now() + lifeMs),
  };
}

/** The account in whose name the caller acts. */
export function actingAccount(hub: Hub, actor: Actor): Account {
  if (actor.kind === "installation") return hub.app.account;
  if (actor.kind === "person") return actor.account;
  throw actor.kind === "app" ? new Problem(401, "Bad credentials") : new Problem(401, "Requires authentication");
}

/** Whether the caller may see the repository at all; GitHub says "Not Found" of what one may not see. */
export function refuseUnseen(actor: Actor, repository: { readonly id: number } | undefined): void {
  if (repository === undefined || actor.kind === "nobody") throw notFound();
  if (actor.kind === "app") throw new Problem(401, "Bad credentials");
  if (actor.kind === "person") return;
  if (actor.installation.suspended) throw new Problem(403, "This installation has been suspended");
  if (!maySee(actor, repository)) throw notFound();
}

/** Whether a person's or an installation's token reaches the repository. */
export function maySee(actor: Actor, repository: { readonly id: number }): boolean {
  if (actor.kind !== "installation") return actor.kind === "person";
  const mine = actor.installation.repositories.some((one) => one.id === repository.id);
  return mine && (actor.repositories === undefined || actor.repositories.includes(repository.id));
}
