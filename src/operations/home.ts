/**
 * App Home: opened, followed and clicked in. What the person may be shown is looked up on GitHub when they open it and
 * again from time to time; what it shows is read from the store alone. Every click is judged by its operation as ever.
 */
import { optional } from "../optional.ts";
import { sameLogin } from "../policy/logins.ts";
import { pendingStatuses } from "../policy/model.ts";
import type { HomeRow } from "../store/view-tables.ts";
import { answered } from "./answered.ts";
import { askedLongAgo } from "./asked-long-ago.ts";
import type { Bot } from "./bot.ts";
import { demosOf } from "./demos.ts";
import { lockHolder } from "./environment.ts";
import { touchHome } from "./follow-homes.ts";
import type { HomeApproval, HomeLock, HomeView } from "./home-shown.ts";
import { linkOf, offerLink } from "./link.ts";
import { chooseLiveNews, wantsLiveNews } from "./live-news.ts";
import { unlock } from "./lock.ts";
import { instantOf } from "./note-reaction.ts";
import { loginOf } from "./people.ts";
import { loadPlace, loadPlaces, loadServices, type Place, type ServicePlace } from "./place.ts";
import { OutsideError } from "./ports.ts";
import { readableServices } from "./readable.ts";
import type { ReplyContent } from "./said.ts";
import { standingsOfPlaces } from "./status.ts";
import { takeAction } from "./take-action.ts";

/** The answer to a click is read at once; whoever comes back later starts anew. */
const saidForMs = 5 * 60_000;
/** Services of one person that are shown; more is no overview. */
const mostServices = 20;

type Person = { readonly team: string; readonly user: string };

