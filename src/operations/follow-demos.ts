/**
 * A branch that gets a demo was pushed to or deleted: its demo is made, refreshed or destroyed. The news only says where
 * to look; what the branch holds is read at the decision, so late and repeated news ask for the same thing once.
 */
import { isDemoBranch } from "../policy/demos.ts";
import type { EnvironmentRow } from "../store/schema.ts";
import { withHeads } from "./ask-in-bulk.ts";
import type { Bot } from "./bot.ts";
import { askToDestroy } from "./destroy-demo.ts";
import { prepareDemo } from "./make-demo.ts";
import { loadServicesOf, type Place, placeOf, type ServicePlace } from "./place.ts";
import type { FoundRevision, RepositoryRef } from "./ports.ts";
import { requestWhile } from "./request.ts";
import { stillHead } from "./still-head.ts";
import { mergeTouches } from "./touches.ts";
import { unlessRefused } from "./unless-refused.ts";

type Branch = { readonly repository: RepositoryRef; readonly branch: string };

/** `knowing`: the bot with the heads that it has read of many branches before, where it has. */
export async function followDemos(bot: Bot, { repository, branch }: Branch, by: string, knowing?: Bot): Promise<void> {
  if (branch === repository.defaultBranch) return;
  const services = await loadServicesOf(bot.db, repository.id);
  const concerned: { readonly service: ServicePlace; readonly row: EnvironmentRow | undefined }[] = [];
  for (const service of services) {
    const row = await demoOf(bot, service.id, branch);
    const { demos } = service.policy;
    if (row !== undefined || (demos !== undefined && isDemoBranch(demos, branch))) concerned.push({ service, row });
  }
  if (concerned.length === 0) return;
  const head = await ownHead(knowing ?? bot, repository, branch);
  for (const { service, row } of concerned) {
    // Where no demo stands, its deletion finds nothing to end and raises no version.
    const isThere = row !== undefined && row.heard_branch !== null && row.removed_at === null;
    const versionBefore = knowing === undefined && isThere ? row.version : undefined;
    if (head !== undefined) await push(bot, service, { branch, head, by, versionBefore });
    else if (row !== undefined) await end(bot, row, by);
  }
}

/** GitHub leads on from a branch's former name; what is there by now has a demo of its own. */
async function ownHead(bot: Bot, repository: RepositoryRef, branch: string): Promise<FoundRevision | undefined> {
  const head = await bot.github.branchHead(repository, branch);
  return head?.ref === branch ? head : undefined;
}

/** At start: demos whose branch was pushed to or deleted while the bot was down. */
export async function followAllDemos(bot: Bot, repositories: readonly RepositoryRef[]): Promise<void> {
  const branches: Branch[] = [];
  for (const repository of repositories) {
    const rows = await bot.db
      .selectFrom("environment")
      .innerJoin("service", "service.id", "environment.service_id")
      .where("service.repository_id", "=", repository.id)
      .where("service.removed_at", "is", null)
      .where("environment.demo_branch", "is not", null)
      // Of a branch that is gone, with its demo, nothing is heard until it is pushed anew.
      .where((eb) => eb.or([eb("environment.removed_at", "is", null), eb("environment.heard_branch", "is not", null)]))
      .select("environment.demo_branch")
      .distinct()
      .execute();
    for (const { demo_branch: branch } of rows) if (branch !== null) branches.push({ repository, branch });
  }
  const knowing = await withHeads(bot, branches);
  for (const one of branches) {
    await unlessRefused(bot, one.repository, async () => await followDemos(bot, one, "signalbox", knowing));
  }
}

async function demoOf(bot: Bot, service: number, branch: string): Promise<EnvironmentRow | undefined> {
  return await bot.db
    .selectFrom("environment")
    .selectAll()
    .where("service_id", "=", service)
    .where("demo_branch", "=", branch)
    .executeTakeFirst();
}

type Pushed = {
  readonly branch: string;
  readonly head: FoundRevision;
  readonly by: string;
  /** The demo's, from before the head was read; undefined where that is not known. */
  readonly versionBefore: number | undefined;
};

async function push(bot: Bot, service: ServicePlace, { branch, head, by, versionBefore }: Pushed): Promise<void> {
  const { demos } = service.policy;
  // A demo that the file no longer speaks of stays as it is until its time is over.
  if (demos === undefined || !isDemoBranch(demos, branch)) return;
  const prepare = async () => await prepareDemo(bot, service, demos, { branch, sha: head.sha, by });
  const row = await prepare();
  if (row === undefined) return;
  await bot.context.faults.at("demo.prepared");
  const place = placeOf(service, row);
  if (place === undefined) return;
  if (await mergeTouches(bot, place, head)) {
    const wanted = {
      kind: "merge",
      typed: false,
      revision: { ...head, ref: branch },
      requestedBy: by,
      // Counted, since a branch may be moved back to where it was.
      key: `demo:${row.demo_pushes}:${head.sha}`,
      mergedBy: by,
    } as const;
    // Preparing has raised the version by one, and nobody else has.
    const untouched = versionBefore !== undefined && row.version === versionBefore + 1;
    const isHead = stillHead(bot, service.repository, { branch, head }, untouched ? row.version : undefined);
    // Destroyed since it was prepared, it is prepared anew, with an end; that raises its version, so this is asked again.
    const stands = async (now: Place) =>
      (await isHead(now)) && (now.environment.removed_at === null || (await prepare()) !== undefined);
    if ((await requestWhile(bot, row.id, wanted, stands)) === undefined) {
      // What it holds by now is told by a delivery of its own; that it is gone may have been told before this was prepared.
      if ((await ownHead(bot, service.repository, branch)) === undefined) await end(bot, row, by);
      return;
    }
  }
  await note(bot, row, branch, head.sha);
}

async function end(bot: Bot, row: EnvironmentRow, by: string): Promise<void> {
  // Known already, or destroyed before.
  if (row.heard_branch === null) return;
  if (row.removed_at === null) {
    const key = `demo-branch-deleted:${row.demo_pushes}`;
    const asked = { because: "branch-deleted", requestedBy: by, byItself: true, typed: false, key } as const;
    await askToDestroy(bot, row.id, asked);
  }
  await note(bot, row, null, null);
}

/** Only after what follows from it was asked for: a crash before leaves it to be found again. */
async function note(bot: Bot, row: EnvironmentRow, branch: string | null, sha: string | null): Promise<void> {
  await bot.context.faults.at("demo.asked");
  await bot.db
    .updateTable("environment")
    .set({ heard_branch: branch, heard_sha: sha, demo_pushes: row.demo_pushes + 1 })
    .where("id", "=", row.id)
    .where("demo_pushes", "=", row.demo_pushes)
    .execute();
}
