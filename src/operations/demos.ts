/** `/deploy demo`: which demos there are, and the destruction of one that a person asks for. */
import { optional } from "../optional.ts";
import { slugOf } from "../policy/demos.ts";
import type { Verdict } from "../policy/model.ts";
import { nearest } from "../policy/nearest.ts";
import { type Asker, refusal } from "./asker.ts";
import type { Bot } from "./bot.ts";
import type { DemoReply, DemoShown } from "./demo-said.ts";
import { askedBy } from "./deploy.ts";
import { askToDestroy, type Destroying } from "./destroy-demo.ts";
import { askerIn, type CommandFrom, findService } from "./find-place.ts";
import { loadDemos, type Place, type ServicePlace } from "./place.ts";
import type { ReplyContent } from "./said.ts";
import { standingsOf } from "./standing.ts";

/** The demos of these services, in the order of the services. Reads only. */
export async function demosOf(bot: Bot, services: readonly ServicePlace[]): Promise<readonly (readonly DemoShown[])[]> {
  const places = await loadDemos(bot.db, services);
  const named = places.map(({ policy, environment }) => ({
    name: policy.name,
    ...optional("url", policy.url),
    row: environment,
  }));
  const now = bot.context.clock.now();
  const standings = await standingsOf(bot.db, named, now);
  return services.map(({ id }) =>
    places.flatMap(({ service, environment }, index) => {
      const standing = standings[index];
      if (service.id !== id || standing === undefined) return [];
      return [
        {
          slug: slugOf(environment.name),
          branch: environment.demo_branch ?? "",
          by: environment.demo_by ?? "",
          since: environment.demo_since?.getTime() ?? now,
          endsAt: environment.demo_ends_at?.getTime() ?? now,
          standing,
        },
      ];
    }),
  );
}

export async function listDemos(bot: Bot, services: readonly ServicePlace[]): Promise<DemoReply> {
  const demos = await demosOf(bot, services);
  return {
    code: "demos",
    services: services.map(({ name, policy: { demos: made } }, index) => ({
      service: name,
      ...(made === undefined ? {} : { made: { branches: made.branches, most: made.most } }),
      demos: demos[index] ?? [],
    })),
  };
}

/** By its name, as a URL or a list shows it, or by its branch. Whoever may push may destroy it. */
export async function destroyDemo(
  bot: Bot,
  { name, service: wanted }: { readonly name: string; readonly service?: string },
  from: CommandFrom,
): Promise<ReplyContent> {
  const service = await findService(bot, wanted, from);
  if (service.kind === "answer") return service.answer;
  const asker = await askerIn(bot, service.found, from);
  if (asker === undefined) return { code: "not-linked" };
  const places = await loadDemos(bot.db, [service.found]);
  const lower = name.toLowerCase();
  const place = places.find(({ environment }) =>
    [slugOf(environment.name), environment.name, environment.demo_branch?.toLowerCase()].includes(lower),
  );
  // Delivered again after it has ended, it is answered as it was.
  const known = place === undefined ? await destroyedBy(bot, service.found, asker.key) : undefined;
  if (known !== undefined) return known;
  if (place === undefined) {
    const choices = places.map(({ environment }) => slugOf(environment.name));
    const near = optional("nearest", nearest(lower, choices));
    return { code: "unknown-demo", service: service.found.name, found: name, ...near, choices };
  }
  const mayNot = await refusal(bot, place, asker, "push", "destroy a demo");
  if (mayNot !== undefined) return mayNot;
  const asked = { ...askedBy(asker), because: "asked", typed: true } as const;
  return answer(place, asker, await askToDestroy(bot, place.environment.id, asked));
}

function answer(place: Place, asker: Asker, asked: Destroying): ReplyContent {
  const about = { service: place.service.name, demo: slugOf(place.environment.name) };
  switch (asked.kind) {
    case "gone":
      return { code: "demo-gone", ...about };
    case "stopped":
      return { code: "demo-kept", ...about, verdict: asked.verdict };
    case "already":
      return { code: "already-requested", deployment: asked.deployment };
    case "requested":
      return { code: "demo-destroying", ...about, deployment: asked.deployment.id, verdict: asked.verdict };
    case "left-pipeline":
    case "overtaken":
      throw new Error(`${asker.login} asked to destroy ${place.environment.name}, which was answered ${asked.kind}`);
  }
}

async function destroyedBy(bot: Bot, service: ServicePlace, key: string): Promise<DemoReply | undefined> {
  const row = await bot.db
    .selectFrom("deployment")
    .innerJoin("environment", "environment.id", "deployment.environment_id")
    .where("environment.service_id", "=", service.id)
    .where("deployment.kind", "=", "destroy")
    .where("deployment.request_key", "=", key)
    .select(["deployment.id", "deployment.verdict", "environment.name"])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const verdict: Verdict = row.verdict ?? { outcome: "wait", gates: [] };
  return { code: "demo-destroying", service: service.name, demo: slugOf(row.name), deployment: row.id, verdict };
}
