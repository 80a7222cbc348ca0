/**
 * Reads the GitHub App's private key as people really have it: a PEM text, a PEM text whose line breaks became `\n`
 * on the way through an environment file, or the base64 of one. It must never put any part of the key in what it says.
 */
import { createPrivateKey, type KeyObject } from "node:crypto";

export type ReadKey = { readonly kind: "key"; readonly pem: string } | { readonly kind: "bad"; readonly found: string };

function asPem(value: string): string {
  const text = value.includes("\\n") ? value.replaceAll("\\r", "").replaceAll("\\n", "\n") : value;
  if (text.includes("-----BEGIN")) return text.trim();
  return Buffer.from(text, "base64").toString("utf8").trim();
}

function open(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // The library's message may quote its input, so it is dropped on purpose.
    return undefined;
  }
}

/** GitHub signs App tokens with RS256 and makes keys of 2048 bits; a smaller key was not made by GitHub. */
const fewestBits = 2048;

/** The key as PKCS#8 PEM, the one form that every library here takes. */
export function readPrivateKey(value: string): ReadKey {
  const pem = asPem(value);
  if (!pem.includes("-----BEGIN")) return { kind: "bad", found: "text that is neither PEM nor the base64 of PEM" };
  if (pem.includes("ENCRYPTED")) return { kind: "bad", found: "a private key that needs a passphrase" };
  if (pem.includes("PUBLIC KEY")) return { kind: "bad", found: "a public key" };
  if (/^(["'`])-.*\1$/su.test(pem)) return { kind: "bad", found: "PEM in quotes that are part of the value" };
  const key = open(pem);
  if (key === undefined) return { kind: "bad", found: "PEM that holds no readable private key; it may be cut short" };
  const type = key.asymmetricKeyType ?? "unknown";
  if (type !== "rsa") return { kind: "bad", found: `a private key of the type ${type}` };
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < fewestBits) return { kind: "bad", found: `an RSA key of ${bits} bits` };
  return { kind: "key", pem: key.export({ type: "pkcs8", format: "pem" }).toString() };
}
