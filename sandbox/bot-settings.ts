/** The settings by which the ordinary bot is connected to a sandbox's GitHub and Slack: those that any bot is given. */
import type { SandboxGitHub } from "./contract.ts";
import type { SandboxSlack } from "./slack-contract.ts";

/** Without a slash at its end. */
export function botUrl(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

export function botSettings(options: {
  readonly github: SandboxGitHub;
  readonly slack: SandboxSlack;
  readonly folder: { readonly bot: string; readonly operatorFile: string };
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
}): Readonly<Record<string, string>> {
  const { github, slack, folder, host, port, logLevel } = options;
  return {
    APP_ID: String(github.appId),
    PRIVATE_KEY: github.privateKey,
    WEBHOOK_SECRET: github.webhookSecret,
    GITHUB_API_URL: github.apiUrl,
    GITHUB_URL: github.url,
    GITHUB_CLIENT_ID: github.clientId,
    GITHUB_CLIENT_SECRET: github.clientSecret,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    DATA_DIR: folder.bot,
    HOST: host,
    PORT: String(port),
    PUBLIC_URL: botUrl(host, port),
    OPERATOR_FILE: folder.operatorFile,
    LOG_LEVEL: logLevel,
  };
}
