/**
 * The commands that only look: finds what they look at and whether the person may see it. Whoever can read the repository
 * may; the queue is for whoever may ask for the environment. Nothing is told of what may not be seen but that it is there.
 */
import type { Command } from "../commands/command.ts";
import { mayRead } from "../policy/rights.ts";
import { type Asker, refusal } from "./asker.ts";
import type { Bot } from "./bot.ts";
import { listDemos } from "./demos.ts";
import { diff } from "./diff.ts";
import { askerIn, type CommandFrom, findEnvironmentOrDemo, findService, findServices, loginIn } from "./find-place.ts";
import { history } from "./history.ts";
import { loadPlaces, loadServicesOf, type Place, type ServicePlace } from "./place.ts";
import { queue } from "./queue.ts";
import type { ReplyContent } from "./said.ts";
import { status } from "./status.ts";
import { where } from "./where.ts";
import { why } from "./why.ts";

const looks = ["status", "queue", "history", "diff", "why", "where"] as const;
type DemoList = Extract<Command, { kind: "demo"; step?: "list" }>;
export type Look = Extract<Command, { kind: (typeof looks)[number] }> | DemoList;

export function isLook(command: Command): command is Look {
  if (command.kind === "demo") return command.step !== "destroy";
  return looks.some((kind) => kind === command.kind);
}

export async function look(bot: Bot, command: Look, from: CommandFrom): Promise<ReplyContent> {
  switch (command.kind) {
    case "status":
    case "queue":
    case "demo":
      return await board(bot, command, from);
    case "where":
      return await whereabouts(bot, command, from);
    case "history":
    case "diff":
    case "why":
      return await inService(bot, command, from);
  }
}

async function inService(
  bot: Bot,
  command: Extract<Look, { kind: "history" | "diff" | "why" }>,
  from: CommandFrom,
): Promise<ReplyContent> {
  const service = await findService(bot, command.service, from);
  if (service.kind === "answer") return service.answer;
  const asker = await askerIn(bot, service.found, from);
  if (asker === undefined) return { code: "not-linked" };
  const permission = await bot.github.permission(service.found.repository, asker.login);
  if (!mayRead({ permission })) return mayNotRead(asker.login);
  const places = await loadPlaces(bot.db, service.found);
  if (command.environment === undefined) return await history(bot, service.found, places, true);
  const place = await findEnvironmentOrDemo(bot, service.found, places, command.environment);
  if (place.kind === "answer") return place.answer;
  switch (command.kind) {
    case "history":
      return await history(bot, service.found, [place.found], false);
    case "diff":
      return await diff(bot, place.found);
    case "why":
      return await why(bot, place.found, asker);
  }
}

function mayNotRead(login: string): ReplyContent {
  return { code: "may-not", login, what: "read", needs: "read" };
}

/** The services of the channel, else all: of those, the ones whose repository the person can read. */
async function board(
  bot: Bot,
  command: Extract<Look, { kind: "status" | "queue" | "demo" }>,
  from: CommandFrom,
): Promise<ReplyContent> {
  const meant = await findServices(bot, command.service, from);
  if (meant.kind === "answer") return meant.answer;
  const readers = await Promise.all(meant.found.map((service) => readerOf(bot, service, from)));
  const login = readers.find((reader) => reader !== undefined)?.asker.login;
  if (login === undefined) return { code: "not-linked" };
  const seen = readers.flatMap((reader) => (reader?.mayRead === true ? [reader] : []));
  if (seen.length === 0) return mayNotRead(login);
  const services = seen.map(({ service }) => service);
  switch (command.kind) {
    case "status":
      return await status(bot, services);
    case "demo":
      return await listDemos(bot, services);
    case "queue":
      return await queuesOf(bot, seen);
  }
}

type Reader = { readonly service: ServicePlace; readonly asker: Asker; readonly mayRead: boolean };

async function readerOf(bot: Bot, service: ServicePlace, from: CommandFrom): Promise<Reader | undefined> {
  const asker = await askerIn(bot, service, from);
  if (asker === undefined) return undefined;
  return {
    service,
    asker,
    mayRead: mayRead({ permission: await bot.github.permission(service.repository, asker.login) }),
  };
}

async function queuesOf(bot: Bot, readers: readonly Reader[]): Promise<ReplyContent> {
  const shown: Place[] = [];
  const hidden: string[] = [];
  let refused: ReplyContent | undefined;
  for (const { service, asker } of readers) {
    for (const place of await loadPlaces(bot.db, service)) {
      const mayNot = await refusal(bot, place, asker, "ask", "see the queue");
      refused ??= mayNot;
      if (mayNot === undefined) shown.push(place);
      else hidden.push(readers.length > 1 ? `${place.policy.name} of ${service.name}` : place.policy.name);
    }
  }
  return shown.length === 0 && refused !== undefined ? refused : await queue(bot, shown, hidden);
}

async function whereabouts(
  bot: Bot,
  command: Extract<Look, { kind: "where" }>,
  from: CommandFrom,
): Promise<ReplyContent> {
  const home = command.repository === undefined ? await findService(bot, command.service, from) : undefined;
  if (home?.kind === "answer") return home.answer;
  return await where(bot, command, home?.found, async (repository) => {
    // A comment is read by whoever can read its repository, so nothing is said there of any other.
    if (from.kind === "github" && repository !== from.repository) return undefined;
    const [service] = await loadServicesOf(bot.db, repository);
    return service && { service, login: await loginIn(bot, service, from) };
  });
}
