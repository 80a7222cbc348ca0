/** A set of settings with which the bot starts, and a way to read a changed one without touching any file. */
import { generateKeyPairSync } from "node:crypto";
import type { Files } from "../../src/config/reading.ts";
import { readSettings } from "../../src/config.ts";

const rsaKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
export const rsaPem = rsaKey.export({ type: "pkcs1", format: "pem" }).toString();

export const complete = {
  APP_ID: "12345",
  PRIVATE_KEY: rsaPem,
  WEBHOOK_SECRET: "a-webhook-secret",
  SLACK_BOT_TOKEN: "xoxb-1-not-a-real-token",
  SLACK_SIGNING_SECRET: "0123456789abcdef0123456789abcdef",
};

/** Files by their absolute path; the settings are read in `/work-folder`. */
function filesWith(texts: Readonly<Record<string, string>>): Files {
  return {
    async readFile(path) {
      const text = texts[path];
      if (text !== undefined) return text;
      throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: "ENOENT" });
    },
  };
}

export function read(env: Readonly<Record<string, string | undefined>>, texts: Readonly<Record<string, string>> = {}) {
  return readSettings({ env, files: filesWith(texts), cwd: "/work-folder" });
}
