/**
 * Releases on GitHub, for what is deployed by an environment's `release`, and for versions that were finished: marked as
 * wanted here, made by the surface `github.release`, and told once they stand, or are refused.
 */
import type { Kysely, Transaction } from "kysely";
import * as z from "zod";
import type { Wake } from "../jobs/wake.ts";
import { optional } from "../optional.ts";
import { standingSurface } from "../projections/standing.ts";
import { touch } from "../projections/touch.ts";
import type { Database, DeploymentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { loadServiceRef, type ServiceRef } from "./place.ts";
import type { ReleaseNote } from "./release-said.ts";
import { say } from "./tell.ts";
import { byRelease, wakeAttempts } from "./woken-by.ts";

export type StandingRelease =
  | { readonly kind: "made"; readonly tag: string; readonly url: string }
  | { readonly kind: "wanted" }
  /** GitHub has said no again and again. */
  | { readonly kind: "refused"; readonly why: string };

/** How the subject of a finished version begins; before the number there is nothing else for a deployment. */
export const ofVersion = "version/";

export async function wantRelease(
  trx: Transaction<Database>,
  wake: Wake,
  deployment: number,
  installation: number,
): Promise<void> {
  await touch(trx, wake, { surface: "github.release", subject: `${deployment}`, lane: `github/${installation}` });
}

export async function wantVersionRelease(
  trx: Transaction<Database>,
  wake: Wake,
  candidate: number,
  installation: number,
): Promise<void> {
  const subject = `${ofVersion}${candidate}`;
  await touch(trx, wake, { surface: "github.release", subject, lane: `github/${installation}` });
}

export async function standingRelease(db: Kysely<Database>, deployment: number): Promise<StandingRelease | undefined> {
  return await standing(db, `${deployment}`);
}

const remembered = z.object({ tag: z.string(), url: z.string() });

async function standing(db: Kysely<Database>, subject: string): Promise<StandingRelease | undefined> {
  const surface = await standingSurface(db, "github.release", subject);
  if (surface === undefined) return undefined;
  const made = remembered.safeParse(surface.external).data;
  if (made !== undefined) return { kind: "made", ...made };
  return surface.refused === undefined ? { kind: "wanted" } : { kind: "refused", why: surface.refused };
}

/** What others deployed, and what goes back, is no release. */
export async function releaseAfter(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  { id, kind, policy }: DeploymentRow,
): Promise<void> {
  if (policy?.release !== "after" || kind === "rollback" || kind === "external") return;
  await wantRelease(trx, bot.wake, id, service.repository.installationId);
}

/** Says where it is, and wakes the stage that waits for it. That GitHub refuses it is said where no stage says so. */
export async function tellRelease(bot: Bot, subject: string): Promise<void> {
  const release = await standing(bot.db, subject);
  if (release === undefined || release.kind === "wanted") return;
  if (subject.startsWith(ofVersion)) return await tellVersionRelease(bot, subject, release);
  const deployment = Number(subject);
  await bot.db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom("deployment")
      .select(["channel", "policy"])
      .where("id", "=", deployment)
      .executeTakeFirst();
    if (release.kind === "refused" && row?.policy?.release !== "after") return;
    await say(trx, bot, { ...noteOf(subject, release), channel: row?.channel ?? null, deployment });
    await wakeAttempts(trx, bot, byRelease(deployment));
  });
}

async function tellVersionRelease(bot: Bot, subject: string, release: ToldRelease): Promise<void> {
  await bot.db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom("candidate")
      .select(["service_id", "channel", "tag"])
      .where("id", "=", Number(subject.slice(ofVersion.length)))
      .executeTakeFirst();
    if (row === undefined) return;
    const service = await loadServiceRef(trx, row.service_id);
    const channel = service.channel ?? row.channel;
    await say(trx, bot, { ...noteOf(subject, release, row.tag), channel, service: service.id });
  });
}

type ToldRelease = Exclude<StandingRelease, { kind: "wanted" }>;

function noteOf(subject: string, release: ToldRelease, tag?: string): { key: string; content: ReleaseNote } {
  if (release.kind === "made") {
    return { key: `release/${subject}`, content: { code: "release-stands", tag: release.tag, url: release.url } };
  }
  const content = { code: "release-refused", ...optional("tag", tag), said: release.why } as const;
  return { key: `release-refused/${subject}`, content };
}
