/**
 * A Slack that runs beside the bot: the Web API and response URLs over plain HTTP, and commands, events and clicks
 * sent to the bot, signed. It holds no shortcut into the bot; what it does not do (Socket Mode, files, search) it
 * refuses as Slack refuses an unknown method.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Context } from "../../src/context.ts";
import type { SandboxCall, SandboxPerson, SandboxSlack } from "../contract.ts";
import type { Api, ApiAnswer } from "./api-method.ts";
import { createDelivery } from "./delivery.ts";
import { type Around, createPeopleActions, emitEvent, type SubscribedEvent } from "./people-actions.ts";
import { answerJson, callFields, field, readBody } from "./requests.ts";
import { createResponseUrls } from "./response-urls.ts";
import { callMethod } from "./web-api.ts";
import { createWorkspace, type SlackUser, viewMessage } from "./workspace.ts";

export type SandboxSlackOptions = {
  readonly context: Context;
  readonly people: readonly SandboxPerson[];
  /** Names, with or without `#`. */
  readonly channels: readonly string[];
  readonly host?: string;
  readonly port?: number;
  /** What the app is subscribed to, as in its manifest. */
  readonly events?: readonly SubscribedEvent[];
  /** Where permalinks lead, without a slash at the end; the Slack's own address without it. */
  readonly webUrl?: string;
};

/** What the page needs beyond the contract. */
export type SandboxSlackServer = SandboxSlack & {
  readonly botUser: string;
  users(): readonly SlackUser[];
  /** Says something in a thread. */
  reply(user: string, channel: string, threadTs: string, text: string): Promise<string>;
  openHome(user: string): Promise<void>;
  /** What the bot published as the person's App Home. */
  home(user: string): unknown;
  /** Sends the Events API's `url_verification`; true when the bot gave the challenge back. */
  verifyUrl(): Promise<boolean>;
};

/** Slack lets a trigger open a view for three seconds. */
const triggerLifetimeMs = 3_000;
/** Calls are kept for tests that count them; the oldest go first. */
const mostCalls = 10_000;
const defaultEvents: readonly SubscribedEvent[] = ["reaction_added", "reaction_removed", "app_home_opened"];

type Failure = { readonly status: number; readonly retryAfter?: number; readonly afterDoing?: boolean };

