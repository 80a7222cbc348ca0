/**
 * What the form of `/deploy` shows for what was chosen so far: services that the person can read, environments, recent
 * revisions, and the verdict on what would be asked for. Writes nothing.
 */
import { optional } from "../optional.ts";
import { evaluate } from "../policy/evaluate.ts";
import { nearest } from "../policy/nearest.ts";
import type { FormRow } from "../store/view-tables.ts";
import type { Bot } from "./bot.ts";
import { asServiceHasIt } from "./content.ts";
import { assembleFacts } from "./facts.ts";
import type { FormChoices, FormShown, FormVerdict, OfferedRevision } from "./form.ts";
import { gatherOutside } from "./gather-outside.ts";
import { type Offering, offerRevisions } from "./offered-revisions.ts";
import { loadPlaces, loadServices, type Place } from "./place.ts";
import type { FoundRevision } from "./ports.ts";
import { type ReadableService, readableServices } from "./readable.ts";
import type { ReplyContent } from "./said.ts";
import { isChannelOf } from "./service-channel.ts";
import { shipsBetween } from "./ships-between.ts";
import type { Subject } from "./subject.ts";

type Choosing = Extract<FormShown, { code: "choosing" }>;
type Asking = Pick<FormRow, "team" | "slack_user" | "channel" | "channel_name" | "choices">;

export async function gatherForm(bot: Bot, form: Asking): Promise<FormShown> {
  await bot.servicesKnown();
  const all = await loadServices(bot.db);
  const person = { team: form.team, slackUser: form.slack_user };
  const { services, linked } = await readableServices(bot, all, person);
  if (services.length === 0) {
    const answer: ReplyContent = all.length > 0 && !linked ? { code: "not-linked" } : { code: "no-services" };
    return { code: "nothing", answer };
  }
  const here = services.filter(({ service }) =>
    isChannelOf(service.channel, { id: form.channel, name: form.channel_name }),
  );
  const ordered = [...here, ...services.filter((one) => !here.includes(one))];
  const chosen = chooseService(ordered, here, form.choices.service);
  const shown: Choosing = {
    code: "choosing",
    services: ordered.map(({ service: { id, name, repository } }) => ({ id, name, repository: repository.fullName })),
    environments: [],
    revisions: [],
    chosen: {},
    hotfix: false,
    at: bot.context.clock.now(),
  };
  return chosen === undefined ? shown : await withService(bot, shown, chosen, form.choices);
}

function chooseService(
  services: readonly ReadableService[],
  here: readonly ReadableService[],
  wanted: number | undefined,
): ReadableService | undefined {
  const named = services.find(({ service }) => service.id === wanted);
  if (named !== undefined) return named;
  const candidates = here.length > 0 ? here : services;
  return candidates.length === 1 ? candidates[0] : undefined;
}

async function withService(bot: Bot, shown: Choosing, chosen: ReadableService, choices: FormChoices) {
  const { service, login } = chosen;
  const places = await loadPlaces(bot.db, service);
  const named = places.find(({ environment }) => environment.id === choices.environment);
  const first = places[0];
  // Production is never a default.
  const place = named ?? (first?.policy.production === false ? first : undefined);
  const withPlaces: Choosing = {
    ...shown,
    environments: places.map(({ environment: { id }, policy: { name, production } }) => ({ id, name, production })),
    chosen: { service: service.id },
  };
  return place === undefined ? withPlaces : await withEnvironment(bot, withPlaces, place, login, choices);
}

async function withEnvironment(bot: Bot, shown: Choosing, place: Place, login: string, choices: FormChoices) {
  const offering = await offerRevisions(bot, place);
  const { revisions } = offering;
  const offered = revisions.find(({ value }) => value === choices.revision) ?? meantByDefault(place, revisions);
  const hotfix = takesHotfixes(place);
  const kept: FormChoices = {
    ...shown.chosen,
    environment: place.environment.id,
    ...optional("revision", offered?.value),
    ...optional("other", choices.other),
    ...(hotfix ? optional("reason", choices.reason) : {}),
  };
  const withRevisions: Choosing = { ...shown, revisions, chosen: kept, hotfix };
  const found = await revisionOf(bot, place, offering, kept);
  if (found === undefined) return withRevisions;
  if ("code" in found) return { ...withRevisions, problem: found };
  return { ...withRevisions, verdict: await judgeAsIf(bot, place, login, found, kept) };
}

export function takesHotfixes(place: Place): boolean {
  return place.policy.hotfix !== undefined;
}

/** What the command without a revision means: the tip of the environment's branch, else what is live before. */
function meantByDefault(place: Place, revisions: readonly OfferedRevision[]): OfferedRevision | undefined {
  const wanted = place.policy.branch === undefined ? "live-before" : "tip";
  return revisions.find(({ as }) => as === wanted);
}

/** The commit behind a choice: from what was just read where it is there, else as GitHub finds it. */
async function revisionOf(
  bot: Bot,
  place: Place,
  offering: Offering,
  { revision, other }: FormChoices,
): Promise<FoundRevision | ReplyContent | undefined> {
  const { repository } = place.service;
  const [, kind, name] = /^(sha|tag|live):(.+)$/u.exec(revision ?? "") ?? [];
  const known = offering.commits.find(({ sha }) => sha === name);
  if (other === undefined && kind !== "tag" && known !== undefined) {
    return { sha: known.sha, tree: known.tree, inRepository: true };
  }
  const wanted = other ?? name;
  if (wanted === undefined) return undefined;
  const found = await bot.github.revision(repository, wanted);
  if (found !== undefined) return found;
  const near = nearest(wanted, await bot.github.refNames(repository));
  return { code: "unknown-revision", service: place.service.name, found: wanted, ...optional("nearest", near) };
}

/** The verdict that a request would get now. Nothing is stored, and nobody is asked. */
async function judgeAsIf(
  bot: Bot,
  place: Place,
  login: string,
  found: FoundRevision,
  choices: FormChoices,
): Promise<FormVerdict> {
  const { sha, tree, version, ref, inRepository } = await asServiceHasIt(bot, place, found);
  const revision = { sha, tree, ...optional("version", version) };
  const { other, revision: value, reason } = choices;
  const promotes = other === undefined && reason === undefined && value?.startsWith("live:") === true;
  const subject: Subject = {
    kind: promotes ? "promotion" : "deploy",
    typed: true,
    revision,
    ...optional("ref", ref),
    inRepository,
    requestedBy: login,
    requestedAt: bot.context.clock.now(),
    ...(reason === undefined ? {} : { hotfix: true }),
    ask: 0,
  };
  const outside = await gatherOutside(bot, place, subject);
  const ships = await shipsBetween(bot, place, outside, sha);
  const verdict = await bot.db.transaction().execute(async (trx) => {
    return evaluate(await assembleFacts(trx, bot, place, place.environment, subject, outside));
  });
  const where = { service: place.service.name, environment: place.policy.name };
  return { answer: { code: "verdict", ...where, revision, verdict }, ships };
}
