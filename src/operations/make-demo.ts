/**
 * The row of a demo: an environment of its own for a branch that was pushed to. It is made, or made anew after it was
 * destroyed, before its deployment is asked for; how many there may be is held here.
 */
import type { Transaction } from "kysely";
import { demoName, demoPolicy, slugOf, slugsFor } from "../policy/demos.ts";
import type { DemosPolicy } from "../policy/pipeline.ts";
import type { Database, EnvironmentRow } from "../store/schema.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import { wakeHomes } from "./follow-homes.ts";
import { planLook } from "./look-at-environment.ts";
import type { ServicePlace } from "./place.ts";
import { say } from "./tell.ts";

/** Demos are in no order: they come after all environments, so that nothing there waits for one. */
const position = 1_000_000;

export type Pushed = { readonly branch: string; readonly sha: string; readonly by: string };

/** Undefined when this was heard before, or when there are as many demos as there may be, which is told. */
export async function prepareDemo(
  bot: Bot,
  service: ServicePlace,
  demos: DemosPolicy,
  pushed: Pushed,
): Promise<EnvironmentRow | undefined> {
  return await bot.db.transaction().execute(async (trx) => {
    // Invariant: no more demos than there may be, however many branches are pushed at once.
    await trx.selectFrom("service").select("id").where("id", "=", service.id).forUpdate().execute();
    const known = await trx
      .selectFrom("environment")
      .selectAll()
      .where("service_id", "=", service.id)
      .where("demo_branch", "=", pushed.branch)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (known?.heard_sha === pushed.sha) return undefined;
    const isNew = known === undefined || known.removed_at !== null;
    if (isNew && (await countDemos(trx, service.id)) >= demos.most) {
      await tellLimit(trx, bot, service, demos, pushed);
      return undefined;
    }
    const row = known ?? (await addRow(trx, service, demos, pushed));
    const now = bot.context.clock.now();
    const prepared = await trx
      .updateTable("environment")
      .set((eb) => ({
        version: eb("version", "+", 1),
        removed_at: null,
        demo_policy: JSON.stringify(demoPolicy(demos, slugOf(row.name), pushed.branch)),
        demo_by: pushed.by,
        // From here on a deletion has something to end, also when this push is never asked for.
        heard_branch: pushed.branch,
        demo_ends_at: new Date(now + demos.ttl),
        ...(isNew ? { demo_since: new Date(now) } : {}),
      }))
      .where("id", "=", row.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    if (isNew) await auditMade(trx, service, row, pushed, now);
    await planLook(trx, row.id);
    await wakeHomes(trx, bot.wake, service.id);
    return prepared;
  });
}

async function countDemos(trx: Transaction<Database>, service: number): Promise<number> {
  const { count } = await trx
    .selectFrom("environment")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("service_id", "=", service)
    .where("demo_branch", "is not", null)
    .where("removed_at", "is", null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** A slug that was ever given to a branch stays that branch's. */
async function addRow(
  trx: Transaction<Database>,
  service: ServicePlace,
  demos: DemosPolicy,
  { branch }: Pushed,
): Promise<EnvironmentRow> {
  const slugs = slugsFor(demos, branch);
  const taken = await trx
    .selectFrom("environment")
    .select("name")
    .where("service_id", "=", service.id)
    .where("name", "in", slugs.map(demoName))
    .execute();
  const slug = slugs.find((one) => taken.every(({ name }) => name !== demoName(one)));
  if (slug === undefined) throw new Error(`every name for a demo of ${branch} is taken`);
  return await trx
    .insertInto("environment")
    .values({
      service_id: service.id,
      name: demoName(slug),
      position,
      demo_branch: branch,
      demo_policy: JSON.stringify(demoPolicy(demos, slug, branch)),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function tellLimit(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServicePlace,
  { most }: DemosPolicy,
  { branch, sha }: Pushed,
): Promise<void> {
  const content = { code: "demo-limit", service: service.name, branch, most } as const;
  const key = `demo-limit/${service.id}/${branch}/${sha}`;
  await say(trx, bot, { key, content, channel: service.channel, service: service.id });
}

async function auditMade(
  trx: Transaction<Database>,
  service: ServicePlace,
  row: EnvironmentRow,
  { branch, sha, by }: Pushed,
  now: number,
): Promise<void> {
  const where = { service: service.id, environment: row.id };
  await audit(trx, { at: now, actor: by, action: "demo.made", ...where, detail: { branch, sha } });
}
