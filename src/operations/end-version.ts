/** Ends a step of a version, once: what came of it is written down, told, and offered further. */
import type { CandidateRow } from "../store/version-tables.ts";
import { audit } from "./audit.ts";
import type { Bot } from "./bot.ts";
import type { VersionNote } from "./candidate-said.ts";
import type { Moved } from "./carry-out-version.ts";
import { loadPlaces, loadService, loadServiceRef } from "./place.ts";
import { wantVersionRelease } from "./releases.ts";
import { say } from "./tell.ts";

export async function endVersion(bot: Bot, row: CandidateRow, ended: Extract<Moved, { kind: "end" }>): Promise<void> {
  const now = bot.context.clock.now();
  const places = await aroundOf(bot, row);
  await bot.db.transaction().execute(async (trx) => {
    const problem = "problem" in ended ? ended.problem : undefined;
    const candidate = "candidate" in ended ? ended.candidate : undefined;
    const written = await trx
      .updateTable("candidate")
      .set({
        ended_at: new Date(now),
        look_at: null,
        epoch: row.epoch + 1,
        problem: problem === undefined ? null : JSON.stringify(problem),
        ...(candidate === undefined ? {} : { sha: candidate }),
        ships: "ships" in ended ? JSON.stringify(ended.ships) : null,
      })
      .where("id", "=", row.id)
      .where("epoch", "=", row.epoch)
      .where("ended_at", "is", null)
      .executeTakeFirst();
    if (written.numUpdatedRows === 0n) return;
    const service = await loadServiceRef(trx, row.service_id);
    const named = { service: service.name, step: row.step, version: row.version, tag: row.tag, by: row.asked_by };
    const { asked_by: actor, step, version, tag, id } = row;
    await audit(trx, {
      at: now,
      actor,
      action: problem === undefined ? "version.done" : "version.stopped",
      service: service.id,
      detail: { candidate: id, step, version, tag, sha: candidate, commit: row.plan.commit, problem },
    });
    const content: VersionNote =
      "problem" in ended
        ? { code: "version-stopped", ...named, why: ended.problem, tagged: ended.tagged }
        : { code: "version-done", ...named, sha: ended.candidate, ...places };
    const channel = service.channel ?? row.channel;
    await say(trx, bot, { key: `version/${row.id}/ended`, content, channel, service: service.id });
    if (step === "finish" && problem === undefined) {
      await wantVersionRelease(trx, bot.wake, id, service.repository.installationId);
    }
  });
  await bot.context.faults.at("version.ended");
}

/** Where the branch that has it now is deployed, and where a release can go. */
async function aroundOf(bot: Bot, row: CandidateRow) {
  const service = await loadService(bot.db, row.service_id);
  if (service === undefined) return { deployedTo: [], offer: [] };
  const names = (await loadPlaces(bot.db, service)).map(({ policy }) => policy);
  const branch = service.policy.versions.releaseBranch ?? row.plan.branch;
  const deployedTo = names.filter((policy) => policy.branch !== undefined && policy.branch === branch && policy.auto);
  const offer = row.step === "finish" ? names.filter(({ production }) => production) : [];
  return { deployedTo: deployedTo.map(({ name }) => name), offer: offer.map(({ name }) => name) };
}
