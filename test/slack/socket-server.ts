/** Slack's side of Socket Mode for tests that say what comes, also what Slack would never send. One socket at a time. */
import { createServer } from "node:http";
import { onTestFinished } from "vitest";
import { acceptWebSocket, type WebSocketEnd } from "../../sandbox/slack/web-socket.ts";

export type SocketServer = {
  readonly apiUrl: string;
  /** Resolves with the next socket that the bot opened, after Slack's hello. */
  opened(): Promise<void>;
  send(envelope: unknown): void;
  /** Resolves with the next acknowledgement. */
  acknowledged(): Promise<unknown>;
  /** How many messages the bot sent over all sockets. */
  received(): number;
  /** Breaks the present socket without a word. */
  drop(): void;
};

function channel<T>() {
  const waiting: ((value: T) => void)[] = [];
  const ready: T[] = [];
  return {
    put(value: T) {
      const next = waiting.shift();
      if (next === undefined) ready.push(value);
      else next(value);
    },
    take: () =>
      new Promise<T>((resolve) => {
        const [first] = ready.splice(0, 1);
        if (first === undefined) waiting.push(resolve);
        else resolve(first);
      }),
  };
}

export async function socketServer(): Promise<SocketServer> {
  const sockets = new Set<WebSocketEnd>();
  const acknowledgements = channel<{ readonly message: unknown }>();
  const openings = channel<true>();
  let present: WebSocketEnd | undefined;
  let received = 0;
  const server = createServer((_request, response) => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${port}/link` }));
  });
  server.on("upgrade", (request, stream) => {
    const socket = acceptWebSocket(request, stream, {
      message(text) {
        received += 1;
        acknowledgements.put({ message: JSON.parse(text) });
      },
      closed: () => void (socket && sockets.delete(socket)),
    });
    if (!socket) return;
    sockets.add(socket);
    present = socket;
    socket.send(JSON.stringify({ type: "hello" }));
    openings.put(true);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has an address");
  return {
    apiUrl: `http://127.0.0.1:${address.port}/api/`,
    opened: async () => void (await openings.take()),
    send: (envelope) => void present?.send(JSON.stringify(envelope)),
    acknowledged: async () => (await acknowledgements.take()).message,
    received: () => received,
    drop: () => void present?.destroy(),
  };
}
