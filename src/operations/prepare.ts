/**
 * The form of `/deploy` with nothing: opened, followed choice by choice, and sent. What it shows is kept on its row and
 * written to Slack by its projection; sending it is the command that was chosen, carried out once.
 */
import { z } from "zod";
import { optional } from "../optional.ts";
import { sameLogin } from "../policy/logins.ts";
import { pendingStatuses, runningStatuses } from "../policy/model.ts";
import { touch } from "../projections/touch.ts";
import type { FormRow } from "../store/view-tables.ts";
import { answerTo } from "./answered.ts";
import { askedLongAgo } from "./asked-long-ago.ts";
import { type Asker, refusal } from "./asker.ts";
import { liveOf } from "./before-facts.ts";
import type { Bot } from "./bot.ts";
import { deploy, promote } from "./deploy.ts";
import { lockHolder } from "./environment.ts";
import { askerIn, meantServices } from "./find-place.ts";
import type { FormChoices, FormMistake, FormShown } from "./form.ts";
import { type TypedCommand, typedBy } from "./menu.ts";
import { loginOf } from "./people.ts";
import { loadPlace, loadPlaces, type Place } from "./place.ts";
import { OutsideError } from "./ports.ts";
import { gatherForm, takesHotfixes } from "./prepare-shown.ts";
import { reply } from "./reply.ts";
import type { ReplyContent } from "./said.ts";

/** Slack takes the answer where the command was typed for half an hour; a form sent later could not be answered. */
const formForMs = 25 * 60_000;
/** So long a command that is delivered again finds its form. */
const keepFormsMs = 24 * 3_600_000;

/** Opens the form at once, empty, since Slack waits three seconds only; then looks up what to show in it. */
export async function openForm(bot: Bot, typed: TypedCommand, wanted: string | undefined): Promise<void> {
  const meant = wanted === undefined ? [] : await meantServices(bot.db, wanted, typedBy(typed));
  const service = meant.length === 1 ? meant[0]?.id : undefined;
  const id = await bot.db.transaction().execute(async (trx) => {
    const added = await trx
      .insertInto("form")
      .values({
        key: typed.key,
        team: typed.team,
        slack_user: typed.user,
        channel: typed.channel,
        channel_name: typed.channelName,
        response_url: typed.responseUrl,
        choices: JSON.stringify(optional("service", service)),
        shown: JSON.stringify({ code: "looking" }),
        at: new Date(bot.context.clock.now()),
      })
      .onConflict((conflict) => conflict.column("key").doNothing())
      .returning("id")
      .executeTakeFirst();
    if (added === undefined) return undefined;
    await touch(trx, bot.wake, { surface: "slack.form", subject: `${added.id}`, lane: `form/${added.id}` });
    return added.id;
  });
  await bot.context.faults.at("form.stored");
  const form = id ?? (await formByKey(bot, typed.key));
  if (form !== undefined) await showForm(bot, form);
}

async function formByKey(bot: Bot, key: string): Promise<number | undefined> {
  return (await bot.db.selectFrom("form").select("id").where("key", "=", key).executeTakeFirst())?.id;
}

/** Looks up what the form shows for its present choices. What was chosen meanwhile is looked up by whoever told of it. */
async function showForm(bot: Bot, id: number): Promise<void> {
  const form = await bot.db.selectFrom("form").selectAll().where("id", "=", id).executeTakeFirst();
  if (form === undefined || form.sent_by_key !== null) return;
  const shown = await gathered(bot, form);
  await bot.db.transaction().execute(async (trx) => {
    const written = await trx
      .updateTable("form")
      .set({ shown: JSON.stringify(shown) })
      .where("id", "=", id)
      .where("changed_ts", "=", form.changed_ts)
      .returning("id")
      .executeTakeFirst();
    if (written === undefined) return;
    await touch(trx, bot.wake, { surface: "slack.form", subject: `${id}`, lane: `form/${id}` });
  });
}

/** A form that shows nothing is worse than one that says why: nobody could wait for a second try. */
async function gathered(bot: Bot, form: FormRow): Promise<FormShown> {
  try {
    return await gatherForm(bot, form);
  } catch (error) {
    const reference = bot.context.ids.uuid().slice(0, 8);
    bot.log.warn({ err: error, form: form.id, reference }, "what a form shows could not be looked up");
    if (error instanceof OutsideError) return { code: "nothing", answer: { code: "form-cannot-look" } };
    return { code: "nothing", answer: { code: "broke", reference } };
  }
}

export type FormTold = {
  readonly key: string;
  readonly lastTry: boolean;
  /** When it came in, epoch ms. */
  readonly receivedAt: number;
  readonly team: string;
  readonly user: string;
  readonly form: number;
  readonly fields: {
    readonly service?: string;
    readonly environment?: string;
    readonly revision?: string;
    readonly other?: string;
    readonly reason?: string;
  };
};

