import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { describeMistakes } from "../../src/config/mistake.ts";
import { forgetSecrets } from "../../src/config.ts";
import { complete, read, rsaPem } from "./setting-values.ts";

type Env = Readonly<Record<string, string | undefined>>;

async function mistakesFor(env: Env, texts: Readonly<Record<string, string>> = {}) {
  const result = await read(env, texts);
  if (result.kind !== "mistakes") throw new Error(`expected mistakes, got ${result.kind}`);
  return result.mistakes;
}

async function settingsFor(env: Env, texts: Readonly<Record<string, string>> = {}) {
  const result = await read(env, texts);
  if (result.kind !== "settings") throw new Error(`expected settings, got ${JSON.stringify(result)}`);
  return result;
}

describe("what is read", () => {
  it("fills in every default", async () => {
    const { settings, operator } = await settingsFor({ ...complete, PATH: "/usr/bin" });
    expect(settings).toMatchObject({
      host: "0.0.0.0",
      port: 3000,
      publicUrl: undefined,
      logLevel: "info",
      databaseUrl: undefined,
      dataDir: "/work-folder/.data",
      path: "/usr/bin",
      github: {
        appId: 12345,
        webhookSecret: "a-webhook-secret",
        apiUrl: "https://api.github.com",
        url: "https://github.com",
        oauth: undefined,
      },
      slack: { appToken: undefined, apiUrl: "https://slack.com/api/" },
    });
    expect(operator.commandsAllowed("acme/shop")).toBe(false);
    expect(operator.outbound).toEqual([]);
  });

  it.each([
    ["GITHUB_API_URL", "https://github.example.com/api/v3/", "https://github.example.com/api/v3"],
    ["GITHUB_API_URL", "http://127.0.0.1:4010", "http://127.0.0.1:4010"],
    ["GITHUB_URL", "https://GitHub.Example.com//", "https://github.example.com"],
  ])("normalises %s %s", async (name, value, expected) => {
    const own = { GITHUB_API_URL: "https://github.example.com/api/v3", GITHUB_URL: "https://github.example.com" };
    const { settings } = await settingsFor({ ...complete, ...own, [name]: value });
    expect(name === "GITHUB_URL" ? settings.github.url : settings.github.apiUrl).toBe(expected);
  });

  it.each(["https://slack.example.com/api", "https://slack.example.com/api/", "https://slack.example.com/api//"])(
    "gives Slack's address %s one slash at its end",
    async (value) => {
      const { settings } = await settingsFor({ ...complete, SLACK_API_URL: value });
      expect(settings.slack.apiUrl).toBe("https://slack.example.com/api/");
    },
  );

  it.each([
    ["as PEM", rsaPem],
    ["with escaped line breaks", rsaPem.replaceAll("\n", "\\n")],
    ["with escaped Windows line breaks", rsaPem.replaceAll("\n", "\\r\\n")],
    ["as base64", Buffer.from(rsaPem).toString("base64")],
  ])("takes the private key %s", async (_, key) => {
    const { settings } = await settingsFor({ ...complete, PRIVATE_KEY: key });
    expect(settings.github.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/u);
  });

  it("takes the private key from a file beside the bot", async () => {
    const env = { ...complete, PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: "keys/app.pem" };
    const { settings } = await settingsFor(env, { "/work-folder/keys/app.pem": rsaPem });
    expect(settings.github.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/u);
  });

  it("reads a .env file, and lets the real environment win", async () => {
    const file = 'LOG_LEVEL=debug\nPORT="8080"\n# a comment\nDATA_DIR=elsewhere\n';
    const { settings } = await settingsFor({ ...complete, PORT: "9090" }, { "/work-folder/.env": file });
    expect(settings).toMatchObject({ logLevel: "debug", port: 9090, dataDir: "/work-folder/elsewhere" });
  });

  it("takes a setting that is set to nothing as not set", async () => {
    const { settings } = await settingsFor({ ...complete, PORT: "", SLACK_APP_TOKEN: " ", DATABASE_URL: "" });
    expect(settings.port).toBe(3000);
    expect(settings.slack.appToken).toBeUndefined();
    expect(settings.databaseUrl).toBeUndefined();
  });

  it("needs no signing secret in Socket Mode", async () => {
    const { settings } = await settingsFor({
      ...complete,
      SLACK_SIGNING_SECRET: undefined,
      SLACK_APP_TOKEN: "xapp-1-A",
    });
    expect(settings.slack).toMatchObject({ signingSecret: undefined, appToken: "xapp-1-A" });
  });

  it.each([
    "postgres://bot:secret@db:5432/signalbox",
    "postgresql://db/signalbox?sslmode=require",
    "postgres://bot@/signalbox?host=/var/run/postgresql",
  ])("takes the database %s", async (value) => {
    expect((await settingsFor({ ...complete, DATABASE_URL: value })).settings.databaseUrl).toBe(value);
  });
});

