/** Does the one thing that comes next for a step of a version. Every call to GitHub may be repeated after a crash. */
import type { Transaction } from "kysely";
import { optional } from "../optional.ts";
import type { AskedToMerge, CandidateFacts, CandidateMove, CandidatePlan } from "../policy/versions/candidate.ts";
import { touch } from "../projections/touch.ts";
import type { Database } from "../store/schema.ts";
import type { CandidateRow } from "../store/version-tables.ts";
import type { Bot } from "./bot.ts";
import type { StepProblem } from "./candidate-said.ts";
import { asMerged, commitOrProblem, makeVersionCommit, notBroughtBack } from "./make-version-commit.ts";
import { orRefused } from "./or-refused.ts";
import type { ServicePlace, ServiceRef } from "./place.ts";
import { Refusal } from "./ports.ts";
import type { Ships } from "./ships.ts";
import { say } from "./tell.ts";
import { versionShips } from "./version-ships.ts";

export type Moved =
  | ({ readonly kind: "on" } & Kept)
  /** Until `at`, or until the pull request is looked at again. */
  | ({ readonly kind: "wait"; readonly at?: number; readonly failed?: true } & Kept)
  | { readonly kind: "end"; readonly candidate: string; readonly ships?: Ships }
  | { readonly kind: "end"; readonly problem: StepProblem; readonly tagged: boolean };

type Kept = {
  readonly plan: CandidatePlan;
  /** Written in the same transaction. */
  readonly also?: (trx: Transaction<Database>, service: ServiceRef) => Promise<void>;
};

/** The pull request is made by its projection, within seconds. */
const pullIsMadeMs = 5_000;

export async function carryOut(
  bot: Bot,
  service: ServicePlace,
  row: CandidateRow,
  facts: CandidateFacts,
  move: CandidateMove,
): Promise<Moved> {
  const { repository } = service;
  const { plan } = row;
  const again: Moved = { kind: "on", plan };
  const { tagged = false } = plan;
  const end = (problem: StepProblem): Moved => ({ kind: "end", problem, tagged });
  switch (move.kind) {
    case "make-commit": {
      const made = await makeVersionCommit(bot, service, row);
      await bot.context.faults.at("version.commit-made");
      if ("code" in made) return end(made);
      return { kind: "on", plan: { ...made, rebuilt: rebuilt(plan) } };
    }
    case "move-branch": {
      const refused = await orRefused(() => bot.versions.moveBranch(repository, move.branch, move.to));
      await bot.context.faults.at("version.branch-moved");
      if (!(refused instanceof Refusal)) return again;
      return await unlessMoved(bot, service, facts.branch?.head, move.branch, again, () =>
        askToMerge(bot, service, row, { for: "files", base: move.branch, sha: move.to }),
      );
    }
    case "set-tag": {
      const refused = await orRefused(() => bot.versions.setTag(repository, row.tag, move.at));
      await bot.context.faults.at("version.tagged");
      if (!(refused instanceof Refusal)) return { kind: "on", plan: { ...plan, tagged: true } };
      const there = await bot.versions.tagAt(repository, row.tag);
      if (there !== undefined) return again;
      return end({ code: "refused", what: "tag", name: row.tag, said: refused.message });
    }
    case "make-release-branch": {
      const refused = await orRefused(() => bot.versions.makeBranch(repository, move.branch, move.at));
      await bot.context.faults.at("version.release-branch-made");
      if (!(refused instanceof Refusal)) return again;
      return end({ code: "refused", what: "branch", name: move.branch, said: refused.message });
    }
    case "make-merge": {
      const apart = await notBroughtBack(bot, service, { name: move.branch, head: move.onto }, plan.commit ?? "");
      if (apart !== undefined) return end(apart);
      const sha = await commitOrProblem(bot, repository, row, {
        about: { kind: "merge", tag: row.tag, into: move.branch, by: row.asked_by },
        parents: [move.onto, plan.commit ?? ""],
        like: plan.commit ?? "",
        files: [],
      });
      await bot.context.faults.at("version.merge-made");
      if (typeof sha !== "string") return end(sha);
      return { kind: "on", plan: { ...plan, merge: { onto: move.onto, sha }, rebuilt: rebuilt(plan) } };
    }
    case "move-release": {
      const refused = await orRefused(() => bot.versions.moveBranch(repository, move.branch, move.to));
      await bot.context.faults.at("version.merged");
      if (!(refused instanceof Refusal)) return again;
      return await unlessMoved(bot, service, facts.release?.head, move.branch, again, () =>
        askToMerge(bot, service, row, { for: "merge", base: move.branch, sha: move.to }),
      );
    }
    case "wait-for-pull":
      return waitForPull(bot, row, move.number);
    case "take-merged": {
      const taken = await asMerged(bot, service, row, move.sha);
      return "code" in taken ? end(taken) : { kind: "on", plan: taken };
    }
    case "stop":
      return end(move.why);
    case "done":
      return {
        kind: "end",
        candidate: move.candidate,
        ...(row.step === "finish" ? optional("ships", await versionShips(bot, service, row, move.candidate)) : {}),
      };
  }
}

function rebuilt({ commit, rebuilt: times = 0 }: CandidatePlan): number {
  return commit === undefined ? times : times + 1;
}

/** A branch that was pushed to meanwhile refuses as well; that is no rule, and the next look builds on what it holds. */
async function unlessMoved(
  bot: Bot,
  { repository }: ServicePlace,
  head: string | undefined,
  branch: string,
  again: Moved,
  otherwise: () => Promise<Moved>,
): Promise<Moved> {
  const now = await bot.github.branchHead(repository, branch);
  return now?.sha === head ? await otherwise() : again;
}

/** The branch may only be merged into by a pull request: one is made from a branch that holds just this. */
async function askToMerge(
  bot: Bot,
  { repository }: ServicePlace,
  row: CandidateRow,
  wanted: Omit<AskedToMerge, "branch">,
): Promise<Moved> {
  const branch = `signalbox/${row.tag}-${wanted.for}-${wanted.sha.slice(0, 7)}`;
  const refused = await orRefused(() => bot.versions.makeBranch(repository, branch, wanted.sha));
  await bot.context.faults.at("version.asked-to-merge");
  if (refused instanceof Refusal) {
    const problem = { code: "refused", what: "branch", name: branch, said: refused.message } as const;
    return { kind: "end", problem, tagged: wanted.for === "merge" };
  }
  return {
    kind: "wait",
    at: bot.context.clock.now() + pullIsMadeMs,
    plan: { ...row.plan, asked: { ...wanted, branch } },
    also: async (trx, service) => {
      const lane = `github/${service.repository.installationId}`;
      await touch(trx, bot.wake, { surface: "github.version-pull", subject: `${row.id}`, lane });
    },
  };
}

function waitForPull(bot: Bot, row: CandidateRow, number: number | undefined): Moved {
  const { plan } = row;
  if (number === undefined) return { kind: "wait", plan, at: bot.context.clock.now() + pullIsMadeMs };
  return {
    kind: "wait",
    plan,
    also: async (trx, service) => {
      const { name, repository, channel } = service;
      const url = `${bot.githubUrl}/${repository.fullName}/pull/${number}`;
      const named = { service: name, step: row.step, version: row.version, tag: row.tag, by: row.asked_by };
      const content = { code: "version-asks-to-merge", ...named, number, base: plan.asked?.base ?? "", url } as const;
      const key = `version/${row.id}/asks/${number}`;
      await say(trx, bot, { key, content, channel: channel ?? row.channel, service: service.id });
    },
  };
}
