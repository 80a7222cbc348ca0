/**
 * The one client for GitHub: signs in as the App and as its installations (Probot and Octokit do), puts every call into
 * one queue, remembers what GitHub says of its limits, and turns every failure into `OutsideError`.
 *
 * The libraries' own hidden retries and throttling are off: who asks again, and when, is decided by the projections and
 * by `advance`, durably. Nothing here logs a payload, a header or a token.
 */
import type { Logger } from "pino";
import { Probot, ProbotOctokit } from "probot";
import { z } from "zod";
import type { Context } from "../context.ts";
import { NotSent } from "../operations/ports.ts";
import { createCallQueue } from "./call-queue.ts";
import { failureOf, resetOf } from "./failures.ts";

export type GitHubSettings = {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly githubApiUrl: string;
  readonly githubUrl: string;
};

/** What GitHub last said of one lane's limit. A lane is an installation's id, or `app`. */
export type RateLimit = {
  readonly lane: string;
  /** Calls in an hour, when GitHub has said so. */
  readonly limit: number | undefined;
  readonly remaining: number;
  readonly resetAt: number | undefined;
};

export type GitHub = {
  readonly probot: Probot;
  readonly appId: number;
  /** The bot's clock, for what is remembered for a time. */
  readonly clock: Context["clock"];
  /** Without a slash at the end. */
  readonly githubUrl: string;
  /** Octokit signed in as the App itself. */
  app(): Promise<ProbotOctokit>;
  /** Octokit signed in as an installation; kept, so that it can be asked for before each call. */
  installation(installationId: number): Promise<ProbotOctokit>;
  /** As `installation`, but an instance of its own, for a caller who hangs hooks on it. */
  freshInstallation(installationId: number): Promise<ProbotOctokit>;
  /** A short-lived token that reads one repository's contents and nothing else. */
  contentsToken(installationId: number, repositoryId: number): Promise<string>;
  /** The login under which the App acts, for example `signalbox[bot]`. */
  login(): Promise<string>;
  rateLimits(): readonly RateLimit[];
};

type OctokitPlugin = Parameters<typeof ProbotOctokit.plugin>[0];

const keptInstallations = 500;
/** A checkout that begins with a kept token must come to its end before the token does. */
const leastTokenLifeMs = 15 * 60_000;