describe("the sandbox", () => {
  it("opens when nothing connects the bot, for this machine only", async () => {
    const result = await read({ PORT: "4000", GITHUB_API_URL: "https://api.github.com" });
    expect(result).toMatchObject({
      kind: "sandbox",
      general: { host: "127.0.0.1", port: 4000, dataDir: "/work-folder/.data" },
    });
  });

  it("never opens in production: everything that is missing is listed", async () => {
    expect((await mistakesFor({ NODE_ENV: "production" })).map((mistake) => mistake.name).sort()).toEqual([
      "APP_ID",
      "PRIVATE_KEY",
      "SLACK_BOT_TOKEN",
      "SLACK_SIGNING_SECRET",
      "WEBHOOK_SECRET",
    ]);
  });

  it.each([
    "APP_ID",
    "PRIVATE_KEY",
    "PRIVATE_KEY_PATH",
    "WEBHOOK_SECRET",
    "GITHUB_CLIENT_ID",
    "GITHUB_CLIENT_SECRET",
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_APP_TOKEN",
  ])("does not open when only %s is set", async (name) => {
    expect((await mistakesFor({ [name]: "something" })).length).toBeGreaterThan(3);
  });

  it("does not open with a malformed port", async () => {
    expect((await mistakesFor({ PORT: "http" })).map((mistake) => mistake.name)).toEqual(["PORT"]);
  });
});

