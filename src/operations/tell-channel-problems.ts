/**
 * Tells an owner, once for each time that a channel cannot be used, by direct message: an administrator of the
 * repository if one is known in Slack, else an approver. Where nobody is known, the log says it.
 */
import { distinctLogins } from "../policy/logins.ts";
import type { Bot } from "./bot.ts";
import { type ChannelProblem, isChannelProblem } from "./channels.ts";
import { membersNamed } from "./membership.ts";
import { slackUserOf } from "./people.ts";
import { loadService, type ServicePlace } from "./place.ts";
import { say } from "./tell.ts";

/** GitHub is asked of so many people at most whether they are administrators. */
const mostAsked = 30;

export type ChannelNote = {
  readonly code: "channel-problem";
  /** As the pipeline file names it. */
  readonly channel: string;
  readonly services: readonly string[];
  readonly why: ChannelProblem;
};

export async function tellChannelProblems(bot: Bot): Promise<void> {
  const rows = await bot.db
    .selectFrom("service")
    .select(["id", "channel", "channel_id", "channel_problem", "channel_problem_at", "repository_id"])
    .where("channel_problem", "is not", null)
    .where("channel_told_at", "is", null)
    .where("removed_at", "is", null)
    .orderBy("id")
    .execute();
  const told = new Set<number>();
  for (const row of rows) {
    const { channel, channel_problem: why } = row;
    if (told.has(row.id) || channel === null || why === null || !isChannelProblem(why)) continue;
    // Services of one repository that share a channel are told of together.
    const together = rows.filter((other) => other.repository_id === row.repository_id && other.channel === channel);
    for (const { id } of together) told.add(id);
    const services = (await Promise.all(together.map(({ id }) => loadService(bot.db, id)))).flatMap((one) => one ?? []);
    const [first] = services;
    if (first === undefined) continue;
    const content = { code: "channel-problem", channel, services: services.map((one) => one.name), why } as const;
    await tell(bot, first, content, { ids: together.map(({ id }) => id), since: row.channel_problem_at });
  }
}

async function tell(
  bot: Bot,
  service: ServicePlace,
  content: ChannelNote,
  { ids, since }: { readonly ids: readonly number[]; readonly since: Date | null },
): Promise<void> {
  const owner = await ownerOf(bot, service);
  const about = { channel: content.channel, services: content.services, why: content.why };
  if (owner === undefined) bot.log.warn(about, "a Slack channel cannot be used, and no owner is known in Slack");
  else bot.log.warn({ ...about, ...owner }, "a Slack channel cannot be used; an owner is told");
  await bot.db.transaction().execute(async (trx) => {
    await trx
      .updateTable("service")
      .set({ channel_told_at: new Date(bot.context.clock.now()) })
      .where("id", "in", [...ids])
      .where("channel_problem", "is not", null)
      .execute();
    if (owner === undefined) return;
    const key = `channel/${service.id}/${since?.getTime() ?? 0}`;
    await say(trx, bot, { key, content, service: service.id, slackUser: owner.slackUser });
  });
  await bot.context.faults.at("channel.told");
}

/** Administrators first; of those who are known in Slack. */
async function ownerOf(
  bot: Bot,
  service: ServicePlace,
): Promise<{ readonly login: string; readonly slackUser: string } | undefined> {
  const { pipeline, policy, repository } = service;
  const named = policy.environments.flatMap(({ approvals }) => approvals?.from ?? []);
  const { logins: approvers } = await membersNamed(bot, service, named);
  const linked = await bot.db.selectFrom("link").select("login").orderBy("at").limit(mostAsked).execute();
  const candidates = distinctLogins([...approvers, ...Object.keys(pipeline.people), ...linked.map((one) => one.login)]);
  let approver: { readonly login: string; readonly slackUser: string } | undefined;
  for (const login of candidates.slice(0, mostAsked)) {
    const slackUser = await slackUserOf(bot, pipeline, login);
    if (slackUser === undefined) continue;
    const owner = { login, slackUser };
    if ((await bot.github.permission(repository, login)) === "admin") return owner;
    if (approvers.includes(login)) approver ??= owner;
  }
  return approver;
}
