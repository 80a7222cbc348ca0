/**
 * Socket Mode: `apps.connections.open` gives an address with a ticket, the bot connects to it, and whatever would have
 * been posted comes over the socket in an envelope that the bot acknowledges, with its answer in the acknowledgement.
 *
 * Source: https://docs.slack.dev/apis/events-api/using-socket-mode
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { z } from "zod";
import type { Context } from "../../src/context.ts";
import type { Delivered, Payload, Repeat } from "./delivery.ts";
import { answerWithinMs } from "./http-delivery.ts";
import { acceptWebSocket, type WebSocketEnd } from "./web-socket.ts";

export type Sockets = {
  /** A path with a ticket for one connection. */
  ticket(): string;
  upgrade(request: IncomingMessage, socket: Duplex): void;
  /** How many are open. */
  open(): number;
  send(payload: Payload, repeat: Repeat | undefined): Promise<Delivered>;
  drop(): void;
  refresh(): void;
};

/** Slack keeps no more sockets than this for an app. */
const mostSockets = 10;

const acknowledgement = z.object({ envelope_id: z.string(), payload: z.unknown().optional() });

function readAcknowledgement(text: string): z.infer<typeof acknowledgement> | undefined {
  try {
    return acknowledgement.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** An empty payload is no answer; a payload with nothing but text is one. */
function answerBody(payload: unknown): string {
  const empty = typeof payload !== "object" || payload === null || Object.keys(payload).length === 0;
  return empty ? "" : JSON.stringify(payload);
}

export function createSockets(context: Context, appId: string): Sockets {
  const tickets = new Set<string>();
  const open = new Set<WebSocketEnd>();
  const waiting = new Map<string, { readonly socket: WebSocketEnd; done(result: Delivered): void }>();
  let turn = 0;

  function acknowledged(text: string): void {
    const read = readAcknowledgement(text);
    if (!read) return;
    const body = answerBody(read.payload);
    waiting.get(read.envelope_id)?.done({ kind: "answered", status: 200, body, noRetry: false });
  }

  function closed(socket: WebSocketEnd | undefined): void {
    if (!socket) return;
    open.delete(socket);
    for (const one of [...waiting.values()]) if (one.socket === socket) one.done({ kind: "unreachable" });
  }

  return {
    ticket() {
      const ticket = context.ids.secret(12);
      tickets.add(ticket);
      return `/link/?ticket=${ticket}&app_id=${appId}`;
    },
    upgrade(request, stream) {
      const ticket = new URL(request.url ?? "/", "ws://sandbox").searchParams.get("ticket") ?? "";
      if (!tickets.delete(ticket) || open.size >= mostSockets) {
        stream.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
        return;
      }
      const socket = acceptWebSocket(request, stream, { message: acknowledged, closed: () => closed(socket) });
      if (!socket) return;
      open.add(socket);
      const hello = {
        type: "hello",
        num_connections: open.size,
        debug_info: { host: "sandbox", approximate_connection_time: 18_060 },
        connection_info: { app_id: appId },
      };
      socket.send(JSON.stringify(hello));
    },
    open: () => open.size,
    send({ kind, fields }, repeat) {
      // Any of an app's sockets may be chosen; taking them in turn shows a bot that expects otherwise.
      const all = [...open];
      turn += 1;
      const socket = all[turn % all.length];
      if (!socket) return Promise.resolve({ kind: "unreachable" });
      const id = context.ids.uuid();
      return new Promise((resolve) => {
        const timer = context.clock.after(answerWithinMs, () => waiting.get(id)?.done({ kind: "timeout" }));
        waiting.set(id, {
          socket,
          done(result) {
            timer.cancel();
            waiting.delete(id);
            resolve(result);
          },
        });
        const isEvent = kind === "events_api";
        const tries = isEvent ? { retry_attempt: repeat?.count ?? 0, retry_reason: repeat?.reason ?? "" } : {};
        const envelope = { envelope_id: id, type: kind, payload: fields, accepts_response_payload: !isEvent };
        socket.send(JSON.stringify({ ...envelope, ...tries }));
      });
    },
    drop() {
      for (const socket of [...open]) socket.destroy();
    },
    refresh() {
      const farewell = { type: "disconnect", reason: "refresh_requested", debug_info: { host: "sandbox" } };
      for (const socket of open) socket.send(JSON.stringify(farewell));
    },
  };
}
