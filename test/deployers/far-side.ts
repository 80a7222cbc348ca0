/** The other side of an `http` stage: a real server that starts once for a key, and can be told to misbehave. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Seen = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
};
export type Misbehaviour = (request: Seen, response: ServerResponse) => void;

export type FarSide = {
  readonly url: string;
  readonly origin: string;
  /** Every request, oldest first. */
  readonly seen: readonly Seen[];
  /** How many different keys have begun something. */
  starts(): number;
  /** What the status page says from now on. */
  say(answer: object): void;
  /** The next requests with this method are answered so, after having begun what they ask for. */
  misbehave(method: "GET" | "POST", ...ways: readonly Misbehaviour[]): void;
  close(): Promise<void>;
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}

export async function farSide(options: { readonly statusUrl?: boolean } = {}): Promise<FarSide> {
  const seen: Seen[] = [];
  const keys = new Set<string>();
  const ways = new Map<string, Misbehaviour[]>();
  let status: object = { status: "in_progress" };
  const server = createServer(async (request, response) => {
    const one = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: await bodyOf(request),
    };
    seen.push(one);
    if (one.method === "POST") keys.add(String(request.headers["idempotency-key"]));
    const way = ways.get(one.method)?.shift();
    if (way !== undefined) return way(one, response);
    const polled = options.statusUrl === false ? {} : { status_url: "/status" };
    const answer = one.method === "POST" ? { ...status, ...polled } : status;
    response.setHeader("Content-Type", "application/json").end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    url: `${origin}/deploy`,
    origin,
    seen,
    starts: () => keys.size,
    say: (answer) => {
      status = answer;
    },
    misbehave: (method, ...given) => ways.set(method, [...given]),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