export function createGitHub(options: {
  readonly context: Context;
  readonly log: Logger;
  readonly settings: GitHubSettings;
}): GitHub {
  const { context, settings } = options;
  const limits = new Map<string, RateLimit & { readonly pausedUntil: number }>();

  /** Lets nothing through to a lane that GitHub has closed: calling on regardless is what gets an App banned. */
  const guard: OctokitPlugin = (octokit, octokitOptions) => {
    const own = laneOf(octokitOptions.auth);
    octokit.hook.wrap("request", async (request, call) => {
      const lane = laneOfCall(call.url, own);
      const pausedUntil = limits.get(lane)?.pausedUntil ?? 0;
      if (pausedUntil > context.clock.now()) {
        throw new NotSent("GitHub limits the bot: not called before the limit ends", { retryAt: pausedUntil });
      }
      try {
        const response = await request(call);
        note(lane, response.headers, 0);
        return response;
      } catch (error) {
        const failure = failureOf(error, { method: call.method, url: expand(call) }, context.clock.now());
        if (isUnknownToken(error)) forgetToken(octokitOptions.auth);
        if (failure.retryAt !== undefined) note(lane, {}, failure.retryAt);
        throw failure;
      }
    });
  };

  function note(lane: string, headers: Readonly<Record<string, unknown>>, pausedUntil: number): void {
    const remaining = Number.parseInt(String(headers["x-ratelimit-remaining"]), 10);
    const known = Number.isFinite(remaining);
    if (!known && pausedUntil === 0) return;
    const resetAt = resetOf(headers);
    const limit = Number.parseInt(String(headers["x-ratelimit-limit"]), 10);
    const exhausted = known && remaining === 0 ? (resetAt ?? 0) : 0;
    const before = limits.get(lane);
    limits.delete(lane);
    limits.set(lane, {
      lane,
      limit: Number.isFinite(limit) ? limit : before?.limit,
      remaining: known ? remaining : 0,
      resetAt: resetAt ?? (pausedUntil || undefined),
      // Calls that were under way when GitHub closed the lane do not open it again.
      pausedUntil: Math.max(before?.pausedUntil ?? 0, pausedUntil, exhausted),
    });
    dropOldest(limits);
  }

  const probot = new Probot({
    appId: settings.appId,
    privateKey: settings.privateKey,
    secret: settings.webhookSecret,
    baseUrl: settings.githubApiUrl.replace(/\/+$/, ""),
    // Probot's own lines hold whole payloads and its failures come out of `handDelivery` anyway: they are left out.
    log: options.log.child({}, { level: "silent" }),
    request: { fetch: createCallQueue(context) },
    // The function form: the object form makes Octokit wait for its throttle all the same.
    Octokit: ProbotOctokit.plugin(guard).defaults((instance: object) => ({
      ...instance,
      retry: { enabled: false },
      throttle: { enabled: false },
    })),
  });

  const installations = new Map<number, Promise<ProbotOctokit>>();
  const contentsTokens = new Map<string, { readonly token: string; readonly until: number }>();
  let login: Promise<string> | undefined;

  const github: GitHub = {
    probot,
    appId: settings.appId,
    clock: context.clock,
    githubUrl: settings.githubUrl.replace(/\/+$/, ""),
    app: async () => await signingIn(probot.auth()),
    installation(installationId) {
      let octokit = installations.get(installationId);
      if (octokit === undefined) {
        octokit = github.freshInstallation(installationId);
        installations.set(installationId, octokit);
        dropOldest(installations);
        octokit.catch(() => installations.delete(installationId));
      }
      return octokit;
    },
    freshInstallation: async (installationId) => await signingIn(probot.auth(installationId)),
    async contentsToken(installationId, repositoryId) {
      const key = `${installationId}/${repositoryId}`;
      const kept = contentsTokens.get(key);
      if (kept !== undefined && kept.until > context.clock.now()) return kept.token;
      // Not by `octokit.auth`: Probot gives it no base URL, so it would carry our signature to github.com's API.
      const app = await github.app();
      const { data } = await app.rest.apps.createInstallationAccessToken({
        installation_id: installationId,
        repository_ids: [repositoryId],
        permissions: { contents: "read" },
      });
      contentsTokens.set(key, { token: data.token, until: Date.parse(data.expires_at) - leastTokenLifeMs });
      dropOldest(contentsTokens);
      return data.token;
    },
    login() {
      login ??= github.app().then(async (app) => `${(await app.rest.apps.getAuthenticated()).data?.slug ?? ""}[bot]`);
      login.catch(() => {
        login = undefined;
      });
      return login;
    },
    rateLimits: () =>
      [...limits.values()].map(({ lane, limit, remaining, resetAt }) => ({ lane, limit, remaining, resetAt })),
  };
  return github;

  async function signingIn<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw failureOf(error, { method: "sign", url: "in" }, context.clock.now());
    }
  }
}

/** What the App asks as itself, and GraphQL, are each limited apart. */
function laneOfCall(url: string, own: string): string {
  if (/^(https?:\/\/[^/]+)?(\/api\/v3)?\/app(\/|$)/.test(url)) return "app";
  return /\/graphql$/.test(url) ? `${own}/graphql` : own;
}

function laneOf(auth: unknown): string {
  const parsed = z.object({ installationId: z.number() }).safeParse(auth);
  return parsed.success ? String(parsed.data.installationId) : "app";
}

function isUnknownToken(error: unknown): boolean {
  return error instanceof Error && "status" in error && error.status === 401;
}

const keptToken = z.object({
  installationId: z.number(),
  cache: z.custom<{ delete(key: string): void }>(
    (cache) => typeof cache === "object" && cache !== null && "delete" in cache && typeof cache.delete === "function",
  ),
});

/** A token that was taken back is of no use to anybody, and Octokit would keep it for the rest of its hour. */
function forgetToken(auth: unknown): void {
  const kept = keptToken.safeParse(auth);
  if (kept.success) kept.data.cache.delete(String(kept.data.installationId));
}

/** The address for a failure's message: the template with the names that say which repository and thing it was. */
function expand(call: Readonly<Record<string, unknown>> & { readonly url: string }): string {
  return call.url.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = call[name];
    return typeof value === "string" || typeof value === "number" ? String(value).slice(0, 100) : whole;
  });
}

/** Maps keep their order of insertion: the first is the oldest. */
function dropOldest(map: Map<unknown, unknown>): void {
  const [oldest] = map.keys();
  if (map.size > keptInstallations) map.delete(oldest);
}
