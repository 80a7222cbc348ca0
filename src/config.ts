/**
 * The only reader of the process's environment and of `operator.yml`. Everything that is wrong is found at once, and
 * then the bot does not start: a bot that half works deploys the wrong thing. It must never show a secret's value.
 */
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import type { z } from "zod";
import { type SettingMistake, shown } from "./config/mistake.ts";
import { readOperator } from "./config/operator-setting.ts";
import { readKey } from "./config/private-key-setting.ts";
import {
  type Env,
  type Files,
  foundOf,
  isSecret,
  mistakesOf,
  type Reading,
  textOf,
  valuesOf,
  whyUnreadable,
} from "./config/reading.ts";
import { connectingSettings, type GeneralSettings, type Settings, secretSettings } from "./config/settings.ts";
import { connectionSchema, generalSchema } from "./config/settings-schema.ts";
import type { OperatorRules } from "./operations/bot.ts";

export type ReadSettings =
  | { readonly kind: "sandbox"; readonly general: GeneralSettings }
  | {
      readonly kind: "settings";
      readonly settings: Settings;
      readonly operator: OperatorRules;
      /** Every value that must not reach a log line: the bot's own secrets and those that the operator grants. */
      readonly secrets: readonly string[];
    }
  | { readonly kind: "mistakes"; readonly mistakes: readonly SettingMistake[] };

/** The password may stand before the host or in the query, and shows up as it is written and as it is meant. */
function databaseSecrets(address: string | undefined): string[] {
  if (address === undefined) return [];
  const written = [
    /^[a-z]+:\/\/[^/?#:]*:([^/?#]*)@/u.exec(address)?.[1],
    ...[...address.matchAll(/[?&][^=&]*password=([^&#]*)/giu)].map(([, value]) => value),
  ].filter((value): value is string => value !== undefined && value !== "");
  if (written.length === 0) return [];
  return [address, ...written.flatMap((value) => [value, decodeURIComponent(value), fromQuery(value)])];
}

function fromQuery(value: string): string {
  return new URLSearchParams(`value=${value}`).get("value") ?? value;
}

/**
 * A GitHub Enterprise Server of which only one address was given: git would show its tokens to github.com, or the App's
 * key would sign for api.github.com. The API by another way, such as a proxy, is no server.
 */
function serversApart({ GITHUB_API_URL: api, GITHUB_URL: pages }: z.infer<typeof connectionSchema>): SettingMistake[] {
  if (pages === "https://github.com" && api.endsWith("/api/v3")) {
    const expected = "the address of the same server as GITHUB_API_URL, without /api/v3";
    return [{ name: "GITHUB_URL", found: shown(pages), expected }];
  }
  if (pages !== "https://github.com" && api === "https://api.github.com") {
    const expected = "the REST API of the same server as GITHUB_URL, for example https://github.example.com/api/v3";
    return [{ name: "GITHUB_API_URL", found: shown(api), expected }];
  }
  return [];
}

/** Reads the values that were merged and cleaned before. */
async function readValues(reading: Reading): Promise<ReadSettings> {
  const { values, cwd, mistakes } = reading;
  const production = values["NODE_ENV"] === "production";
  const sandbox = !production && connectingSettings.every((name) => values[name] === undefined);

  const general = generalSchema.safeParse(values);
  if (!general.success) mistakes.push(...mistakesOf(general.error, values));
  const common = (data: z.infer<typeof generalSchema>): GeneralSettings => ({
    host: data.HOST ?? (sandbox ? "127.0.0.1" : "0.0.0.0"),
    port: data.PORT,
    publicUrl: data.PUBLIC_URL,
    logLevel: data.LOG_LEVEL,
    databaseUrl: data.DATABASE_URL,
    dataDir: resolve(cwd, data.DATA_DIR),
    path: values["PATH"],
  });
  if (sandbox) {
    if (general.success) return { kind: "sandbox", general: common(general.data) };
    return { kind: "mistakes", mistakes };
  }

  const connection = connectionSchema.safeParse(values);
  if (!connection.success) mistakes.push(...mistakesOf(connection.error, values));
  else mistakes.push(...serversApart(connection.data));
  const privateKey = await readKey(reading);
  const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret } = values;
  if ((clientId === undefined) !== (clientSecret === undefined)) {
    const name = clientId === undefined ? "GITHUB_CLIENT_ID" : "GITHUB_CLIENT_SECRET";
    mistakes.push({
      name,
      found: foundOf(name, values),
      expected: "both the client ID and the client secret, or neither",
    });
  }
  if (values["SLACK_SIGNING_SECRET"] === undefined && values["SLACK_APP_TOKEN"] === undefined) {
    const expected = "the Slack app's signing secret; only Socket Mode (SLACK_APP_TOKEN) works without it";
    mistakes.push({ name: "SLACK_SIGNING_SECRET", found: foundOf("SLACK_SIGNING_SECRET", values), expected });
  }
  const operator = await readOperator(reading, values["OPERATOR_FILE"]);
  if (!general.success || !connection.success || mistakes.length > 0) return { kind: "mistakes", mistakes };

  const data = connection.data;
  const settings: Settings = {
    ...common(general.data),
    github: {
      appId: data.APP_ID,
      privateKey,
      webhookSecret: data.WEBHOOK_SECRET,
      apiUrl: data.GITHUB_API_URL,
      url: data.GITHUB_URL,
      oauth: clientId === undefined || clientSecret === undefined ? undefined : { clientId, clientSecret },
    },
    slack: {
      botToken: data.SLACK_BOT_TOKEN,
      signingSecret: data.SLACK_SIGNING_SECRET,
      appToken: data.SLACK_APP_TOKEN,
      apiUrl: data.SLACK_API_URL,
    },
  };
  const own = secretSettings.flatMap((name) => (name === "DATABASE_URL" ? [] : (values[name] ?? [])));
  const whole = [...own, privateKey, ...databaseSecrets(settings.databaseUrl), ...operator.granted];
  // A program may print one without the line break that came along with it.
  const secrets = new Set(whole.flatMap((secret) => [secret, secret.trim()]));
  return { kind: "settings", settings, operator: operator.rules, secrets: [...secrets] };
}

/**
 * Reads every setting from `env` and from a `.env` file in `cwd`, where the real environment wins. Never rejects for
 * what an operator may have done wrong.
 */
export async function readSettings(from: { env: Env; files: Files; cwd: string }): Promise<ReadSettings> {
  const mistakes: SettingMistake[] = [];
  let file: Env = {};
  try {
    file = parseEnv((await textOf(from.files, join(from.cwd, ".env"))) ?? "");
  } catch (error) {
    mistakes.push({ name: ".env", found: whyUnreadable(error), expected: "a file that the bot may read, or none" });
  }
  const values = valuesOf({ ...file, ...from.env });
  return readValues({ values, files: from.files, cwd: from.cwd, mistakes });
}

/** The process's own environment. */
export function processEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}

/**
 * Takes the bot's secrets and those granted by the operator out of the environment once they are read, so that a child
 * process that inherits it by mistake gets none of them. `secrets` are the values of `ReadSettings`.
 */
export function forgetSecrets(env: NodeJS.ProcessEnv, secrets: readonly string[]): void {
  const known = new Set(secrets.map((secret) => secret.trim()));
  for (const [name, value] of Object.entries(env)) {
    if (isSecret(name) || (value !== undefined && known.has(value.trim()))) delete env[name];
  }
}
