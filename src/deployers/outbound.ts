/**
 * Requests to where a repository's file says, guarded: the file's author must not reach, through the bot, what only
 * the bot's host can reach.
 *
 * A name is resolved once, every address that it has is judged, and the connection goes to the first judged one that
 * takes it. Private, loopback, link-local and all other special addresses are refused, unless the operator lists the
 * host. Redirects are not followed, so that nothing unjudged is ever asked.
 */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import type { Context } from "../context.ts";
import type { PinnedAnswer, PinnedRequest } from "../network.ts";

const answerLimit = 64 * 1024;
/** A name with more addresses is asked at these many of them. */
const mostAddresses = 4;

export type Outbound = {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** How long an answer may be. Default: 64 KiB. */
  readonly answerBytes?: number;
  /** Of a long answer only the first 64 KiB are wanted; else it is no usable answer. */
  readonly beginningOnly?: boolean;
};

export type OutboundResult =
  | ({ readonly kind: "answered" } & PinnedAnswer)
  /** Not sent: it may not be, or could not be. The far side never saw it. */
  | { readonly kind: "not-sent"; readonly message: string; readonly mayRetry: boolean }
  /** Sent, perhaps, and no usable answer came. */
  | { readonly kind: "no-answer"; readonly message: string };

/** An address that anybody on the internet could reach. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}

/** An operator's entry is a host, or a host with its port. */
function listed(url: URL, allowed: readonly string[]): boolean {
  const names = [url.hostname, url.host, bare(url.hostname)].map((name) => name.toLowerCase());
  return allowed.some((entry) => names.includes(entry.toLowerCase()));
}

/** A URL writes an IPv6 address in brackets. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** Reads a URL that may be asked at all, or says in words why not. */
export function readOutboundUrl(text: string): URL | string {
  const url = URL.parse(text);
  if (url === null) return `${JSON.stringify(text)} is not a URL`;
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return `only http and https are asked, not ${url.protocol}`;
  if (url.username !== "" || url.password !== "") return "a URL may not hold a user name or password";
  return url;
}

/** A name server that is silent holds a look-up for longer than anybody would wait. */
function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

async function choose(
  context: Context,
  url: URL,
  allowed: readonly string[],
  late: AbortSignal,
): Promise<readonly string[] | OutboundResult> {
  const host = bare(url.hostname);
  const refuse = (message: string, mayRetry: boolean): OutboundResult => ({ kind: "not-sent", message, mayRetry });
  let addresses: readonly string[];
  try {
    addresses = isIP(host) === 0 ? await Promise.race([context.network.resolve(host), rejected(late)]) : [host];
  } catch {
    return refuse(`the name ${host} could not be resolved`, true);
  }
  if (addresses.length === 0) return refuse(`the name ${host} has no address`, true);
  if (listed(url, allowed)) return addresses;
  // All of them: a name that is public and private at once is how one gets past a guard.
  if (addresses.every(isPublic)) return addresses;
  return refuse(`${host} is at a private address; the operator must list it under \`outbound\` in operator.yml`, false);
}

/** Codes of failures that happen before a byte of the request has left. */
const neverSent = ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"];

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function aborted(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}

/**
 * At the first address that takes the connection, in the resolver's order: `localhost` is often an IPv6 address first,
 * at which nobody listens. Only what no byte was sent to is passed over.
 */
async function atTheFirst(
  context: Context,
  [address = "", ...others]: readonly string[],
  url: URL,
  options: PinnedRequest,
): Promise<PinnedAnswer> {
  try {
    return await context.network.requestAt(address, url, options);
  } catch (error) {
    if (others.length === 0 || !neverSent.includes(codeOf(error) ?? "")) throw error;
    return await atTheFirst(context, others, url, options);
  }
}

/** Never rejects: every way in which a request can go wrong is a value. */
export async function ask(context: Context, allowed: readonly string[], request: Outbound): Promise<OutboundResult> {
  const url = readOutboundUrl(request.url);
  if (typeof url === "string") return { kind: "not-sent", message: url, mayRetry: false };
  const timeout = new AbortController();
  const timer = context.clock.after(request.timeoutMs, () => timeout.abort());
  try {
    const addresses = await choose(context, url, allowed, timeout.signal);
    if ("kind" in addresses) return addresses;
    const answer = await atTheFirst(context, addresses.slice(0, mostAddresses), url, {
      method: request.method,
      headers: { "User-Agent": "signalbox", Accept: "application/json", ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      signal: timeout.signal,
      answerLimit: request.answerBytes ?? answerLimit,
      longer: request.beginningOnly === true ? "cut" : "refuse",
    });
    return { kind: "answered", ...answer };
  } catch (error) {
    const code = codeOf(error);
    if (code !== undefined && neverSent.includes(code)) {
      return { kind: "not-sent", message: `${url.host} could not be reached (${code})`, mayRetry: true };
    }
    if (aborted(error)) {
      return { kind: "no-answer", message: `${url.host} did not answer within ${request.timeoutMs / 1000} s` };
    }
    const why = code ?? (error instanceof Error ? error.message : "the connection failed");
    return { kind: "no-answer", message: `${url.host} gave no usable answer (${why})` };
  } finally {
    timer.cancel();
  }
}
