/**
 * The form of each single setting. The message of every rule is the sentence that says what is expected. What several
 * settings must be together is checked by `config.ts`.
 */
import { z } from "zod";

/** Only web addresses, and none with a name, a password, a query or a fragment: those would end up in links and logs. */
function isPlainWebAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  const web = url.protocol === "https:" || url.protocol === "http:";
  return web && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}

function withoutSlash(value: string): string {
  return new URL(value).href.replace(/\/+$/u, "");
}

function webAddress(example: string) {
  const expected = `a web address without a name, password, query or fragment, for example ${example}`;
  return z.string(expected).refine(isPlainWebAddress, expected).transform(withoutSlash);
}

function required(expected: string) {
  return z.string(expected);
}

/** A shell takes them off; docker's `--env-file` and a manifest keep them. */
function isUnquoted(value: string): boolean {
  return !/^\s*(["'`]).*\1\s*$/su.test(value);
}

/** A line break or quotes that came along with a secret make every signature wrong, which is hard to find later. */
function secret(expected: string, form: RegExp) {
  return required(expected).refine(isUnquoted, withoutQuotes(expected)).regex(form, expected);
}

function withoutQuotes(expected: string): string {
  return `${expected}; without the quotes around it, which are part of the value`;
}

/** The driver decodes each part when it connects, and would break there on a lone `%`. */
function isWellEscaped(value: string): boolean {
  try {
    decodeURIComponent(value);
    return true;
  } catch {
    return false;
  }
}

/** `postgres://user@/name?host=/socket` is what libpq takes for a socket, and is no URL without a host in it. */
function isPostgresAddress(value: string): boolean {
  if (!/^postgres(?:ql)?:\/\/\S+$/u.test(value) || !isWellEscaped(value)) return false;
  return URL.canParse(value) || URL.canParse(value.replace(/^([^@]*@|postgres(?:ql)?:\/\/)\//u, "$1localhost/"));
}

const appIdExpected = "the App's number, as GitHub shows it on the App's settings page";
const portExpected = "a whole number from 0 to 65535 (0 lets the system choose)";
const databaseExpected = "a PostgreSQL address such as postgres://user:password@host:5432/signalbox, or nothing";
const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export const generalSchema = z.object({
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/u, "an address or a host name of this machine to listen on, for example 0.0.0.0")
    .optional(),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/u, portExpected)
    .transform(Number)
    .refine((port) => port <= 65_535, portExpected)
    .default(3000),
  PUBLIC_URL: webAddress("https://signalbox.example.com").optional(),
  LOG_LEVEL: z.enum(levels, `one of ${levels.join(", ")}`).default("info"),
  DATABASE_URL: z
    .string()
    .refine(isUnquoted, withoutQuotes(databaseExpected))
    .refine(isPostgresAddress, databaseExpected)
    .optional(),
  DATA_DIR: z.string().default(".data"),
  OPERATOR_FILE: z.string().optional(),
});

export const connectionSchema = z.object({
  APP_ID: required(appIdExpected)
    .regex(/^[1-9]\d{0,14}$/u, appIdExpected)
    .transform(Number),
  WEBHOOK_SECRET: secret(
    "the App's webhook secret, at least 8 characters, without white space at its ends",
    /^\S(?:.{6,}\S)$/u,
  ).refine(
    (value) => value !== "development",
    'a webhook secret of your own: "development" is what everyone tries first',
  ),
  GITHUB_API_URL: webAddress("https://api.github.com").default("https://api.github.com"),
  GITHUB_URL: webAddress("https://github.com").default("https://github.com"),
  GITHUB_CLIENT_ID: secret("the App's client ID, without white space", /^\S+$/u).optional(),
  GITHUB_CLIENT_SECRET: secret("the App's client secret, without white space", /^\S{8,}$/u).optional(),
  SLACK_BOT_TOKEN: secret("the Slack app's bot token, which begins with xoxb-", /^xoxb-\S+$/u),
  SLACK_SIGNING_SECRET: secret("the Slack app's signing secret, without white space", /^\S{8,}$/u).optional(),
  SLACK_APP_TOKEN: secret("a Slack app-level token, which begins with xapp-", /^xapp-\S+$/u).optional(),
  SLACK_API_URL: webAddress("https://slack.com/api/")
    .transform((value) => `${value}/`)
    .default("https://slack.com/api/"),
});
