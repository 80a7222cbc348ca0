/**
 * A short menu instead of an error where a command left its service or environment out. What is chosen completes the
 * text that was typed, which is then read and carried out like any other. Nothing is offered that the person cannot read.
 */
import { isDeepStrictEqual } from "node:util";
import type { CommandName, CommandReading } from "../commands/command.ts";
import { answerTo } from "./answered.ts";
import { askedLongAgo } from "./asked-long-ago.ts";
import type { Bot } from "./bot.ts";
import { type CommandFrom, meantServices, serviceNames } from "./find-place.ts";
import { completed, type Menu } from "./menu-shown.ts";
import { loadPlaces, loadServices, type ServicePlace } from "./place.ts";
import { readableServices } from "./readable.ts";
import { type ReplyTo, reply } from "./reply.ts";
import type { ReplyContent } from "./said.ts";

export type TypedCommand = {
  readonly key: string;
  /** When it came in, epoch ms: the clock by which its times are read. */
  readonly receivedAt: number;
  readonly name: CommandName;
  readonly text: string;
  readonly team: string;
  readonly user: string;
  readonly channel: string;
  readonly channelName: string;
  readonly responseUrl: string;
};

/** Who typed it, where and when. */
export function typedBy({ team, user, channel, channelName, key, receivedAt: at }: TypedCommand): CommandFrom {
  return { kind: "slack", team, slackUser: user, channel: { id: channel, name: channelName }, key, at };
}

type Offered = { readonly content: ReplyContent; readonly menu?: Menu };

/** Menus are for choosing at a glance; a select holds no more. */
const mostChoices = 100;
/** Later than this nobody remembers what they had begun to type. */
const menuForMs = 24 * 3_600_000;

/** The command without an `of` that nothing follows; undefined when it does not end so. */
function withoutTrailingOf(text: string): string | undefined {
  const [, before] = /^(.*\S)\s+of\s*$/iu.exec(text) ?? [];
  return before;
}

