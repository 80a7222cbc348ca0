/** The bot with nothing but a socket to Slack: no request of Slack's reaches it from outside. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { alice, openPlay, type Play } from "./play.ts";

let play: Play;
beforeAll(async () => {
  play = await openPlay({ socketMode: true });
  await play.until("the socket", () => play.slack.sockets() > 0 || undefined);
});
afterAll(() => play?.close());

test("a command comes over the socket and is answered, and again after the socket broke", async () => {
  expect(await play.ask(alice, "/deploy help")).toContain("/deploy");
  play.slack.dropSockets();
  await play.until("the socket to be gone", () => play.slack.sockets() === 0 || undefined);
  await play.until("the socket to be opened again", () => play.slack.sockets() > 0 || undefined);
  expect(await play.ask(alice, "/deploy status")).toContain("staging");
});
