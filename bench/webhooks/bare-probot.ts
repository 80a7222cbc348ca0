/**
 * Probot as its own documentation starts it, with a handler that does nothing: what a bot gets when it stores nothing.
 * It logs warnings only, where by default it would write a line for each request. Prints its port once it listens; ends
 * when its standard input does.
 */
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createNodeMiddleware, createProbot } from "probot";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});
const probot = createProbot({
  overrides: { appId: 1, privateKey, secret: process.env["WEBHOOK_SECRET"] ?? "", logLevel: "warn" },
});
const middleware = await createNodeMiddleware((app) => void app.on("pull_request", () => undefined), { probot });
const server = createServer((request, response) => {
  void middleware(request, response, () => response.writeHead(404).end());
});

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" && address !== null ? address.port : 0}\n`);
});
process.stdin.on("end", () => process.exit()).resume();
