/**
 * The server's side of a WebSocket, as much as Socket Mode needs: text messages, pings, closing. Messages in several
 * frames are put together; binary ones close the socket.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6455
 */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

export type WebSocketEnd = {
  send(text: string): void;
  /** Ends it with a farewell. */
  close(): void;
  /** Breaks it without one. */
  destroy(): void;
};

export type WebSocketEvents = { message(text: string): void; closed(): void };

const [continuation, textFrame, closeFrame, ping, pong] = [0, 1, 8, 9, 10];
const mostMessage = 1024 * 1024;

function frame(opcode: number, body: Buffer): Buffer {
  const first = Buffer.from([0x80 | opcode]);
  if (body.length < 126) return Buffer.concat([first, Buffer.from([body.length]), body]);
  const length = Buffer.alloc(body.length < 65_536 ? 3 : 9);
  if (length.length === 3) {
    length.writeUInt8(126);
    length.writeUInt16BE(body.length, 1);
  } else {
    length.writeUInt8(127);
    length.writeBigUInt64BE(BigInt(body.length), 1);
  }
  return Buffer.concat([first, length, body]);
}

type Frame = { readonly opcode: number; readonly last: boolean; readonly body: Buffer; readonly size: number };

/** The first frame of what a client sent; undefined while a part of it is missing. */
function readFrame(data: Buffer): Frame | undefined {
  if (data.length < 2) return undefined;
  const short = data.readUInt8(1) & 127;
  const head = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (data.length < head + 4) return undefined;
  const length = short === 126 ? data.readUInt16BE(2) : short === 127 ? Number(data.readBigUInt64BE(2)) : short;
  if (length > mostMessage || (data.readUInt8(1) & 128) === 0) throw new Error("a client's frame is short and masked");
  const size = head + 4 + length;
  if (data.length < size) return undefined;
  const mask = data.subarray(head, head + 4);
  const body = Buffer.from(data.subarray(head + 4, size));
  for (let at = 0; at < body.length; at += 1) body.writeUInt8(body.readUInt8(at) ^ mask.readUInt8(at % 4), at);
  const first = data.readUInt8(0);
  return { opcode: first & 15, last: (first & 128) !== 0, body, size };
}

/** Answers an upgrade; undefined, with the socket closed, when it is none. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  events: WebSocketEvents,
): WebSocketEnd | undefined {
  const key = request.headers["sec-websocket-key"];
  if (key === undefined || request.headers.upgrade?.toLowerCase() !== "websocket") {
    socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    return undefined;
  }
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  let waiting = Buffer.alloc(0);
  let message = Buffer.alloc(0);

  function take({ opcode, last, body }: Frame): void {
    if (opcode === ping) socket.write(frame(pong, body));
    // A farewell is answered with one.
    else if (opcode === closeFrame) socket.end(frame(closeFrame, body));
    else if (opcode === textFrame || opcode === continuation) {
      message = Buffer.concat([message, body]);
      if (!last) return;
      events.message(message.toString("utf8"));
      message = Buffer.alloc(0);
    } else if (opcode !== pong) socket.destroy();
  }

  socket.on("data", (data: Buffer) => {
    waiting = Buffer.concat([waiting, data]);
    try {
      for (let next = readFrame(waiting); next !== undefined; next = readFrame(waiting)) {
        waiting = waiting.subarray(next.size);
        take(next);
      }
    } catch {
      socket.destroy();
    }
  });
  socket.on("error", () => undefined);
  socket.on("close", () => events.closed());
  return {
    send: (text) => void socket.write(frame(textFrame, Buffer.from(text))),
    close: () => void socket.write(frame(closeFrame, Buffer.from([0x03, 0xe8]))),
    destroy: () => void socket.destroy(),
  };
}
