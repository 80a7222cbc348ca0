/** Carries one job out, step after step, in a folder of its own. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git } from "../git/run-git.ts";
import type { Repository } from "../hub/state.ts";
import { findCommit } from "../routes/revision.ts";
import { evaluate, fill, holds, type Scope } from "./expressions.ts";
import { type Running, runStep } from "./shell.ts";
import type { ActionsRun, JobRecord } from "./state.ts";
import type { Job, Step, Workflow } from "./workflow.ts";

/** Much more than a sample needs. */
const longestLog = 1_000_000;

export type JobWork = {
  readonly repository: Repository;
  readonly run: ActionsRun;
  readonly workflow: Workflow;
  readonly job: Job;
  readonly record: JobRecord;
  readonly folder: string;
  readonly contexts: Readonly<Record<string, unknown>>;
  /** What a step's environment holds besides its own. */
  readonly env: Readonly<Record<string, string>>;
  readonly now: () => number;
  /** Told of whatever runs, so that it can be ended. */
  readonly running: Set<Running>;
};

/** A step that uses one of these needs nothing that the machine has not. */
const harmless = /^actions\/(?:setup-[a-z]+|cache|upload-artifact)@/u;

export function titleOf(step: Step): string {
  return step.name ?? (step.run === undefined ? `Run ${step.uses ?? ""}` : `Run ${step.run.split("\n")[0] ?? ""}`);
}

export async function carryOut(work: JobWork): Promise<"success" | "failure" | "cancelled"> {
  const { job, record, run, folder } = work;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  let failed = false;
  for (const [index, step] of job.steps.entries()) {
    const state = record.steps[index];
    if (state === undefined) continue;
    const scope = scopeOf(work, failed);
    if (!holds(step.if ?? "success()", scope) || (run.cancelled && step.if === undefined)) {
      Object.assign(state, { status: "completed", conclusion: "skipped", completedAt: work.now() });
      continue;
    }
    Object.assign(state, { status: "in_progress", startedAt: work.now() });
    write(record, `##[group]${titleOf(step)}\n`);
    const code = await runOne(work, step, scope).catch((error: unknown) => {
      write(record, `##[error]${error instanceof Error ? error.message : String(error)}\n`);
      return 1;
    });
    const ended = code === 0 ? "success" : run.cancelled ? "cancelled" : "failure";
    if (ended === "failure") write(record, `##[error]Process completed with exit code ${code}.\n`);
    Object.assign(state, { status: "completed", conclusion: ended, completedAt: work.now() });
    failed ||= ended !== "success" && !step["continue-on-error"];
  }
  await rm(folder, { recursive: true, force: true });
  if (run.cancelled) return "cancelled";
  return failed ? "failure" : "success";
}

export function write(record: JobRecord, text: string): void {
  record.log = (record.log + text).slice(-longestLog);
}

function scopeOf(work: JobWork, failed: boolean): Scope {
  const { run, workflow, job } = work;
  const cancelled = run.cancelled;
  const functions = {
    success: () => !failed && !cancelled,
    failure: () => failed && !cancelled,
    cancelled: () => cancelled,
    always: () => true,
  };
  const bare: Scope = { contexts: work.contexts, functions };
  const env = Object.fromEntries(
    Object.entries({ ...workflow.env, ...job.env }).map(([name, value]) => [name, fill(value, bare)]),
  );
  return { contexts: { ...work.contexts, env }, functions };
}

async function runOne(work: JobWork, step: Step, scope: Scope): Promise<number> {
  const { repository, run, record, folder } = work;
  if (step.uses !== undefined) {
    if (/^actions\/checkout@/u.test(step.uses)) {
      await checkOut(work, step, scope);
      return 0;
    }
    if (harmless.test(step.uses)) {
      write(record, `The sandbox takes ${step.uses} for done.\n`);
      return 0;
    }
    throw new Error(`The sandbox runs no actions: ${step.uses} is neither actions/checkout nor actions/setup-….`);
  }
  if (step.run === undefined) throw new Error("A step has neither run nor uses.");
  const own = Object.fromEntries(Object.entries(step.env).map(([name, value]) => [name, fill(value, scope)]));
  const shared = evaluate("env", scope);
  const eventFile = join(folder, "..", `event-${record.id}.json`);
  await writeFile(eventFile, JSON.stringify(run.payload));
  const started = runStep(fill(step.run, scope), {
    folder: join(folder, step["working-directory"] ?? "."),
    env: {
      ...work.env,
      ...{ HOME: folder, CI: "true", GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: folder },
      ...{ GITHUB_SHA: run.sha, GITHUB_REF: run.ref, GITHUB_REF_NAME: run.ref.replace(/^refs\/[a-z]+\//u, "") },
      ...{ GITHUB_REPOSITORY: repository.fullName, GITHUB_RUN_ID: String(run.id), GITHUB_ACTOR: run.actor.login },
      ...{ GITHUB_EVENT_NAME: run.event, GITHUB_EVENT_PATH: eventFile, GITHUB_RUN_ATTEMPT: String(run.attempt) },
      ...(typeof shared === "object" ? shared : {}),
      ...own,
    },
    write: (text) => write(record, text),
  });
  work.running.add(started);
  if (run.cancelled) started.kill();
  try {
    return (await started.ended).code;
  } finally {
    work.running.delete(started);
    await rm(eventFile, { force: true });
  }
}

async function checkOut({ repository, run, record, folder }: JobWork, step: Step, scope: Scope): Promise<void> {
  const wish = step.with;
  const named = typeof wish === "object" && wish !== null && "ref" in wish ? fill(String(wish.ref), scope) : "";
  const revision = named === "" ? run.sha : named;
  const found = await findCommit(repository, revision);
  if (found === undefined) throw new Error(`${repository.fullName} has no commit "${revision}".`);
  await git(folder, ["clone", "--quiet", "--shared", "--no-checkout", repository.git.folder, "."]);
  await git(folder, ["checkout", "--quiet", "--detach", found.sha]);
  write(record, `Checked out ${found.sha}\n`);
}