const otherKeys = {
  elliptic: generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString(),
  small: generateKeyPairSync("rsa", { modulusLength: 1024 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString(),
  public: generateKeyPairSync("rsa", { modulusLength: 2048 })
    .publicKey.export({ type: "spki", format: "pem" })
    .toString(),
};

describe("mistakes", () => {
  const table: readonly (readonly [string, Env, string, RegExp, RegExp])[] = [
    ["an App number with letters", { APP_ID: "app-1" }, "APP_ID", /^"app-1"$/u, /App's number/u],
    ["an App number of zero", { APP_ID: "0" }, "APP_ID", /^"0"$/u, /App's number/u],
    ["no webhook secret", { WEBHOOK_SECRET: undefined }, "WEBHOOK_SECRET", /^nothing$/u, /webhook secret/u],
    ["Probot's default secret", { WEBHOOK_SECRET: "development" }, "WEBHOOK_SECRET", /not shown/u, /of your own/u],
    ["a short webhook secret", { WEBHOOK_SECRET: "short" }, "WEBHOOK_SECRET", /not shown/u, /at least 8/u],
    ["a line break in a secret", { WEBHOOK_SECRET: "long-enough\n" }, "WEBHOOK_SECRET", /not shown/u, /white space/u],
    [
      "a misspelt name",
      { WEBHOOK_SECRET: undefined, WEBHOOK_SECERT: "x" },
      "WEBHOOK_SECRET",
      /WEBHOOK_SECERT/u,
      /secret/u,
    ],
    ["both kinds of key", { PRIVATE_KEY_PATH: "a.pem" }, "PRIVATE_KEY and PRIVATE_KEY_PATH", /^both$/u, /one of them/u],
    ["no key", { PRIVATE_KEY: undefined }, "PRIVATE_KEY", /^nothing$/u, /PRIVATE_KEY_PATH/u],
    [
      "a key's path without a file",
      { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: "a.pem" },
      "PRIVATE_KEY_PATH",
      /no file/u,
      /path/u,
    ],
    ["words for a key", { PRIVATE_KEY: "hunter2" }, "PRIVATE_KEY", /neither PEM/u, /RSA/u],
    ["a key cut short", { PRIVATE_KEY: rsaPem.slice(0, 300) }, "PRIVATE_KEY", /cut short/u, /RSA/u],
    ["a key in quotes", { PRIVATE_KEY: `"${rsaPem}"` }, "PRIVATE_KEY", /PEM in quotes/u, /RSA/u],
    ["an elliptic key", { PRIVATE_KEY: otherKeys.elliptic }, "PRIVATE_KEY", /type ec$/u, /RSA/u],
    ["a small key", { PRIVATE_KEY: otherKeys.small }, "PRIVATE_KEY", /1024 bits/u, /RSA/u],
    ["a public key", { PRIVATE_KEY: otherKeys.public }, "PRIVATE_KEY", /public key/u, /RSA/u],
    [
      "an address without scheme",
      { GITHUB_API_URL: "api.github.com" },
      "GITHUB_API_URL",
      /api\.github/u,
      /web address/u,
    ],
    ["an address of a file", { GITHUB_URL: "file:///etc" }, "GITHUB_URL", /file:/u, /web address/u],
    [
      "a server of one's own without its pages",
      { GITHUB_API_URL: "https://github.example.com/api/v3" },
      "GITHUB_URL",
      /"https:\/\/github\.com"/u,
      /GITHUB_API_URL/u,
    ],
    [
      "a server of one's own without its API",
      { GITHUB_URL: "https://github.example.com" },
      "GITHUB_API_URL",
      /"https:\/\/api\.github\.com"/u,
      /GITHUB_URL/u,
    ],
    ["an address with a query", { SLACK_API_URL: "https://a.b/?x=1" }, "SLACK_API_URL", /x=1/u, /query/u],
    ["half of OAuth", { GITHUB_CLIENT_ID: "Iv1.abc" }, "GITHUB_CLIENT_SECRET", /^nothing$/u, /both/u],
    ["the other half", { GITHUB_CLIENT_SECRET: "0123456789" }, "GITHUB_CLIENT_ID", /^nothing$/u, /both/u],
    ["a user token", { SLACK_BOT_TOKEN: "xoxp-1-2" }, "SLACK_BOT_TOKEN", /not shown/u, /xoxb-/u],
    ["a wrong app token", { SLACK_APP_TOKEN: "xoxb-1-2" }, "SLACK_APP_TOKEN", /not shown/u, /xapp-/u],
    ["no signing secret", { SLACK_SIGNING_SECRET: undefined }, "SLACK_SIGNING_SECRET", /^nothing$/u, /Socket Mode/u],
    ["half an escape", { DATABASE_URL: "postgres://u:hunt%zz@h/d" }, "DATABASE_URL", /not shown/u, /PostgreSQL/u],
    ["no such port", { DATABASE_URL: "postgres://u:hunter2@h:99999/d" }, "DATABASE_URL", /not shown/u, /PostgreSQL/u],
    ["another database", { DATABASE_URL: "mysql://u:hunter2@h/d" }, "DATABASE_URL", /not shown/u, /PostgreSQL/u],
    ["a port beyond the last", { PORT: "65536" }, "PORT", /65536/u, /65535/u],
    ["a port with a sign", { PORT: "-1" }, "PORT", /-1/u, /65535/u],
    ["an unknown level", { LOG_LEVEL: "loud" }, "LOG_LEVEL", /loud/u, /trace, debug/u],
    ["a host with a path", { HOST: "http://here" }, "HOST", /here/u, /host name/u],
    ["an operator file that is not there", { OPERATOR_FILE: "rules.yml" }, "OPERATOR_FILE", /no file/u, /operator/u],
  ];

  it.each(table)("%s", async (_, env, name, found, expected) => {
    const mistakes = await mistakesFor({ ...complete, ...env });
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toMatchObject({
      name,
      found: expect.stringMatching(found),
      expected: expect.stringMatching(expected),
    });
  });

  it.each(['"', "'"])("are the quotes %s that came along with a secret, which is not shown", async (quote) => {
    const names = ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "WEBHOOK_SECRET", "DATABASE_URL"];
    names.push("GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET");
    const quoted = Object.fromEntries(names.map((name) => [name, `${quote}hunter2-${name}${quote}`]));
    const mistakes = await mistakesFor({ ...complete, ...quoted, GITHUB_CLIENT_ID: `${quote}Iv1.abc${quote}` });
    expect(mistakes.map(({ name }) => name).sort()).toEqual(names.sort());
    for (const { expected } of mistakes) expect(expected).toMatch(/without the quotes around it/u);
    expect(describeMistakes(mistakes)).not.toMatch(/hunter2/u);
  });

  it("are listed all together, in words, without any secret", async () => {
    const mistakes = await mistakesFor({
      APP_ID: "xoxb-put-here-by-mistake",
      WEBHOOK_SECRET: "hunter2",
      PRIVATE_KEY: "hunter3",
      PUBLIC_URL: "https://me:hunter4@example.com",
      DATABASE_URL: "mysql://me:hunter5@db",
      SLACK_BOT_TOKEN: "hunter6",
      PORT: "x",
    });
    const text = describeMistakes(mistakes);
    expect(mistakes.map((mistake) => mistake.name)).toEqual([
      "PORT",
      "PUBLIC_URL",
      "DATABASE_URL",
      "APP_ID",
      "WEBHOOK_SECRET",
      "SLACK_BOT_TOKEN",
      "PRIVATE_KEY",
      "SLACK_SIGNING_SECRET",
    ]);
    expect(text).toContain("8 settings are missing or malformed");
    expect(text).not.toMatch(/hunter|xoxb-put/u);
  });
});

describe("forgetSecrets", () => {
  it("takes the bot's secrets and the granted ones out of the environment, and nothing else", async () => {
    const env = {
      ...complete,
      PATH: "/usr/bin",
      DEPLOY_SECRET: "granted-value",
      DATABASE_URL: "postgres://u:pw-of-db@db/s",
    };
    const operator = "secrets: {DEPLOY: {env: DEPLOY_SECRET, for: [acme/shop]}}";
    const { secrets } = await settingsFor(env, { "/work-folder/operator.yml": operator });
    expect(secrets).toContain("pw-of-db");
    const left: NodeJS.ProcessEnv = { ...env };
    forgetSecrets(left, secrets);
    expect(Object.keys(left).sort()).toEqual(["APP_ID", "PATH"]);
  });

  it("knows a secret by its value, also where the variable holds a line break with it", async () => {
    const env = { ...complete, PATH: "/usr/bin", DEPLOY_SECRET: "granted-value\n", SAME_VALUE: "granted-value" };
    const operator = "secrets: {DEPLOY: {env: DEPLOY_SECRET, for: [acme/shop]}}";
    const { secrets } = await settingsFor(env, { "/work-folder/operator.yml": operator });
    expect(secrets).toEqual(expect.arrayContaining(["granted-value\n", "granted-value"]));
    const left: NodeJS.ProcessEnv = { ...env };
    forgetSecrets(left, secrets);
    expect(Object.keys(left).sort()).toEqual(["APP_ID", "PATH"]);
  });

  it("knows the database's password wherever it stands in the address, written and meant", async () => {
    const secretsOf = async (address: string) => (await settingsFor({ ...complete, DATABASE_URL: address })).secrets;
    expect(await secretsOf("postgres://u:be%2Ffore@db/s")).toEqual(expect.arrayContaining(["be%2Ffore", "be/fore"]));
    expect(await secretsOf("postgres://u:se@cretpart@db/s")).toContain("se@cretpart");
    expect(await secretsOf("postgres://u@server:pass@word@db:5432/s?options=a@b")).toContain("pass@word");
    const inQuery = await secretsOf("postgres://u@db/s?sslmode=disable&password=be+hind%21");
    expect(inQuery).toEqual(expect.arrayContaining(["be+hind%21", "be hind!"]));
    expect(await secretsOf("postgres://u@/s?host=/socket&password=by-socket")).toContain("by-socket");
  });
});
