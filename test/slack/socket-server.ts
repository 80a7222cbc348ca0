/** Slack's side of Socket Mode, as little of it as the tests need: `apps.connections.open` and one WebSocket at a time. */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import { onTestFinished } from "vitest";

function frame(text: string, opcode = 1): Buffer {
  const body = Buffer.from(text);
  const length =
    body.length < 126 ? Buffer.from([body.length]) : Buffer.from([126, body.length >> 8, body.length & 255]);
  return Buffer.concat([Buffer.from([0x80 | opcode]), length, body]);
}

/** The text frames in what a client sent; clients mask theirs. Pings and closings are left out. */
function readFrames(data: Buffer): readonly string[] {
  const texts: string[] = [];
  let at = 0;
  while (at + 6 <= data.length) {
    const opcode = data.readUInt8(at) & 15;
    const short = data.readUInt8(at + 1) & 127;
    const long = short === 126;
    const length = long ? data.readUInt16BE(at + 2) : short;
    const mask = data.subarray(at + (long ? 4 : 2), at + (long ? 8 : 6));
    const start = at + (long ? 8 : 6);
    const body = Buffer.from(data.subarray(start, start + length));
    for (let index = 0; index < body.length; index += 1) {
      body.writeUInt8(body.readUInt8(index) ^ mask.readUInt8(index % 4), index);
    }
    if (opcode === 1) texts.push(body.toString());
    at = start + length;
  }
  return texts;
}

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
  const sockets = new Set<Duplex>();
  const acknowledgements = channel<{ readonly message: unknown }>();
  const openings = channel<true>();
  let present: Duplex | undefined;
  let received = 0;
  const server = createServer((_request, response) => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${port}/link` }));
  });
  server.on("upgrade", (request, socket: Duplex) => {
    const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    sockets.add(socket);
    present = socket;
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (data: Buffer) => {
      // A farewell is answered with one.
      if ((data.readUInt8(0) & 15) === 8) return void socket.end(frame("", 8));
      for (const text of readFrames(data)) {
        received += 1;
        acknowledgements.put({ message: JSON.parse(text) });
      }
    });
    socket.write(frame(JSON.stringify({ type: "hello" })));
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
    send: (envelope) => void present?.write(frame(JSON.stringify(envelope))),
    acknowledged: async () => (await acknowledgements.take()).message,
    received: () => received,
    drop: () => void present?.destroy(),
  };
}
