/**
 * A parsed command from any face: finds the service and the environment that it means, who asks, and hands it to its
 * operation.
 */
import type { Command } from "../commands/command.ts";
import { helpOn } from "../commands/help.ts";
import { optional } from "../optional.ts";
import type { Asker } from "./asker.ts";
import type { Bot } from "./bot.ts";
import { cancel } from "./cancel.ts";
import { rc } from "./cut-version.ts";
import { destroyDemo } from "./demos.ts";
import { deploy, promote } from "./deploy.ts";
import { findFrozen } from "./find-frozen.ts";
import { askerIn, type CommandFrom, findEnvironmentOrDemo, findService, placeOfDeployment } from "./find-place.ts";
import { formerPlaceOf } from "./former-place.ts";
import { freeze, thaw } from "./freeze.ts";
import { offerLink, unlink } from "./link.ts";
import { lock, unlock } from "./lock.ts";
import { isLook, type Look, look } from "./look.ts";
import { loadPlaces, type Place } from "./place.ts";
import { retry } from "./retry.ts";
import { rollback } from "./rollback.ts";
import type { ReplyContent } from "./said.ts";
import { adopt, allow, resolve } from "./settle.ts";

export async function takeCommand(bot: Bot, command: Command, from: CommandFrom): Promise<ReplyContent> {
  if (command.kind === "help") return { code: "help", ...optional("topic", command.topic) };
  // Only Slack has forms; elsewhere what the form would ask for is what is missing.
  if (command.kind === "menu") {
    const problem = { code: "missing", what: "environment", usage: helpOn("deploy").usage } as const;
    return { code: "command-problem", problem };
  }
  if (command.kind === "link" || command.kind === "unlink") {
    if (from.kind === "github") return { code: "link-in-slack" };
    return command.kind === "link" ? await offerLink(bot, from, from.key) : await unlink(bot, from);
  }
  await bot.servicesKnown();
  if (isLook(command)) return await look(bot, command, from);
  if (command.kind === "demo") return await destroyDemo(bot, command, from);
  if (command.kind === "cancel" || command.kind === "resolve" || command.kind === "retry")
    return await onDeployment(bot, command, from);

  if (command.kind === "freeze" || command.kind === "thaw") {
    const meant = await findFrozen(bot, command, from);
    if (meant.kind === "answer") return meant.answer;
    return command.kind === "freeze" ? await freeze(bot, meant.found, command) : await thaw(bot, meant.found);
  }

  const service = await findService(bot, command.service, from);
  if (service.kind === "answer") return service.answer;
  const asker = await askerIn(bot, service.found, from);
  if (asker === undefined) return { code: "not-linked" };
  const places = await loadPlaces(bot.db, service.found);
  if (command.kind === "rc") return await rc(bot, service.found, places, asker, command);
  if (command.kind === "allow") {
    const last = places.at(-1);
    return last === undefined
      ? { code: "no-services" }
      : await allow(bot, last, asker, command.revision, command.reason);
  }
  const place = await findEnvironmentOrDemo(bot, service.found, places, command.environment);
  return place.kind === "answer" ? place.answer : await onEnvironment(bot, command, place.found, asker, from);
}

type OnEnvironment = Extract<Exclude<Command, Look | { kind: "freeze" | "thaw" }>, { environment: string }>;

async function onEnvironment(
  bot: Bot,
  command: OnEnvironment,
  place: Place,
  asker: Asker,
  from: CommandFrom,
): Promise<ReplyContent> {
  switch (command.kind) {
    case "deploy":
      return await deploy(bot, place, asker, {
        ...optional("revision", command.revision),
        ...optional("hotfix", command.hotfix),
        ...(from.kind === "github" ? optional("pullRequest", from.pullRequest) : {}),
      });
    case "promote":
      return await promote(bot, place, asker);
    case "rollback":
      return await rollback(bot, place, asker, command.to, command.reason);
    case "lock":
      return await lock(bot, place, asker, { reason: command.reason, ...optional("until", command.until) });
    case "unlock":
      return await unlock(bot, place, asker);
    case "adopt":
      return await adopt(bot, place, asker, command.revision);
  }
}

async function onDeployment(
  bot: Bot,
  command: Extract<Command, { kind: "cancel" | "resolve" | "retry" }>,
  from: CommandFrom,
): Promise<ReplyContent> {
  const { deployment } = command;
  const named = await placeOfDeployment(bot, deployment);
  const place = named ?? (await formerPlaceOf(bot.db, deployment));
  const elsewhere = from.kind === "github" && place?.service.repository.id !== from.repository;
  if (place === undefined || elsewhere) return { code: "unknown-deployment", deployment };
  const asker = await askerIn(bot, place.service, from);
  if (asker === undefined) return { code: "not-linked" };
  if (command.kind === "cancel") return await cancel(bot, place, asker, deployment);
  if (command.kind === "retry" && named === undefined) return { code: "left-pipeline", deployment };
  if (command.kind === "retry") return await retry(bot, place, asker, deployment, command.stage);
  return await resolve(bot, place, asker, { deployment, as: command.outcome, reason: command.reason });
}