export async function openHome(bot: Bot, { team, user: slackUser }: Person): Promise<void> {
  const now = new Date(bot.context.clock.now());
  const stale = new Date(now.getTime() - saidForMs);
  const home = await bot.db
    .insertInto("home")
    .values({ team, slack_user: slackUser, opened_at: now, looked_at: now, refreshed_at: now })
    .onConflict((conflict) =>
      conflict.columns(["team", "slack_user"]).doUpdateSet((eb) => ({
        opened_at: now,
        said: eb.case().when("home.said_at", "<", stale).then(null).else(eb.ref("home.said")).end(),
      })),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  await bot.context.faults.at("home.opened");
  await lookUpHome(bot, home);
}

/** Asks GitHub anew what the person can read, and has the view written. Calls: one for each repository. */
export async function lookUpHome(bot: Bot, home: Pick<HomeRow, "id" | "team" | "slack_user">): Promise<void> {
  await bot.servicesKnown();
  const person = { team: home.team, slackUser: home.slack_user };
  const { services } = await readableServices(bot, await loadServices(bot.db), person);
  const readable = services.slice(0, mostServices);
  await bot.db.transaction().execute(async (trx) => {
    // One look at a time keeps what it found: two would mix what each of them saw.
    const row = await trx.selectFrom("home").select("id").where("id", "=", home.id).forUpdate().executeTakeFirst();
    if (row === undefined) return;
    await trx.deleteFrom("home_service").where("home_id", "=", home.id).execute();
    const rows = readable.map(({ service, login }) => ({ home_id: home.id, service_id: service.id, login }));
    if (rows.length > 0) await trx.insertInto("home_service").values(rows).execute();
    const now = new Date(bot.context.clock.now());
    await trx.updateTable("home").set({ looked_at: now, refreshed_at: now }).where("id", "=", home.id).execute();
    await touchHome(trx, bot.wake, home.id);
  });
}

type Mine = { readonly service: ServicePlace; readonly login: string; readonly places: readonly Place[] };

/** What the view shows; undefined for a home that nobody follows any more. No calls. */
export async function loadHomeView(bot: Bot, id: number): Promise<HomeView | undefined> {
  const home = await bot.db.selectFrom("home").selectAll().where("id", "=", id).executeTakeFirst();
  if (home === undefined) return undefined;
  const now = bot.context.clock.now();
  const person = { team: home.team, slackUser: home.slack_user };
  const mine = await servicesOf(bot, home);
  const places = mine.flatMap((one) => one.places);
  const standings = await standingsOfPlaces(bot, places);
  const demos = await demosOf(
    bot,
    mine.map(({ service }) => service),
  );
  const services = mine.map(({ service }, at) => ({
    service: service.name,
    repository: service.repository.fullName,
    environments: standings.filter((_standing, index) => places[index]?.service.id === service.id),
    ...optional("demos", demos[at]?.length === 0 ? undefined : demos[at]),
  }));
  const logins = new Map(mine.map(({ login }) => [login.toLowerCase(), login]));
  const linked = await linkOf(bot, person);
  return {
    logins: [...logins.values()],
    ...optional("linked", linked?.login),
    ...(home.said === null || home.said_at === null
      ? {}
      : { said: { content: home.said, at: home.said_at.getTime() } }),
    approvals: await approvalsFor(bot, mine),
    locks: mine.flatMap((one) => locksOf(one, now)),
    liveNews: await wantsLiveNews(bot.db, home.slack_user),
    services,
    at: now,
  };
}

/** Services that were readable when it was last looked at, under the login that the person still goes by. */
async function servicesOf(bot: Bot, home: HomeRow): Promise<readonly Mine[]> {
  const rows = await bot.db.selectFrom("home_service").selectAll().where("home_id", "=", home.id).execute();
  if (rows.length === 0) return [];
  const services = await loadServices(bot.db);
  const person = { team: home.team, slackUser: home.slack_user };
  const mine = await Promise.all(
    services.map(async (service) => {
      const row = rows.find((one) => one.service_id === service.id);
      if (row === undefined) return [];
      const login = await loginOf(bot, service.pipeline, person);
      if (login === undefined || !sameLogin(login, row.login)) return [];
      return [{ service, login, places: await loadPlaces(bot.db, service) }];
    }),
  );
  return mine.flat();
}

/** What waits for approvals that this very person can give, as the last verdict found. */
async function approvalsFor(bot: Bot, mine: readonly Mine[]): Promise<readonly HomeApproval[]> {
  const known = new Map(
    mine.flatMap(({ places, login }) => places.map((place) => [place.environment.id, { place, login }])),
  );
  if (known.size === 0) return [];
  const rows = await bot.db
    .selectFrom("deployment")
    .selectAll()
    .where("environment_id", "in", [...known.keys()])
    .where("status", "in", [...pendingStatuses])
    .orderBy("id")
    .execute();
  return rows.flatMap((row) => {
    const found = known.get(row.environment_id);
    if (found === undefined) return [];
    const { place, login } = found;
    // The earlier rules may ask for an answer that the present ones do not.
    const missing = (row.verdict?.gates ?? []).flatMap(({ reason }) =>
      reason.code === "approvals.missing" ? [reason] : [],
    );
    const reason = missing.find(({ candidates }) => candidates.some((candidate) => sameLogin(candidate, login)));
    if (reason === undefined) return [];
    return [
      {
        deployment: row.id,
        ask: row.ask,
        service: place.service.name,
        environment: place.policy.name,
        production: place.policy.production,
        revision: { sha: row.sha, tree: row.tree, ...optional("version", row.version) },
        ...optional("ref", row.ref),
        requestedBy: row.requested_by,
        requestedAt: row.requested_at.getTime(),
        ...optional("expiresAt", reason.expiresAt),
        ...optional("channel", row.channel),
      },
    ];
  });
}

function locksOf({ service, login, places }: Mine, now: number): readonly HomeLock[] {
  return places.flatMap(({ environment, policy }) => {
    const holder = lockHolder(environment, now);
    if (holder === undefined || !sameLogin(holder, login)) return [];
    return [
      {
        environment: environment.id,
        service: service.name,
        name: policy.name,
        reason: environment.lock_reason ?? "",
        since: environment.lock_at?.getTime() ?? now,
        ...optional("until", environment.lock_until?.getTime()),
      },
    ];
  });
}

export type HomeClick = Person & {
  readonly key: string;
  readonly lastTry: boolean;
  /** When it came in, epoch ms. */
  readonly receivedAt: number;
  readonly action:
    | "home-approve"
    | "home-reject"
    | "home-unlock"
    | "home-link"
    | "home-live-news"
    | "home-no-live-news";
  readonly value: string;
  readonly actionTs: string;
};

/** Carries a click out, and answers in App Home itself: nothing else of it comes with a place to answer. */
export async function clickInHome(bot: Bot, click: HomeClick): Promise<void> {
  try {
    await sayInHome(bot, click, await answered(bot, click.key, () => carryOut(bot, click)));
  } catch (error) {
    if (error instanceof OutsideError)
      await sayInHome(bot, click, { code: click.lastTry ? "gave-up" : "trying-again" });
    throw error;
  }
}

async function carryOut(bot: Bot, click: HomeClick): Promise<ReplyContent> {
  const { team, user: slackUser, key } = click;
  switch (click.action) {
    case "home-link":
      return await offerLink(bot, { team, slackUser }, key);
    case "home-unlock":
      return (await askedLongAgo(bot, { key, at: click.receivedAt })) ?? (await unlockFrom(bot, click));
    case "home-live-news":
      return await chooseLiveNews(bot, { team, slackUser }, "live-news");
    case "home-no-live-news":
      return await chooseLiveNews(bot, { team, slackUser }, "no-live-news");
    case "home-approve":
      return await answerFrom(bot, click, "approve");
    case "home-reject":
      return await answerFrom(bot, click, "reject");
  }
}

async function answerFrom(bot: Bot, click: HomeClick, action: "approve" | "reject"): Promise<ReplyContent> {
  const { team, user: slackUser, key, value, actionTs } = click;
  const [deployment = 0, ask = 0] = value.split("/").map(Number);
  return await takeAction(bot, {
    action,
    deployment,
    ask,
    team,
    slackUser,
    channel: "",
    key,
    at: instantOf(actionTs),
  });
}

async function unlockFrom(bot: Bot, click: HomeClick): Promise<ReplyContent> {
  const { team, user: slackUser, key, value, receivedAt: at } = click;
  const place = /^\d{1,15}$/u.test(value) ? await loadPlace(bot.db, Number(value)) : undefined;
  if (place === undefined) return { code: "not-locked", environment: "That environment" };
  const login = await loginOf(bot, place.service.pipeline, { team, slackUser });
  return login === undefined ? { code: "not-linked" } : await unlock(bot, place, { login, slackUser, key, at });
}

async function sayInHome(bot: Bot, { team, user }: Person, content: ReplyContent): Promise<void> {
  const now = new Date(bot.context.clock.now());
  await bot.db.transaction().execute(async (trx) => {
    const home = await trx
      .updateTable("home")
      .set({ said: JSON.stringify(content), said_at: now })
      .where("team", "=", team)
      .where("slack_user", "=", user)
      .returning("id")
      .executeTakeFirst();
    if (home !== undefined) await touchHome(trx, bot.wake, home.id);
  });
}
