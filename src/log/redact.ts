/**
 * Takes secrets out of what is about to be written. A secret is known by its value (the settings, what the operator
 * grants), by its form (tokens, keys, passwords in addresses) or by the name of the field that it stands in. It must
 * never let through what it cannot read; rather does it hide a word that only looks like a secret.
 */

const hidden = "[hidden]";

/** Forms that are secret wherever they stand, whether or not the bot knows the value. */
const secretForms = [
  // GitHub: personal, OAuth, user, server and refresh tokens, and fine-grained ones.
  /\bgh[pousr]_[A-Za-z0-9_.-]{16,}/gu,
  /\bgithub_pat_[A-Za-z0-9_]{16,}/gu,
  // Slack: bot, user, app-level, refresh and configuration tokens.
  /\bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{6,}/gu,
  /\bxapp-[A-Za-z0-9-]{6,}/gu,
  // Slack's response URLs and incoming webhooks let anyone write who knows them.
  /\bhttps:\/\/hooks\.slack(?:-gov)?\.com\/[^\s"'<>\\]+/gu,
  // Tokens signed by the App's key, which GitHub takes for ten minutes.
  /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/gu,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gu,
];

/** What stands behind these words is secret; the words stay. */
const secretPlaces = [
  /(\b(?:authorization|proxy-authorization)\\*["']?\s*[:=]\s*\\*["']?(?:(?:basic|bearer|token)\s+)?)([^\s"'\\,;]+)/giu,
  /(\b(?:basic|bearer)\s+)([A-Za-z0-9._~+/=-]{12,})/giu,
  // Names and passwords in addresses.
  /(\b[a-z][a-z0-9+.-]{1,20}:\/\/)([^\s/@"'\\]+)(?=@)/giu,
];

/** Fields whose whole value is secret, whatever it looks like; compared without case, `-` and `_`. */
const secretFields = new Set([
  "authorization",
  "proxyauthorization",
  "cookie",
  "setcookie",
  "password",
  "secret",
  "clientsecret",
  "webhooksecret",
  "signingsecret",
  "privatekey",
  "token",
  "accesstoken",
  "bottoken",
  "apptoken",
  "responseurl",
  "databaseurl",
]);

/** Arrays and objects deeper than this are written as hidden: nothing that the bot logs on purpose is so deep. */
const deepest = 32;

function isSecretField(name: string): boolean {
  return secretFields.has(name.toLowerCase().replace(/[-_]/gu, ""));
}

/** The ways in which one value shows up: as it is, as a part of JSON (once or twice written), of a URL, as base64. */
function formsOf(secret: string): string[] {
  const written = JSON.stringify(secret).slice(1, -1);
  const twice = JSON.stringify(written).slice(1, -1);
  const base64 = Buffer.from(secret).toString("base64");
  return [secret, written, twice, encodeURIComponent(secret), base64, base64.replace(/=+$/u, "")];
}

export type Redact = {
  /** The text without any secret. */
  text(value: string): string;
  /** A JSON line without any secret; it stays JSON. */
  line(line: string): string;
};

/** `secrets` are the values that the bot knows to be secret; those of fewer than four characters are left alone. */
export function createRedact(secrets: readonly string[]): Redact {
  const known = [...new Set(secrets.filter((secret) => secret.length >= 4).flatMap(formsOf))];
  // The longest first, so that no rest of a longer secret stays behind a shorter one that it contains.
  known.sort((a, b) => b.length - a.length);
  const knownLines = secrets
    .filter((secret) => secret.includes("PRIVATE KEY-----"))
    .flatMap((secret) => secret.replaceAll("\\n", "\n").split("\n"))
    .map((line) => line.trim())
    .filter((line) => line.length >= 32 && !line.startsWith("-----"));

  function text(value: string): string {
    let result = value;
    for (const secret of known) result = result.replaceAll(secret, hidden);
    for (const line of knownLines) result = result.replaceAll(line, hidden);
    for (const form of secretForms) result = result.replace(form, hidden);
    for (const place of secretPlaces) result = result.replace(place, `$1${hidden}`);
    return result;
  }

  function walk(value: unknown, depth: number): unknown {
    if (typeof value === "string") return text(value);
    if (typeof value === "number") return text(String(value)) === String(value) ? value : hidden;
    if (typeof value !== "object" || value === null) return value;
    if (depth > deepest) return hidden;
    if (Array.isArray(value)) return value.map((item) => walk(item, depth + 1));
    const result: [string, unknown][] = [];
    for (const [key, item] of Object.entries(value)) {
      result.push([text(key), isSecretField(key) && item !== null ? hidden : walk(item, depth + 1)]);
    }
    return Object.fromEntries(result);
  }

  function line(written: string): string {
    // The log's own fields are left as they are: a secret made of digits must not hide the time.
    let parsed: unknown;
    try {
      parsed = JSON.parse(written);
    } catch {
      return text(written);
    }
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
      return `${JSON.stringify(walk(parsed, 0))}\n`;
    const { level, time, ...rest } = { level: undefined, time: undefined, ...parsed };
    return `${JSON.stringify(Object.assign({ level, time }, walk(rest, 0)))}\n`;
  }

  return { text, line };
}