/** A choice was changed. Another service has other environments, and another environment means another revision. */
export async function changeForm(bot: Bot, told: FormTold & { readonly actionTs: string }): Promise<void> {
  const form = await formOf(bot, told);
  if (form === undefined || form.sent_by_key !== null || Number(told.actionTs) < Number(form.changed_ts)) return;
  const wanted = choicesOf(told.fields);
  const before = form.shown.code === "choosing" ? form.shown.chosen : {};
  const sameService = wanted.service === before.service;
  const sameEnvironment = sameService && wanted.environment === before.environment;
  const choices: FormChoices = {
    ...optional("service", wanted.service),
    ...(sameService ? optional("environment", wanted.environment) : {}),
    ...(sameEnvironment ? optional("revision", wanted.revision) : {}),
    ...optional("other", wanted.other),
    ...optional("reason", wanted.reason),
  };
  const changed = await bot.db
    .updateTable("form")
    .set({ choices: JSON.stringify(choices), changed_ts: told.actionTs })
    .where("id", "=", form.id)
    .where("changed_ts", "=", form.changed_ts)
    .returning("id")
    .executeTakeFirst();
  if (changed === undefined) throw new OutsideError(`form ${form.id} was changed at the same moment`);
  await showForm(bot, form.id);
}

async function formOf(bot: Bot, told: Pick<FormTold, "form" | "team" | "user">): Promise<FormRow | undefined> {
  return await bot.db
    .selectFrom("form")
    .selectAll()
    .where("id", "=", told.form)
    .where("team", "=", told.team)
    .where("slack_user", "=", told.user)
    .executeTakeFirst();
}

function choicesOf(fields: FormTold["fields"]): FormChoices {
  const number = (written: string | undefined) => (/^\d{1,15}$/u.test(written ?? "") ? Number(written) : undefined);
  return {
    ...optional("service", number(fields.service)),
    ...optional("environment", number(fields.environment)),
    ...optional("revision", fields.revision),
    ...optional("other", fields.other),
    ...optional("reason", fields.reason),
  };
}

/** What can be seen to be wrong from the store alone, while the person still has the form before them. */
export async function mistakesOf(bot: Bot, told: FormTold): Promise<readonly FormMistake[]> {
  const form = await formOf(bot, told);
  if (form === undefined || bot.context.clock.now() - form.at.getTime() > formForMs) {
    return [{ field: "service", why: { code: "too-old" } }];
  }
  // The same delivery again: it is known already, and acts once.
  if (form.sent_by_key === told.key) return [];
  if (form.sent_by_key !== null) return [{ field: "service", why: { code: "sent-already" } }];
  const choices = choicesOf(told.fields);
  const { environment, revision, other } = choices;
  const missing = (["service", "environment"] as const).filter((field) => choices[field] === undefined);
  if (missing.length > 0) return missing.map((field) => ({ field, why: { code: "missing" } }));
  if (other !== undefined && /\s/u.test(other)) return [{ field: "other", why: { code: "not-a-revision" } }];
  if (revision === undefined && other === undefined) return [{ field: "revision", why: { code: "missing" } }];
  const place = environment === undefined ? undefined : await loadPlace(bot.db, environment);
  if (place === undefined || place.service.id !== choices.service) {
    return [{ field: "environment", why: { code: "no-such-environment" } }];
  }
  return await standingMistakes(bot, told, place, choices);
}

async function standingMistakes(bot: Bot, told: FormTold, place: Place, choices: FormChoices) {
  const mistakes: FormMistake[] = [];
  const login = await loginOf(bot, place.service.pipeline, { team: told.team, slackUser: told.user });
  const by = lockHolder(place.environment, bot.context.clock.now());
  if (by !== undefined && !sameLogin(by, login)) {
    const reason = place.environment.lock_reason ?? "";
    mistakes.push({ field: "environment", why: { code: "locked", by, reason } });
  }
  const moved = await liveMoved(bot, place, choices);
  if (moved !== undefined) mistakes.push({ field: "revision", why: { code: "live-changed", environment: moved } });
  const same = await askedAlready(bot, place, choices);
  if (same !== undefined) mistakes.push({ field: "revision", why: { code: "asked-already", deployment: same } });
  return mistakes;
}

/** The environment before, when what was live there is live no longer: then nobody knows what is meant. */
async function liveMoved(bot: Bot, place: Place, { revision, other }: FormChoices): Promise<string | undefined> {
  const [, sha] = /^live:(.+)$/u.exec(revision ?? "") ?? [];
  if (sha === undefined || other !== undefined) return undefined;
  const places = await loadPlaces(bot.db, place.service);
  const before = places.find(({ policy }) => policy.name === place.policy.after);
  const live = before === undefined ? undefined : liveOf(before.environment);
  return live?.revision.sha === sha ? undefined : (place.policy.after ?? place.policy.name);
}

