/**
 * Runs of workflows: their attempts with jobs in the order of their needs, each job's end, and the webhooks of it all.
 * What sets a run off is in `engine.ts`.
 */
import { join } from "node:path";
import { updateCheckRun } from "../acts/checks.ts";
import type { Hub } from "../hub/hub.ts";
import type { Account, Repository } from "../hub/state.ts";
import { actionsRunJson } from "../render/actions-run.ts";
import { carryOut, write } from "./carry-out.ts";
import { fill, holds, type Scope } from "./expressions.ts";
import { endJob, newJob, tellJob } from "./jobs.ts";
import type { Running } from "./shell.ts";
import type { ActionsRun, JobRecord } from "./state.ts";
import type { Trigger } from "./triggers.ts";
import { circular, type Job, readWorkflow, type Workflow } from "./workflow.ts";
import type { WorkflowFile } from "./workflow-files.ts";

export type Runs = {
  begin(repository: Repository, file: WorkflowFile, trigger: Trigger, inputs: ActionsRun["inputs"]): ActionsRun;
  /** One more attempt, with those jobs that are to run `again`. */
  startAttempt(
    repository: Repository,
    run: ActionsRun,
    read: ReturnType<typeof readWorkflow>,
    again: (job: JobRecord) => boolean,
  ): void;
  kill(run: ActionsRun): void;
  /** Ends all that runs; nothing is told any more. */
  close(): void;
};

