/** Where something comes in: the HTTP server, and in Socket Mode the socket to Slack. */
import type { Settings } from "../config/settings.ts";
import { readCallback, verifyCallbackSignature } from "../deployers/http-answer.ts";
import { slim } from "../github/deliveries.ts";
import type { Bot } from "../operations/bot.ts";
import { settleLinkChanges } from "../operations/link-changes.ts";
import { confirmLink, returnFromGitHub } from "../operations/link-steps.ts";
import { callbackSecret } from "../operations/note-callback.ts";
import { mistakesOf } from "../operations/prepare.ts";
import { createAnswerAtOnce } from "../slack/answer-at-once.ts";
import { answerOf } from "../slack/emoji.ts";
import { readSlackRequest } from "../slack/receiver.ts";
import { type SocketMode, startSocketMode } from "../slack/socket-mode.ts";
import type { Inbox } from "../store/inbox.ts";
import type { Readiness } from "../web/health.ts";
import type { Metrics } from "../web/metrics.ts";
import { createWebServer, type WebServer } from "../web/server.ts";

export type Doors = {
  readonly web: WebServer;
  /** Undefined where Slack posts to the HTTP server. */
  readonly openSocket: ((onConnected: () => void) => SocketMode) | undefined;
};

export function createDoors(
  bot: Bot,
  parts: {
    readonly settings: Settings;
    readonly version: string;
    readonly inbox: Pick<Inbox, "store">;
    readonly readiness: Readiness;
    readonly metrics: Metrics;
  },
): Doors {
  const { context, log, signIn } = bot;
  const { settings, version, inbox, readiness, metrics } = parts;
  const { appToken, signingSecret, apiUrl } = settings.slack;
  const answerAtOnce = createAnswerAtOnce(context.clock, (sent) => mistakesOf(bot, sent));
  const web = createWebServer({
    context,
    log,
    settings: { host: settings.host, port: settings.port, github: settings.github },
    version,
    inbox,
    slim,
    readSlackRequest:
      signingSecret === undefined
        ? undefined
        : async ({ body: rawBody, headers }) => {
            const read = readSlackRequest({ rawBody, headers, signingSecret, now: context.clock.now() });
            const answer = read.kind === "delivery" ? await answerAtOnce(read) : undefined;
            return answer === undefined ? read : { kind: "answer", body: JSON.stringify(answer) };
          },
    callbacks: {
      read(body) {
        const reading = readCallback(body);
        if (reading.kind === "malformed") return undefined;
        const { deployment, token } = reading.callback;
        return { deployment, token, payload: reading.callback };
      },
      secret: (deployment, token) => callbackSecret(bot, deployment, token),
      verify: (secret, body, signature) => verifyCallbackSignature({ secret, body, signature }),
    },
    links: signIn && {
      returned: (state, code) => returnFromGitHub(bot, state, code),
      async confirm(token) {
        const step = await confirmLink(bot, token);
        if (step.kind === "linked") {
          await settleLinkChanges(bot, answerOf).catch((error: unknown) =>
            log.error({ err: error }, "what a new link changes waits for the next sweep"),
          );
        }
        return step;
      },
    },
    readiness,
    metrics,
  });
  if (appToken === undefined) return { web, openSocket: undefined };
  const openSocket = (onConnected: () => void) =>
    startSocketMode({
      context,
      log,
      settings: { appToken, apiUrl },
      answerAtOnce,
      store: async (delivery) => metrics.stored("slack", await inbox.store({ source: "slack", ...delivery })),
      onConnected,
    });
  return { web, openSocket };
}
