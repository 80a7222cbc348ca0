/** What the settings mean once they are read. Secrets are named as such in `secretSettings`. */
import type { LevelWithSilent } from "pino";

/** What the sandbox is given too. */
export type GeneralSettings = {
  /** The address to listen on: every interface for the bot, this machine only for the sandbox, unless `HOST` is set. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Without a slash at its end. Undefined when nobody said it. */
  readonly publicUrl: string | undefined;
  readonly logLevel: LevelWithSilent;
  /** Undefined: the bot runs a private server in `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** An absolute path. */
  readonly dataDir: string;
  /** `PATH`: all that commands are given of the bot's own environment. */
  readonly path: string | undefined;
};

export type GitHubSettings = {
  readonly appId: number;
  /** PKCS#8 PEM. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** Both without a slash at their end. */
  readonly apiUrl: string;
  readonly url: string;
  /** For `/deploy link`. */
  readonly oauth: { readonly clientId: string; readonly clientSecret: string } | undefined;
};

export type SlackSettings = {
  readonly botToken: string;
  /** Undefined only in Socket Mode, where nothing comes in over HTTP. */
  readonly signingSecret: string | undefined;
  /** Set: Socket Mode. */
  readonly appToken: string | undefined;
  /** With a slash at its end, as Slack's own client wants it. */
  readonly apiUrl: string;
};

export type Settings = GeneralSettings & { readonly github: GitHubSettings; readonly slack: SlackSettings };

/** Every name that the bot reads, in the order of `.env.example`. */
export const settingNames = [
  "APP_ID",
  "PRIVATE_KEY",
  "PRIVATE_KEY_PATH",
  "WEBHOOK_SECRET",
  "GITHUB_API_URL",
  "GITHUB_URL",
  "GITHUB_CLIENT_ID",
  "GITHUB_CLIENT_SECRET",
  "SLACK_BOT_TOKEN",
  "SLACK_SIGNING_SECRET",
  "SLACK_APP_TOKEN",
  "SLACK_API_URL",
  "DATABASE_URL",
  "DATA_DIR",
  "HOST",
  "PORT",
  "PUBLIC_URL",
  "LOG_LEVEL",
  "OPERATOR_FILE",
] as const;
export type SettingName = (typeof settingNames)[number];

/** Never shown, never logged, and taken out of the environment once read. */
export const secretSettings = [
  "PRIVATE_KEY",
  "WEBHOOK_SECRET",
  "GITHUB_CLIENT_SECRET",
  "SLACK_BOT_TOKEN",
  "SLACK_SIGNING_SECRET",
  "SLACK_APP_TOKEN",
  "DATABASE_URL",
] as const satisfies readonly SettingName[];

/**
 * Those that connect the bot: with none of them set there is nothing to connect to, and the sandbox opens. The two
 * GitHub addresses and Slack's are not among them, because an Actions runner sets `GITHUB_API_URL` for everyone.
 */
export const connectingSettings = [
  "APP_ID",
  "PRIVATE_KEY",
  "PRIVATE_KEY_PATH",
  "WEBHOOK_SECRET",
  "GITHUB_CLIENT_ID",
  "GITHUB_CLIENT_SECRET",
  "SLACK_BOT_TOKEN",
  "SLACK_SIGNING_SECRET",
  "SLACK_APP_TOKEN",
] as const satisfies readonly SettingName[];