const ofPhrase = /(?<=^|\s)of\s+(?:["“”„«»'‘’‚].+?["“”„«»'‘’‚](?=\s|$)|\S+)/giu;

/** The text without the `of` that named this service: the one that may stand at the end as well, with nothing changed. */
function withoutOf(text: string, service: string, isSame: (text: string) => boolean): string | undefined {
  const rests = [...text.matchAll(ofPhrase)].map(({ 0: phrase, index }) =>
    `${text.slice(0, index)}${text.slice(index + phrase.length)}`.replace(/\s+/gu, " ").trim(),
  );
  return rests.find((rest) => isSame(completed({ what: "service", text: rest }, service)));
}

/** What `of` named, and the command without it; undefined where the two cannot be told from each other. */
type Named = { readonly service: string; readonly rest: string | undefined };

function namedIn(reading: CommandReading, text: string, read: (text: string) => CommandReading): Named | undefined {
  if (reading.kind !== "command" || !("service" in reading.command)) return undefined;
  const { service } = reading.command;
  if (service === undefined) return undefined;
  return { service, rest: withoutOf(text, service, (other) => isDeepStrictEqual(read(other), reading)) };
}

/** A menu for what is missing, where the answer says that something is; else the answer alone. */
async function offerMenu(
  bot: Bot,
  typed: TypedCommand,
  content: ReplyContent,
  named: Named | undefined,
): Promise<Offered> {
  const missing =
    content.code === "command-problem" && content.problem.code === "missing" ? content.problem : undefined;
  if (content.code !== "which-service" && missing?.what !== "environment") return { content };
  await bot.servicesKnown();
  const all = await loadServices(bot.db);
  const { services, linked } = await readableServices(bot, all, { team: typed.team, slackUser: typed.user });
  if (!linked) return { content: all.length === 0 ? { code: "no-services" } : { code: "not-linked" } };
  const readable = services.map(({ service }) => service);
  if (content.code !== "which-service") return await offerEnvironments(bot, typed, readable, content);
  const meant = await meantOf(bot, typed, readable, named?.service);
  return await offerServices(bot, typed, meant.length > 0 ? meant : readable, named);
}

/** Those of the readable services that the words mean, or the channel where none is named. */
async function meantOf(
  bot: Bot,
  typed: TypedCommand,
  readable: readonly ServicePlace[],
  named: string | undefined,
): Promise<readonly ServicePlace[]> {
  const ids = new Set((await meantServices(bot.db, named, typedBy(typed))).map(({ id }) => id));
  return readable.filter(({ id }) => ids.has(id));
}

async function offerServices(
  bot: Bot,
  typed: TypedCommand,
  services: readonly ServicePlace[],
  named: Named | undefined,
): Promise<Offered> {
  if (services.length === 0) return { content: { code: "no-services" } };
  const names = await serviceNames(bot.db);
  const choices = services.map(({ id, name }) => names.get(id) ?? name);
  const content = { code: "which-service", choices } as const;
  const text = named === undefined ? typed.text : named.rest;
  return text === undefined ? { content } : { content, menu: menuOf({ ...typed, text }, "service", choices) };
}

function menuOf({ name, text, channelName }: TypedCommand, what: Menu["what"], choices: readonly string[]): Menu {
  return { what, choices: choices.slice(0, mostChoices), name, text, channelName };
}

async function offerEnvironments(
  bot: Bot,
  typed: TypedCommand,
  readable: readonly ServicePlace[],
  content: ReplyContent,
): Promise<Offered> {
  const ending = /\bof\s+(?:"([^"]+)"|(\S+))\s*$/iu.exec(typed.text);
  const service = ending?.[1] ?? ending?.[2];
  const rest = typed.text.slice(0, ending?.index).trim();
  const named = service === undefined ? undefined : { service, rest };
  const here = await meantOf(bot, typed, readable, service);
  const meant = here.length > 0 || named !== undefined ? here : readable;
  const [only] = meant;
  if (only === undefined) return { content };
  if (meant.length > 1) return await offerServices(bot, typed, meant, named);
  const places = await loadPlaces(bot.db, only);
  const fit = places.filter(({ policy }) => typed.name !== "/promote" || policy.after !== undefined);
  const choices = fit.map(({ policy }) => policy.name);
  if (choices.length === 0) return { content };
  const name = (await serviceNames(bot.db)).get(only.id) ?? only.name;
  return { content, menu: menuOf({ ...typed, text: `${rest} of "${name}"`.trim() }, "environment", choices) };
}

export type Chosen = {
  readonly key: string;
  readonly lastTry: boolean;
  readonly receivedAt: number;
  readonly team: string;
  readonly user: string;
  readonly menu: number;
  readonly choice: string;
  readonly channel: string;
  readonly responseUrl: string;
};

type To = ReplyTo & { readonly lastTry: boolean };

/** Carries a typed command out, and answers it. */
export type Carry = (to: To, typed: TypedCommand) => Promise<ReplyContent>;

/** Carries out the command that was meant, for the person who typed it, once. */
export async function choose(bot: Bot, chosen: Chosen, carry: Carry): Promise<void> {
  const { key, lastTry, receivedAt, user: slackUser, channel, responseUrl } = chosen;
  const to = { key, lastTry, slackUser, channel, responseUrl, receivedAt };
  const asked = await bot.db.selectFrom("reply").selectAll().where("id", "=", chosen.menu).executeTakeFirst();
  const menu = asked?.menu;
  // Nobody but the person who typed the command sees the menu, and nothing that was not offered can be chosen.
  if (asked === undefined || menu === undefined || menu === null || asked.slack_user !== slackUser) return;
  if (!menu.choices.includes(chosen.choice)) return;
  if (bot.context.clock.now() - asked.at.getTime() > menuForMs) return await reply(bot, to, { code: "menu-too-old" });
  // Invariant: one click uses the menu; a repetition of that click goes on where it was.
  const claimed = await bot.db
    .updateTable("reply")
    .set({ chosen_by_key: key })
    .where("id", "=", asked.id)
    .where((row) => row.or([row("chosen_by_key", "is", null), row("chosen_by_key", "=", key)]))
    .returning("id")
    .executeTakeFirst();
  if (claimed === undefined) return await reply(bot, to, { code: "chosen-already" });
  await bot.context.faults.at("menu.chosen");
  const { name, channelName } = menu;
  const text = completed(menu, chosen.choice);
  const typed = { key, receivedAt, name, text, team: chosen.team, user: slackUser, channel, channelName, responseUrl };
  await carry({ ...to, replaces: true }, typed);
}

/** Answers a typed text: by what the command gives, a problem, or a menu for what it leaves out. */
export async function answerTyped(
  bot: Bot,
  to: To,
  typed: TypedCommand,
  parse: (name: CommandName, text: string, now: number) => CommandReading,
  take: (reading: Extract<CommandReading, { kind: "command" }>) => Promise<ReplyContent>,
): Promise<ReplyContent> {
  let menu: Menu | undefined;
  const operation = async () => {
    const late = await askedLongAgo(bot, { key: typed.key, at: typed.receivedAt });
    if (late !== undefined) return late;
    const before = withoutTrailingOf(typed.text);
    const whole = before === undefined ? typed : { ...typed, text: before };
    const read = (text: string) => parse(typed.name, text, typed.receivedAt);
    const reading = read(whole.text);
    const said: ReplyContent =
      reading.kind === "problem"
        ? { code: "command-problem", problem: reading.problem }
        : before === undefined
          ? await take(reading)
          : { code: "which-service", choices: [] };
    const offered = await offerMenu(bot, whole, said, namedIn(reading, whole.text, read));
    menu = offered.menu;
    return offered.content;
  };
  return await answerTo(bot, to, operation, () => menu);
}
