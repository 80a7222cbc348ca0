/** `/deploy why`: every gate with its facts, for what waits; with nothing waiting, for what would ship now. Read only. */
import { optional } from "../optional.ts";
import { evaluate } from "../policy/evaluate.ts";
import type { Asker } from "./asker.ts";
import type { Bot } from "./bot.ts";
import { asServiceHasIt } from "./content.ts";
import { meantByDefault } from "./deploy.ts";
import { assembleFacts, pendingOf } from "./facts.ts";
import { gatherOutside } from "./gather-outside.ts";
import type { Place } from "./place.ts";
import type { ReplyContent } from "./said.ts";
import { type Subject, subjectOf } from "./subject.ts";

export async function why(bot: Bot, place: Place, asker: Asker): Promise<ReplyContent> {
  const pending = await pendingOf(bot.db, place.environment.id);
  // The newest: it is what the older ones give way to.
  const row = pending.at(-1);
  const subject = row === undefined ? await wouldBe(bot, place, asker) : subjectOf(row);
  if ("code" in subject) return subject;
  const outside = await gatherOutside(bot, place, subject);
  const verdict = await bot.db.transaction().execute(async (trx) => {
    return evaluate(await assembleFacts(trx, bot, place, place.environment, subject, outside));
  });
  return {
    code: "verdict",
    service: place.service.name,
    environment: place.policy.name,
    revision: subject.revision,
    ...optional("deployment", row?.id),
    verdict,
  };
}

/** As if the person asked for it now, without naming a revision. */
async function wouldBe(bot: Bot, place: Place, asker: Asker): Promise<Subject | ReplyContent> {
  const meant = await meantByDefault(bot, place);
  if ("code" in meant) return meant;
  const found = await asServiceHasIt(bot, place, meant);
  return {
    kind: found.ref === undefined ? "promotion" : "deploy",
    typed: true,
    revision: { sha: found.sha, tree: found.tree, ...optional("version", found.version) },
    ...optional("ref", found.ref),
    inRepository: found.inRepository,
    requestedBy: asker.login,
    requestedAt: bot.context.clock.now(),
    ask: 0,
  };
}
