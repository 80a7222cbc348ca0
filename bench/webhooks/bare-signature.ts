/**
 * The floor: a `node:http` server that reads the body, checks GitHub's signature and answers. It parses nothing, keeps
 * nothing and knows nothing. Prints its port once it listens; ends when its standard input does.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const secret = process.env["WEBHOOK_SECRET"] ?? "";

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const expected = Buffer.from(`sha256=${createHmac("sha256", secret).update(Buffer.concat(chunks)).digest("hex")}`);
    const given = Buffer.from(String(request.headers["x-hub-signature-256"]));
    const good = given.length === expected.length && timingSafeEqual(given, expected);
    response.writeHead(good ? 202 : 401, { "content-length": 0 }).end();
  });
});

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" && address !== null ? address.port : 0}\n`);
});
process.stdin.on("end", () => process.exit()).resume();
