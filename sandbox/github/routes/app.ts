/** The App itself: who it is, where it is installed, its tokens, its delivery log, its rate limit. */
import { z } from "zod";
import type { Hub } from "../hub/hub.ts";
import type { Installation } from "../hub/state.ts";
import { notFound, Problem, unprocessable } from "../problem.ts";
import { accountJson, appJson, appPermissions, time } from "../render/account.ts";
import { installationJson, repositoryJson } from "../render/repository.ts";
import type { Delivery, DeliveryQueue } from "../server/deliveries.ts";
import { type Answer, appRoute, type Call, listAnswer, parseBody, type Route, route } from "../server/route.ts";
import { actingAccount, type SignIn } from "../server/sign-in.ts";

const tokenWish = z.object({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.number()).optional(),
  permissions: z.record(z.string(), z.string()).optional(),
});

export function appRoutes(signIn: SignIn, deliveries: DeliveryQueue): readonly Route[] {
  const installationOf = (hub: Hub, found: Installation | undefined): Answer => {
    if (found === undefined) throw notFound();
    return { body: installationJson(hub, found) };
  };
  const byAccount = (hub: Hub, login: string) =>
    [...hub.installations.values()].find(({ account }) => account.login.toLowerCase() === login.toLowerCase());

  return [
    appRoute("GET", "/app", (_, hub) => ({
      body: { ...appJson(hub, hub.app.slug), installations_count: hub.installations.size },
    })),
    appRoute("GET", "/app/installations", (call, hub) =>
      listAnswer(hub, call, [...hub.installations.values()], (one) => installationJson(hub, one)),
    ),
    appRoute("GET", "/app/installations/:id", (call, hub) =>
      installationOf(hub, hub.installations.get(call.numberParam("id"))),
    ),
    appRoute("GET", "/repos/:owner/:repo/installation", (call, hub) => {
      const repository = hub.repositories.get(`${call.param("owner")}/${call.param("repo")}`.toLowerCase());
      return installationOf(hub, repository === undefined ? undefined : hub.installationOf(repository));
    }),
    appRoute("GET", "/orgs/:login/installation", (call, hub) =>
      installationOf(hub, byAccount(hub, call.param("login"))),
    ),
    appRoute("GET", "/users/:login/installation", (call, hub) =>
      installationOf(hub, byAccount(hub, call.param("login"))),
    ),
    appRoute("POST", "/app/installations/:id/access_tokens", (call, hub) => {
      const installation = hub.installations.get(call.numberParam("id"));
      if (installation === undefined) throw notFound();
      if (installation.suspended) throw new Problem(403, "This installation has been suspended");
      const wish = parseBody(tokenWish, call);
      const chosen = chosenRepositories(installation, wish.repositories, wish.repository_ids);
      const { token, expiresAt } = signIn.installationToken(
        installation,
        chosen?.map(({ id }) => id),
      );
      return {
        status: 201,
        body: {
          token,
          expires_at: time(expiresAt),
          permissions: wish.permissions ?? appPermissions,
          repository_selection: "selected",
          ...(chosen === undefined ? {} : { repositories: chosen.map((one) => repositoryJson(hub, one)) }),
        },
      };
    }),
    route("GET", "/installation/repositories", (call, hub) => {
      const { actor } = call;
      if (actor.kind !== "installation") throw new Problem(403, "Resource not accessible by integration");
      const seen = actor.installation.repositories.filter(
        ({ id }) => actor.repositories === undefined || actor.repositories.includes(id),
      );
      return listAnswer(
        hub,
        call,
        seen,
        (one) => repositoryJson(hub, one),
        (repositories, total_count) => ({ total_count, repository_selection: "selected", repositories }),
      );
    }),
    appRoute("GET", "/app/hook/deliveries", (call, hub) => deliveryPage(hub, call.query, deliveries.log())),
    appRoute("GET", "/app/hook/deliveries/:id", (call) => {
      const found = deliveries.log().find(({ id }) => id === call.numberParam("id"));
      if (found === undefined) throw notFound();
      return { body: fullDeliveryJson(found) };
    }),
    appRoute("POST", "/app/hook/deliveries/:id/attempts", (call) => {
      if (!deliveries.redeliver({ id: call.numberParam("id") })) throw notFound();
      return { status: 202, body: {} };
    }),
    route("GET", "/user", (call, hub) => ({ body: accountJson(hub, actingAccount(hub, call.actor)) })),
    route("GET", "/users/:login", (call, hub) => {
      const account = hub.account(call.param("login"));
      if (account === undefined) throw notFound();
      return { body: { ...accountJson(hub, account), name: account.name, email: null, company: null } };
    }),
    route("GET", "/orgs/:org/teams/:team", (call, hub) => {
      const [name, members] = [call.param("team"), membersOf(hub, call)];
      return { body: { id: 1, name, slug: name.toLowerCase(), privacy: "closed", members_count: members.length } };
    }),
    route("GET", "/orgs/:org/teams/:team/memberships/:login", (call, hub) => {
      const login = call.param("login").toLowerCase();
      if (!membersOf(hub, call).some((member) => member.toLowerCase() === login)) throw notFound();
      const url = `${hub.url()}${call.path}`;
      return { body: { url, role: "member", state: "active" } };
    }),
    route("GET", "/orgs/:org/teams/:team/members", (call, hub) => {
      const members = membersOf(hub, call).map((login) => hub.person(login));
      return listAnswer(hub, call, members, (account) => accountJson(hub, account));
    }),
  ];
}

function membersOf(hub: Hub, call: Call): readonly string[] {
  const members = hub.teams.get(`${call.param("org")}/${call.param("team")}`.toLowerCase());
  if (members === undefined) throw notFound();
  return members;
}

function chosenRepositories(
  installation: Installation,
  names: readonly string[] | undefined,
  ids: readonly number[] | undefined,
) {
  if (names === undefined && ids === undefined) return undefined;
  const chosen = installation.repositories.filter(({ id, name }) => names?.includes(name) || ids?.includes(id));
  if (chosen.length < new Set([...(names ?? []), ...(ids ?? [])]).size) {
    throw unprocessable(
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  }
  return chosen;
}

function deliveryJson(delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: new Date(delivery.deliveredAt).toISOString(),
    redelivery: delivery.redelivery,
    duration: Math.round(delivery.duration) / 1000,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

function fullDeliveryJson(delivery: Delivery) {
  const payload: unknown = JSON.parse(delivery.body);
  return {
    ...deliveryJson(delivery),
    url: delivery.url,
    request: { headers: delivery.headers, payload },
    response: { headers: delivery.responseHeaders, payload: delivery.responseBody },
  };
}

/** The log is paged by a cursor, which here is the id of the last delivery shown. */
function deliveryPage(hub: Hub, query: URLSearchParams, log: readonly Delivery[]): Answer {
  const perPage = Math.min(100, Number(query.get("per_page") ?? 30) || 30);
  const cursor = Number((query.get("cursor") ?? "").replace(/^v1_/, ""));
  const all = query.get("status");
  const wanted = log.filter(
    ({ statusCode, id }) =>
      (cursor === 0 || id < cursor) &&
      (all === null || (all === "success") === (statusCode >= 200 && statusCode < 400)),
  );
  const shown = wanted.slice(0, perPage);
  const last = shown.at(-1);
  const more = last !== undefined && wanted.length > perPage;
  const url = `${hub.url()}/app/hook/deliveries?per_page=${perPage}&cursor=v1_${last?.id}`;
  return { body: shown.map(deliveryJson), headers: more ? { link: `<${url}>; rel="next"` } : {} };
}
