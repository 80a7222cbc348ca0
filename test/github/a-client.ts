/** A client for tests, signed with a key of its own. */
import { generateKeyPairSync } from "node:crypto";
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
