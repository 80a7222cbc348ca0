/**
 * A short menu instead of an error where a command left its service or environment out. What is chosen completes the
 * text that was typed, which is then read and carried out like any other. Nothing is offered that the person cannot read.
 */
import type { CommandName, CommandReading } from "../commands/command.ts";
import { answerTo } from "./answered.ts";
import type { Bot } from "./bot.ts";
import { completed, type Menu } from "./menu-shown.ts";
import { loadPlaces, loadServices, type ServicePlace } from "./place.ts";
import { readableServices } from "./readable.ts";
import { type ReplyTo, reply } from "./reply.ts";
import type { ReplyContent } from "./said.ts";
import { isChannelOf } from "./service-channel.ts";

export type TypedCommand = {
  readonly key: string;
  readonly name: CommandName;
  readonly text: string;
  readonly team: string;
  readonly user: string;
  readonly channel: string;
  readonly channelName: string;
  readonly responseUrl: string;
};

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

/** A menu for what is missing, where the answer says that something is; else the answer alone. */
async function offerMenu(bot: Bot, typed: TypedCommand, content: ReplyContent): Promise<Offered> {
  const missing =
    content.code === "command-problem" && content.problem.code === "missing" ? content.problem : undefined;
  if (content.code !== "which-service" && missing?.what !== "environment") return { content };
  await bot.servicesKnown();
  const all = await loadServices(bot.db);
  const { services, linked } = await readableServices(bot, all, { team: typed.team, slackUser: typed.user });
  if (!linked) return { content: all.length === 0 ? { code: "no-services" } : { code: "not-linked" } };
  const readable = services.map(({ service }) => service);
  return content.code === "which-service"
    ? offerServices(typed, readable)
    : await offerEnvironments(bot, typed, readable, content);
}

function offerServices(typed: TypedCommand, readable: readonly ServicePlace[]): Offered {
  const here = readable.filter((service) =>
    isChannelOf(service.channel, { id: typed.channel, name: typed.channelName }),
  );
  const choices = [...new Set((here.length > 0 ? here : readable).map(({ name }) => name))];
  if (choices.length === 0) return { content: { code: "no-services" } };
  return { content: { code: "which-service", choices }, menu: menuOf(typed, "service", choices) };
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
  const [, quoted, bare] = /\bof\s+(?:"([^"]+)"|(\S+))\s*$/iu.exec(typed.text) ?? [];
  const named = (quoted ?? bare)?.toLowerCase();
  const here = readable.filter((service) =>
    isChannelOf(service.channel, { id: typed.channel, name: typed.channelName }),
  );
  const meant =
    named !== undefined
      ? readable.filter(({ name }) => name.toLowerCase() === named)
      : here.length > 0
        ? here
        : readable;
  const [only] = meant;
  if (only === undefined) return { content };
  if (meant.length > 1 && named === undefined) return offerServices(typed, meant);
  const places = await loadPlaces(bot.db, only);
  const fit = places.filter(({ policy }) => typed.name !== "/promote" || policy.after !== undefined);
  const choices = fit.map(({ policy }) => policy.name);
  if (choices.length === 0) return { content };
  const text = named === undefined ? `${typed.text} of "${only.name}"`.trim() : typed.text;
  return { content, menu: menuOf({ ...typed, text }, "environment", choices) };
}

export type Chosen = {
  readonly key: string;
  readonly lastTry: boolean;
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
  const { key, lastTry, user: slackUser, channel, responseUrl } = chosen;
  const to = { key, lastTry, slackUser, channel, responseUrl };
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
  const typed = { key, name, text, team: chosen.team, user: slackUser, channel, channelName, responseUrl };
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
    const before = withoutTrailingOf(typed.text);
    const reading = parse(typed.name, before ?? typed.text, bot.context.clock.now());
    const whole = before === undefined ? typed : { ...typed, text: before };
    const said: ReplyContent =
      reading.kind === "problem"
        ? { code: "command-problem", problem: reading.problem }
        : before === undefined
          ? await take(reading)
          : { code: "which-service", choices: [] };
    const offered = await offerMenu(bot, whole, said);
    menu = offered.menu;
    return offered.content;
  };
  return await answerTo(bot, to, operation, () => menu);
}
