/**
 * The bot with nothing but a socket to Slack: no request of Slack's reaches it from outside. And what is left of a bot
 * that has stopped: nothing, though the process runs on.
 */
import { Pool } from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { notedContext } from "../harness/noted-context.ts";
import { alice, isLive, openPlay, type Play } from "./play.ts";

const { context: botContext, underWay } = notedContext();
/** Without the one by which a library of the log closes its files, once in each process. */
const listeners = () =>
  process
    .eventNames()
    .filter((name) => name !== "exit")
    .map((name) => `${String(name)} ${process.listenerCount(name)}`);

/** Tells every pool of this bot's: who is connected tells nothing of one that was not ended, which lets go of what is idle. */
const asked = vi.spyOn(Pool.prototype, "connect");
const pools = () =>
  [...new Set<unknown>(asked.mock.contexts)]
    .filter((one) => one instanceof Pool)
    .filter(({ options }) => options.connectionString === play.databaseUrl)
    .filter(({ options }) => options.application_name?.startsWith("signalbox"))
    .map(({ options, ended }) => `${options.application_name} ${ended ? "ended" : "open"}`)
    .sort();

let play: Play;
let listenersBefore: readonly string[];
beforeAll(async () => {
  listenersBefore = listeners();
  play = await openPlay({ socketMode: true, botContext });
  await play.until("the socket", () => play.slack.sockets() > 0 || undefined);
});
afterAll(async () => {
  await play?.close();
  asked.mockRestore();
});

test("a command comes over the socket and is answered, and again after the socket broke", async () => {
  expect(await play.ask(alice, "/deploy help")).toContain("/deploy");
  play.slack.dropSockets();
  await play.until("the socket to be gone", () => play.slack.sockets() === 0 || undefined);
  await play.until("the socket to be opened again", () => play.slack.sockets() > 0 || undefined);
  expect(await play.ask(alice, "/deploy status")).toContain("staging");
});

/** Who is connected to the bot's database, asked over one connection, which is not itself counted. */
async function connections(pool: Pool): Promise<readonly string[]> {
  const found = await pool.query(
    "select application_name as name from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  return found.rows.map(({ name }) => String(name));
}

test("a bot that stopped leaves no timer, process, connection or listener behind", async () => {
  await play.ask(alice, "/deploy staging");
  const [branch] = play.repository().branches.filter(({ name }) => name === "main");
  await play.until("staging to have it", () => isLive(play, "staging", branch?.sha ?? ""));
  // Waits for a person, and what its start will need is made ready meanwhile.
  await play.ask(alice, "/deploy production");
  await play.until("the request", () => play.messages().find(({ text }) => /production/.test(text)));
  expect(underWay()).not.toEqual([]);
  const pool = new Pool({ connectionString: play.databaseUrl, max: 1, idleTimeoutMillis: 0 });
  // The server may still say goodbye to what is just being closed.
  pool.on("error", () => undefined);
  expect(await connections(pool)).not.toEqual([]);
  expect(pools()).toEqual(["signalbox jobs open", "signalbox open"]);

  await play.bot.stop();

  expect(pools()).toEqual(["signalbox ended", "signalbox jobs ended"]);
  expect(underWay().filter((what) => !/^process/.test(what))).toEqual([]);
  await play.until("processes that were let go to end", () => underWay().length === 0);
  await play.until("Slack to see the socket gone", () => play.slack.sockets() === 0);
  await expect.poll(() => connections(pool), { timeout: 40_000 }).toEqual([]);
  await pool.end();
  await expect(fetch(`${play.botUrl}/healthz`)).rejects.toThrow();
  expect(listeners()).toEqual(listenersBefore);
});