export function createRuns(
  hub: Hub,
  tokenOf: (account: Account) => string,
  inBackground: (work: () => Promise<void>) => void,
): Runs {
  const running = new Map<number, Set<Running>>();
  let closed = false;

  function tellRun(repository: Repository, run: ActionsRun, action: "requested" | "in_progress" | "completed"): void {
    run.updatedAt = hub.now();
    hub.emit(repository, "workflow_run", run.actor, {
      action,
      workflow_run: actionsRunJson(hub, repository, run),
      workflow: { id: run.workflow.id, name: run.workflow.name, path: run.workflow.path },
    });
  }

  function contextsOf(
    repository: Repository,
    run: Pick<ActionsRun, "sha" | "ref" | "event" | "payload" | "actor" | "inputs" | "id">,
  ): Scope["contexts"] {
    const token = tokenOf(hub.actions);
    const refName = run.ref.replace(/^refs\/[a-z]+\//u, "");
    const github = {
      ...{ sha: run.sha, ref: run.ref, ref_name: refName, event_name: run.event, event: run.payload },
      ...{
        actor: run.actor.login,
        repository: repository.fullName,
        run_id: run.id,
        token,
        api_url: hub.url(),
        server_url: hub.url(),
      },
    };
    return { github, inputs: run.inputs, secrets: { GITHUB_TOKEN: token } };
  }

  function begin(
    repository: Repository,
    { identity, text }: WorkflowFile,
    trigger: Trigger,
    inputs: ActionsRun["inputs"],
  ): ActionsRun {
    const read = readWorkflow(text);
    const id = hub.nextId();
    const about = {
      id,
      event: trigger.event,
      payload: trigger.payload,
      inputs,
      ref: trigger.ref,
      sha: trigger.sha,
      actor: trigger.actor,
    };
    const scope: Scope = { contexts: contextsOf(repository, about), functions: {} };
    const runName = "workflow" in read ? read.workflow["run-name"] : undefined;
    const now = hub.now();
    const run: ActionsRun = {
      ...about,
      number: [...repository.actions.runs.values()].filter(({ workflow }) => workflow.id === identity.id).length + 1,
      workflow: identity,
      text,
      title: runName === undefined ? identity.name : fill(runName, scope),
      ...{
        attempt: 0,
        status: "queued",
        conclusion: null,
        attempts: [],
        cancelled: false,
        createdAt: now,
        updatedAt: now,
      },
      ...("problem" in read ? { problem: read.problem } : {}),
    };
    repository.actions.runs.set(id, run);
    startAttempt(repository, run, read, () => true);
    return run;
  }

  function startAttempt(
    repository: Repository,
    run: ActionsRun,
    read: ReturnType<typeof readWorkflow>,
    again: (job: JobRecord) => boolean,
  ): void {
    const before = run.attempts.at(-1)?.jobs ?? [];
    run.attempt += 1;
    Object.assign(run, { status: "queued", conclusion: null, cancelled: false });
    const attempt: ActionsRun["attempts"][number] = {
      number: run.attempt,
      jobs: [],
      conclusion: null,
      startedAt: hub.now(),
    };
    run.attempts.push(attempt);
    tellRun(repository, run, "requested");
    if ("problem" in read) {
      complete(repository, run, "startup_failure");
      return;
    }
    for (const [key, job] of Object.entries(read.workflow.jobs)) {
      const kept = before.find((one) => one.key === key);
      attempt.jobs.push(kept !== undefined && !again(kept) ? kept : newJob(hub, repository, run, key, job));
    }
    inBackground(() => runJobs(repository, run, read.workflow));
  }

  async function runJobs(repository: Repository, run: ActionsRun, workflow: Workflow): Promise<void> {
    const jobs = run.attempts.at(-1)?.jobs ?? [];
    run.status = "in_progress";
    tellRun(repository, run, "in_progress");
    const ended = new Map<string, Promise<void>>();
    const carry = (record: JobRecord): Promise<void> => {
      const known = ended.get(record.key);
      if (known !== undefined) return known;
      const job = workflow.jobs[record.key];
      const work = (async () => {
        if (record.status === "completed" || job === undefined) return;
        const needed = jobs.filter(({ key }) => job.needs.includes(key));
        await Promise.all(needed.map(carry));
        await runJob(repository, run, workflow, job, record, needed);
      })();
      ended.set(record.key, work);
      return work;
    };
    // A circle of needs would wait for itself.
    const circle = circular(workflow);
    if (!circle) await Promise.all(jobs.map(carry));
    const all = jobs.map(({ conclusion }) => conclusion);
    const worst = circle
      ? "startup_failure"
      : run.cancelled
        ? "cancelled"
        : all.includes("failure")
          ? "failure"
          : all.every((one) => one === "skipped")
            ? "skipped"
            : "success";
    complete(repository, run, worst);
  }

  async function runJob(
    repository: Repository,
    run: ActionsRun,
    workflow: Workflow,
    job: Job,
    record: JobRecord,
    needed: readonly JobRecord[],
  ): Promise<void> {
    const needs = Object.fromEntries(needed.map(({ key, conclusion }) => [key, { result: conclusion }]));
    const good = needed.every(({ conclusion }) => conclusion === "success");
    const functions = {
      ...{
        success: () => good && !run.cancelled,
        failure: () => needed.some(({ conclusion }) => conclusion === "failure"),
      },
      ...{ always: () => true, cancelled: () => run.cancelled },
    };
    const contexts = { ...contextsOf(repository, run), needs };
    const wanted = holds(job.if ?? "success()", { contexts, functions });
    if (!wanted || (run.cancelled && job.if === undefined)) {
      return endJob(hub, repository, run, record, run.cancelled ? "cancelled" : "skipped");
    }
    Object.assign(record, { status: "in_progress", startedAt: hub.now() });
    updateCheckRun(hub, repository, record.check, run.actor, { status: "in_progress" });
    tellJob(hub, repository, run, record, "in_progress");
    const set = running.get(run.id) ?? new Set<Running>();
    running.set(run.id, set);
    const folder = join(hub.folder, "actions", String(record.id));
    const path = process.env["PATH"] ?? "/usr/bin:/bin";
    const env = { PATH: path, LANG: "C.UTF-8", GITHUB_API_URL: hub.url(), GITHUB_SERVER_URL: hub.url() };
    const conclusion = await carryOut({
      repository,
      run,
      workflow,
      job,
      record,
      folder,
      contexts,
      env,
      now: hub.now,
      running: set,
    }).catch((error: unknown): "failure" => {
      write(record, `##[error]${error instanceof Error ? error.message : String(error)}\n`);
      return "failure";
    });
    endJob(hub, repository, run, record, conclusion);
  }

  function complete(repository: Repository, run: ActionsRun, conclusion: NonNullable<ActionsRun["conclusion"]>): void {
    const attempt = run.attempts.at(-1);
    if (attempt !== undefined) attempt.conclusion = conclusion;
    Object.assign(run, { status: "completed", conclusion });
    running.delete(run.id);
    if (!closed) tellRun(repository, run, "completed");
    hub.changed();
  }

  return {
    begin,
    startAttempt,
    kill(run) {
      for (const one of running.get(run.id) ?? []) one.kill();
    },
    close() {
      closed = true;
      for (const set of running.values()) for (const one of set) one.kill();
      for (const repository of hub.repositories.values())
        for (const run of repository.actions.runs.values()) run.cancelled = true;
    },
  };
}
