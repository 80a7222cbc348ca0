/** A client for tests, signed with a key of its own, and the small GitHub that nock plays for it. */
import { generateKeyPairSync } from "node:crypto";
import nock from "nock";
import { pino } from "pino";
import type { Context } from "../../src/context.ts";
import { createGitHub, type GitHub } from "../../src/github/client.ts";
import type { RepositoryRef } from "../../src/operations/ports.ts";

export const apiUrl = "https://github.test/api";
export const token = "ghs_secretSecretSecretSecretSecretSecret";
export const shop: RepositoryRef = { id: 11, fullName: "acme/shop", installationId: 7, defaultBranch: "main" };

export const privateKey = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
}).privateKey;

export function aClient(context: Context, lines: string[] = []): GitHub {
  return createGitHub({
    context,
    log: pino({ level: "trace" }, { write: (line: string) => void lines.push(line) }),
    settings: {
      appId: 1,
      privateKey,
      webhookSecret: "secret",
      githubApiUrl: `${apiUrl}/`,
      githubUrl: "https://github.test/",
    },
  });
}

/** Plays sign-in for installation 7, and gives the scope for more. */
export function played(): nock.Scope {
  const scope = nock(apiUrl.slice(0, -4), { allowUnmocked: false });
  scope
    .persist()
    .post("/api/app/installations/7/access_tokens")
    .reply(201, { token, expires_at: "2099-01-01T00:00:00Z", permissions: {}, repository_selection: "all" });
  return nock(apiUrl);
}
