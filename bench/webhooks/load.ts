/**
 * A process of its own that sends webhooks over connections that stay open, so that making requests costs the measured
 * server nothing. Each line on standard input is an order, each line on standard output what came of it.
 *
 * It speaks HTTP by hand: a request is written as prepared bytes with a delivery id of its own, and of an answer only
 * the status and the length are read. Node's own client would need as much of the processor as what is measured.
 */
import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { type Order, orderShape, type Result } from "./order.ts";

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => resolve(socket));
  });
}

/** The status of the answer that this is, once the whole of it is there. An answer here is a few lines of plain text. */
function readAnswer(text: string): string | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const chunked = /\r\ntransfer-encoding: *chunked/i.test(head);
  if (length === undefined && !chunked) throw new Error(`an answer without a length: ${head}`);
  const whole = length === undefined ? text.endsWith("\r\n0\r\n\r\n") : text.length >= end + 4 + Number(length);
  return whole ? head.slice(9, 12) : undefined;
}

async function send(order: Order): Promise<Result> {
  const sockets = await Promise.all(Array.from({ length: order.connections }, () => open(order.port)));
  const body = Buffer.from(order.body);
  const fixed = Object.entries(order.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${order.path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${body.length}\r\n${fixed.join("")}`;
  const answers: number[] = [];
  const statuses: Record<string, number> = {};
  let left = order.requests;

  function one(socket: Socket): Promise<void> {
    return new Promise((resolve, reject) => {
      let began = 0;
      let got = "";
      const next = () => {
        if (left === 0) {
          socket.off("data", take);
          return resolve();
        }
        left -= 1;
        began = performance.now();
        got = "";
        socket.cork();
        socket.write(`${head}x-github-delivery: ${randomUUID()}\r\n\r\n`);
        socket.write(body);
        socket.uncork();
      };
      const take = (chunk: Buffer) => {
        got += chunk.toString("latin1");
        const status = readAnswer(got);
        if (status === undefined) return;
        answers.push(performance.now() - began);
        statuses[status] = (statuses[status] ?? 0) + 1;
        next();
      };
      socket.on("data", take);
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("the server closed a connection that was to stay open")));
      next();
    });
  }

  const began = performance.now();
  await Promise.all(sockets.map(one));
  const tookMs = performance.now() - began;
  for (const socket of sockets) socket.removeAllListeners("close").destroy();
  return { tookMs, answers, statuses };
}

for await (const line of createInterface({ input: process.stdin })) {
  const result = await send(orderShape.parse(JSON.parse(line)));
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