export async function createSandboxSlack(options: SandboxSlackOptions): Promise<SandboxSlackServer> {
  const { context } = options;
  const host = options.host ?? "127.0.0.1";
  const botToken = `xoxb-sandbox-${context.ids.secret(12)}`;
  const signingSecret = context.ids.secret(16);
  const workspace = createWorkspace(context, options.people, options.channels);
  const delivery = createDelivery(context, signingSecret);
  const responses = createResponseUrls(context, workspace);
  const calls: SandboxCall[] = [];
  const failures = new Map<string, Failure[]>();
  const triggers = new Map<string, number>();
  let origin = "";

  const api: Api = {
    workspace,
    webUrl: () => options.webUrl ?? origin,
    triggerIsFresh: (trigger) =>
      context.clock.now() - (triggers.get(trigger) ?? Number.NEGATIVE_INFINITY) <= triggerLifetimeMs,
    reactionChanged(kind, by, emoji, message) {
      if (message.ephemeralFor !== undefined) return;
      emitEvent(around, kind, {
        type: kind,
        user: by,
        reaction: emoji,
        item: { type: "message", channel: message.channel, ts: message.ts },
        item_user: message.user,
        event_ts: workspace.timestamp(),
      });
    },
  };
  const around: Around = {
    context,
    workspace,
    api,
    delivery,
    responses,
    subscribed: new Set(options.events ?? defaultEvents),
    origin: () => origin,
    newTrigger() {
      const now = context.clock.now();
      for (const [known, at] of triggers) if (now - at > triggerLifetimeMs) triggers.delete(known);
      const trigger = `${context.ids.secret(6)}.${context.ids.secret(6)}`;
      triggers.set(trigger, now);
      return trigger;
    },
  };
  const people = createPeopleActions(around);

  function record(method: string, path: string, status: number): void {
    calls.push({ method, path, status });
    if (calls.length > mostCalls) calls.shift();
  }

  function authorised(request: IncomingMessage, token: string | undefined): ApiAnswer | undefined {
    const given = request.headers.authorization?.replace(/^Bearer /, "") ?? token;
    if (given === undefined) return { ok: false, error: "not_authed" };
    return given === botToken ? undefined : { ok: false, error: "invalid_auth" };
  }

  function answerCall(request: IncomingMessage, response: ServerResponse, url: URL, body: string): number {
    const method = url.pathname.slice("/api/".length);
    const failure = failures.get(method)?.shift();
    if (failure && failure.afterDoing !== true) return answerFailure(response, failure);
    const fields = callFields(request.headers["content-type"] ?? "", url.searchParams, body);
    const answer = fields
      ? (authorised(request, field(fields, "token")) ?? callMethod(api, method, fields))
      : { ok: false, error: "invalid_json" };
    if (failure) return answerFailure(response, failure);
    answerJson(response, 200, answer, {
      "x-oauth-scopes": "commands,chat:write,reactions:read,reactions:write,users:read",
    });
    return 200;
  }

  function answerFailure(response: ServerResponse, failure: Failure): number {
    const headers = failure.retryAfter === undefined ? {} : { "retry-after": String(failure.retryAfter) };
    const error = failure.status === 429 ? "ratelimited" : "internal_error";
    answerJson(response, failure.status, { ok: false, error }, headers);
    return failure.status;
  }

  function answerResponseUrl(request: IncomingMessage, response: ServerResponse, url: URL, body: string): number {
    const fields = callFields(request.headers["content-type"] ?? "", new URLSearchParams(), body) ?? {};
    const used = responses.use(url.pathname, fields);
    answerJson(response, used.status, used.body);
    return used.status;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", origin);
    const body = await readBody(request);
    const method = request.method ?? "GET";
    if (body === undefined) {
      answerJson(response, 413, { ok: false, error: "request_too_large" });
      record(method, url.pathname, 413);
    } else if (url.pathname.startsWith("/api/")) {
      record(method, url.pathname, answerCall(request, response, url, body));
    } else if (url.pathname.startsWith("/response/") && method === "POST") {
      record(method, "/response", answerResponseUrl(request, response, url, body));
    } else {
      answerJson(response, 404, { ok: false, error: "not_found" });
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      if (!response.headersSent) answerJson(response, 500, { ok: false, error: "internal_error" });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The sandbox's Slack has no address.");
  origin = `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`;

  return {
    apiUrl: `${origin}/api/`,
    botToken,
    signingSecret,
    team: workspace.team,
    botUser: workspace.botUser,
    deliverTo: delivery.deliverTo,
    settled: delivery.settled,
    channels: () => workspace.channels().map(({ id, name }) => ({ id, name })),
    messages: (channel) => workspace.messages(workspace.channel(channel)?.id ?? channel).map(viewMessage),
    calls: () => [...calls],
    onChange: workspace.onChange,
    users: workspace.users,
    command: people.command,
    say: (user, channel, text) => people.say(user, channel, text),
    reply: (user, channel, threadTs, text) => people.say(user, channel, text, threadTs),
    async react(user, channel, ts, emoji) {
      people.react(user, channel, ts, emoji);
    },
    async unreact(user, channel, ts, emoji) {
      people.unreact(user, channel, ts, emoji);
    },
    click: people.click,
    async openHome(user) {
      people.openHome(user);
    },
    home: (user) => workspace.homes.get(user),
    async verifyUrl() {
      const challenge = context.ids.secret(12);
      const body = JSON.stringify({ token: "sandbox-verification-token", challenge, type: "url_verification" });
      const result = await delivery.send(body, "application/json");
      return result.kind === "answered" && result.status === 200 && result.body.includes(challenge);
    },
    addUser(user) {
      workspace.putUser({
        id: user.id,
        name: user.name,
        realName: user.name,
        bot: user.bot ?? false,
        guest: user.guest ?? false,
        deleted: user.deleted ?? false,
        team: user.team ?? workspace.team,
      });
    },
    fail(method, answers) {
      failures.set(method, [...(failures.get(method) ?? []), ...answers]);
    },
    async close() {
      await delivery.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
