/**
 * Connections to an address that was chosen beforehand.
 *
 * `fetch` resolves a name by itself at the moment of the call, so a check of what the name resolved to a moment before
 * proves nothing. Here the caller resolves, judges, and then says which address to connect to. Redirects are never
 * followed. Only `context.ts` imports this.
 */
import { lookup } from "node:dns/promises";
import { request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import { isIP } from "node:net";

export type PinnedRequest = {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** An answer whose body is longer, in bytes, is refused, or cut there. */
  readonly answerLimit: number;
  readonly longer?: "refuse" | "cut";
};

export type PinnedAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Network = {
  /** Every address that the name stands for now; an address stands for itself. */
  resolve(host: string): Promise<readonly string[]>;
  /** Connects to `address`, whatever the URL's name resolves to; the name still counts for TLS and the Host header. */
  requestAt(address: string, url: URL, options: PinnedRequest): Promise<PinnedAnswer>;
};

async function readAll(answer: AsyncIterable<Buffer>, limit: number, cuts: boolean): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    length += chunk.length;
    chunks.push(chunk);
    if (length <= limit) continue;
    // Leaving the loop closes the connection.
    if (cuts) break;
    throw new Error(`the answer is longer than ${limit} bytes`);
  }
  return Buffer.concat(chunks).subarray(0, limit).toString("utf8");
}

function requestAt(address: string, url: URL, options: PinnedRequest): Promise<PinnedAnswer> {
  const bare = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const request = url.protocol === "https:" ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        // The socket never sees the name, so nothing resolves it again.
        hostname: address,
        ...(isIP(bare) === 0 ? { servername: bare } : {}),
        method: options.method,
        headers: { ...options.headers, Host: url.host },
        signal: options.signal,
        // A connection of its own: one kept open could be to another address.
        agent: false,
      },
      (answer) => {
        const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, String(value)]],
        );
        readAll(answer, options.answerLimit, options.longer === "cut").then(
          (body) => resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(headers), body }),
          reject,
        );
      },
    );
    call.on("error", reject);
    call.end(options.body);
  });
}

export const realNetwork: Network = {
  async resolve(host) {
    return (await lookup(host, { all: true })).map((found) => found.address);
  },
  requestAt,
};