async function askedAlready(bot: Bot, place: Place, { revision, other }: FormChoices): Promise<number | undefined> {
  const [, sha] = /^(?:sha|live):(.+)$/u.exec(revision ?? "") ?? [];
  if (sha === undefined || other !== undefined) return undefined;
  const row = await bot.db
    .selectFrom("deployment")
    .select("id")
    .where("environment_id", "=", place.environment.id)
    .where("status", "in", [...pendingStatuses, ...runningStatuses])
    .where("sha", "=", sha)
    .where("typed", "=", true)
    .where("kind", "!=", "rollback")
    .where("cancel_at", "is", null)
    .executeTakeFirst();
  return row?.id;
}

/** Asks for what was chosen, as the command would, and answers where the command was typed. */
export async function sendForm(bot: Bot, told: FormTold): Promise<void> {
  // Invariant: a form is sent once; a repetition of the delivery that sent it goes on where it was.
  const form = await bot.db
    .updateTable("form")
    .set({ sent_by_key: told.key })
    .where("id", "=", told.form)
    .where("team", "=", told.team)
    .where("slack_user", "=", told.user)
    .where((row) => row.or([row("sent_by_key", "is", null), row("sent_by_key", "=", told.key)]))
    .returningAll()
    .executeTakeFirst();
  if (form === undefined) return;
  await bot.context.faults.at("form.sent");
  const key = `form/${form.id}`;
  const { response_url: responseUrl, slack_user: slackUser, channel } = form;
  const to = { key, lastTry: told.lastTry, responseUrl, receivedAt: form.at.getTime(), slackUser, channel };
  await answerTo(bot, to, async () => {
    const late = await askedLongAgo(bot, { key, at: told.receivedAt });
    return late ?? (await carryOut(bot, form, { key, at: told.receivedAt }, choicesOf(told.fields)));
  });
}

async function carryOut(
  bot: Bot,
  form: FormRow,
  asked: Pick<Asker, "key" | "at">,
  choices: FormChoices,
): Promise<ReplyContent> {
  const { team, slack_user: slackUser, channel: id, channel_name: name } = form;
  const place = choices.environment === undefined ? undefined : await loadPlace(bot.db, choices.environment);
  if (place === undefined) {
    return { code: "form-mistake", mistake: { field: "environment", why: { code: "no-such-environment" } } };
  }
  const from = { kind: "slack", team, slackUser, channel: { id, name }, ...asked } as const;
  const asker = await askerIn(bot, place.service, from);
  if (asker === undefined) return { code: "not-linked" };
  const mayNot = await refusal(bot, place, asker, "read", "read");
  if (mayNot !== undefined) return mayNot;
  const moved = await liveMoved(bot, place, choices);
  if (moved !== undefined) {
    return { code: "form-mistake", mistake: { field: "revision", why: { code: "live-changed", environment: moved } } };
  }
  const [, kind, chosen] = /^(sha|tag|live):(.+)$/u.exec(choices.revision ?? "") ?? [];
  const hotfix = takesHotfixes(place) ? choices.reason : undefined;
  if (choices.other === undefined && kind === "live" && hotfix === undefined) return await promote(bot, place, asker);
  const revision = choices.other ?? chosen;
  return await deploy(bot, place, asker, { ...optional("revision", revision), ...optional("hotfix", hotfix) });
}

/** When Slack would not open the form any more, the person is told, with the command to write instead. */
export async function tellIfNotOpened(bot: Bot, subject: string): Promise<void> {
  const row = await bot.db
    .selectFrom("projection")
    .innerJoin("form", (join) => join.on("form.id", "=", Number(subject)))
    .where("projection.key", "=", `slack.form/${subject}`)
    .select(["projection.external", "form.response_url", "form.slack_user", "form.channel"])
    .executeTakeFirst();
  if (row === undefined || !notOpened.safeParse(row.external).success) return;
  const { response_url: responseUrl, slack_user: slackUser, channel } = row;
  await reply(bot, { key: `form/${subject}/not-opened`, responseUrl, slackUser, channel }, { code: "form-not-opened" });
}

const notOpened = z.object({ undelivered: z.string() });

/** Forms that nobody can send any more, with what was written of them. */
export async function forgetForms(bot: Bot): Promise<void> {
  const old = new Date(bot.context.clock.now() - keepFormsMs);
  const gone = await bot.db.deleteFrom("form").where("at", "<", old).returning("id").execute();
  if (gone.length === 0) return;
  const keys = gone.map(({ id }) => `slack.form/${id}`);
  await bot.db.deleteFrom("projection").where("key", "in", keys).execute();
}
