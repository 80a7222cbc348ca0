/**
 * `/rc cut`, `next` and `finish`: who may, which version comes next, and the row from which `advance-version.ts` goes on.
 * `/rc` alone says how the versions stand. Writes no far side itself.
 */
import type { Command } from "../commands/command.ts";
import { optional } from "../optional.ts";
import { finalVersion, nextCandidate, versionToCut } from "../policy/versions/next-version.ts";
import { tagName } from "../policy/versions/tags.ts";
import type { CandidateRow } from "../store/version-tables.ts";
import { type Asker, refusal } from "./asker.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import type { Place, ServicePlace } from "./place.ts";
import type { ReplyContent } from "./said.ts";
import { versionFacts, wishOf } from "./version-facts.ts";
import { stepUnderWay, versions } from "./versions.ts";

type Rc = Extract<Command, { kind: "rc" }>;

export async function rc(
  bot: Bot,
  service: ServicePlace,
  places: readonly Place[],
  asker: Asker,
  command: Rc,
): Promise<ReplyContent> {
  const { step } = command;
  const place = placeFor(service, places, step);
  if (place === undefined) return { code: "no-services" };
  if (step === undefined) {
    return (await refusal(bot, place, asker, "read", "see its versions")) ?? (await versions(bot, service, places));
  }
  const refused = await refusal(bot, place, asker, step === "finish" ? "approve" : "ask", doing[step]);
  if (refused !== undefined) return refused;
  const before = (await beganBy(bot, service, asker.key)) ?? (await stepUnderWay(bot, service));
  if (before !== undefined) return answer(service, before, asker.key);

  const { facts } = await versionFacts(bot, service);
  const next =
    step === "cut"
      ? versionToCut(facts, wishOf(command))
      : step === "next"
        ? nextCandidate(facts)
        : finalVersion(facts);
  if (next.kind === "no") return { code: "no-next-version", service: service.name, why: next.why };
  const { text } = next.version;
  const began = await begin(bot, service, asker, {
    step,
    version: text,
    tag: tagName(service.policy.versions.tag, text),
  });
  await bot.context.faults.at("version.begun");
  return answer(service, began, asker.key);
}

const doing = {
  cut: "cut a candidate",
  next: "tag the next candidate",
  finish: "finish the release",
} as const;

/** Cutting is for whoever may ask for where candidates go; finishing is for those who approve the last environment. */
function placeFor(service: ServicePlace, places: readonly Place[], step: Rc["step"]): Place | undefined {
  const { releaseBranch } = service.policy.versions;
  const branch = releaseBranch ?? service.repository.defaultBranch;
  const follower = places.find(({ policy }) => policy.branch === branch) ?? places[0];
  if (step !== "finish") return follower;
  return places.findLast(({ policy }) => policy.approvals !== undefined) ?? places.at(-1);
}

async function beganBy(bot: Bot, service: ServicePlace, key: string): Promise<CandidateRow | undefined> {
  return await bot.db
    .selectFrom("candidate")
    .selectAll()
    .where("service_id", "=", service.id)
    .where("request_key", "=", key)
    .executeTakeFirst();
}

/** The row that was begun, or the one that another began at the same time. */
async function begin(
  bot: Bot,
  service: ServicePlace,
  asker: Asker,
  wanted: Pick<CandidateRow, "step" | "version" | "tag">,
): Promise<CandidateRow> {
  const now = bot.context.clock.now();
  const row = await bot.db.transaction().execute(async (trx) => {
    const added = await trx
      .insertInto("candidate")
      .values({
        ...wanted,
        service_id: service.id,
        asked_by: asker.login,
        asked_by_slack: asker.slackUser ?? null,
        channel: service.channel ?? asker.channel ?? null,
        asked_at: new Date(now),
        request_key: asker.key,
        plan: JSON.stringify({}),
        ships: null,
        problem: null,
        look_at: new Date(now),
        ended_at: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (added === undefined) return undefined;
    const detail = { step: wanted.step, version: wanted.version, tag: wanted.tag, candidate: added.id };
    await audit(trx, { at: now, actor: asker.login, action: "version.asked", service: service.id, detail });
    await bot.wake.version(trx, added.id);
    return added;
  });
  const there = row ?? (await beganBy(bot, service, asker.key)) ?? (await stepUnderWay(bot, service));
  if (there === undefined) throw new Error(`a step of service ${service.id} ended while another was begun`);
  return there;
}

function answer(service: ServicePlace, row: CandidateRow, key: string): ReplyContent {
  const named = { service: service.name, step: row.step, version: row.version, tag: row.tag, by: row.asked_by };
  if (row.request_key === key) return { code: "version-begun", ...named };
  return { code: "version-under-way", ...named, at: row.asked_at.getTime(), ...optional("asks", row.plan.asked?.base) };
}
