/**
 * GitHub Actions of the sandbox: what sets workflows off, their runs with jobs in the order of their needs, reruns,
 * cancelling, and the webhooks of it all. What a workflow may hold is in `workflow.ts`.
 */
import { join } from "node:path";
import { createCheckRun, updateCheckRun } from "../acts/checks.ts";
import { noCommit } from "../git/bare-repository.ts";
import type { Hub } from "../hub/hub.ts";
import type { Account, Repository } from "../hub/state.ts";
import { notFound, Problem, unprocessable } from "../problem.ts";
import type { Json } from "../render/account.ts";
import { actionsRunJson, jobJson, jobPage } from "../render/actions-run.ts";
import { carryOut, titleOf, write } from "./carry-out.ts";
import { fill, holds, type Scope } from "./expressions.ts";
import type { Running } from "./shell.ts";
import type { ActionsRun, JobRecord, WorkflowIdentity } from "./state.ts";
import { type Trigger, triggerOf } from "./triggers.ts";
import { circular, type Events, type Job, readWorkflow, type Workflow } from "./workflow.ts";

const folderOfWorkflows = ".github/workflows";

export type ActionsEngine = {
  /** Whatever happens on the sandbox's GitHub; what workflows listen to sets them off. */
  heard(repository: Repository, event: string, sender: Account, payload: Json): void;
  workflowsAt(
    repository: Repository,
    sha: string,
  ): Promise<readonly { readonly identity: WorkflowIdentity; readonly text: string }[]>;
  dispatch(
    repository: Repository,
    by: Account,
    wish: { readonly workflow: string; readonly ref: string; readonly inputs: Readonly<Record<string, string>> },
  ): Promise<ActionsRun>;
  rerun(repository: Repository, run: ActionsRun, failedOnly: boolean): void;
  cancel(run: ActionsRun): void;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
  close(): Promise<void>;
};

export function createActions(hub: Hub, tokenOf: (account: Account) => string): ActionsEngine {
  const running = new Map<number, Set<Running>>();
  const underWay = new Set<Promise<void>>();
  let closed = false;

  function inBackground(work: () => Promise<void>): void {
    const promise = work().finally(() => underWay.delete(promise));
    underWay.add(promise);
    promise.catch(() => undefined);
  }

  function tellRun(repository: Repository, run: ActionsRun, action: "requested" | "in_progress" | "completed"): void {
    run.updatedAt = hub.now();
    hub.emit(repository, "workflow_run", run.actor, {
      action,
      workflow_run: actionsRunJson(hub, repository, run),
      workflow: { id: run.workflow.id, name: run.workflow.name, path: run.workflow.path },
    });
  }

  function tellJob(
    repository: Repository,
    run: ActionsRun,
    job: JobRecord,
    action: "queued" | "in_progress" | "completed",
  ): void {
    hub.emit(repository, "workflow_job", run.actor, { action, workflow_job: jobJson(hub, repository, run, job) });
  }

  function identityOf(repository: Repository, path: string, name: string): WorkflowIdentity {
    const known = repository.actions.workflows.get(path);
    if (known !== undefined) return known;
    const made = { id: hub.nextId(), path, name };
    repository.actions.workflows.set(path, made);
    return made;
  }

  async function workflowsAt(repository: Repository, sha: string) {
    const tree = await repository.git.tree(`${sha}:${folderOfWorkflows}`);
    const files = (tree?.entries ?? []).filter(({ name, type }) => type === "blob" && /\.ya?ml$/u.test(name));
    return await Promise.all(
      files.map(async ({ name, sha: blob }) => {
        const text = (await repository.git.blob(blob))?.content.toString() ?? "";
        const read = readWorkflow(text);
        const path = `${folderOfWorkflows}/${name}`;
        const title = "workflow" in read ? (read.workflow.name ?? path) : path;
        return { identity: identityOf(repository, path, title), text };
      }),
    );
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
    identity: WorkflowIdentity,
    text: string,
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
      attempt.jobs.push(kept !== undefined && !again(kept) ? kept : newJob(repository, run, key, job));
    }
    inBackground(() => runJobs(repository, run, read.workflow));
  }

  function newJob(repository: Repository, run: ActionsRun, key: string, job: Job): JobRecord {
    const id = hub.nextId();
    const name = job.name ?? key;
    const check = createCheckRun(hub, repository, run.actor, {
      ...{ app: "github-actions", name, headSha: run.sha, detailsUrl: jobPage(hub, repository, run, id) },
    });
    const steps = job.steps.map((step, i) => ({
      ...{ number: i + 1, name: titleOf(step), status: "queued" as const, conclusion: null },
      ...{ startedAt: null, completedAt: null },
    }));
    const record: JobRecord = {
      ...{
        id,
        key,
        name,
        attempt: run.attempt,
        status: "queued",
        conclusion: null,
        startedAt: null,
        completedAt: null,
      },
      ...{ steps, log: "", check },
    };
    tellJob(repository, run, record, "queued");
    return record;
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
      return endJob(repository, run, record, run.cancelled ? "cancelled" : "skipped");
    }
    Object.assign(record, { status: "in_progress", startedAt: hub.now() });
    updateCheckRun(hub, repository, record.check, run.actor, { status: "in_progress" });
    tellJob(repository, run, record, "in_progress");
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
    endJob(repository, run, record, conclusion);
  }

  function endJob(
    repository: Repository,
    run: ActionsRun,
    record: JobRecord,
    conclusion: NonNullable<JobRecord["conclusion"]>,
  ): void {
    const failed = record.steps.find((step) => step.conclusion === "failure");
    Object.assign(record, { status: "completed", conclusion, completedAt: hub.now() });
    record.startedAt ??= hub.now();
    const error = /##\[error\](.*)/u.exec(record.log)?.[1];
    updateCheckRun(hub, repository, record.check, run.actor, {
      conclusion,
      ...(failed === undefined
        ? {}
        : {
            title: failed.name,
            summary: error ?? "",
            annotations: [
              {
                path: ".github",
                start_line: 1,
                end_line: 1,
                annotation_level: "failure",
                message: error ?? failed.name,
              },
            ],
          }),
    });
    tellJob(repository, run, record, "completed");
  }

  function complete(repository: Repository, run: ActionsRun, conclusion: NonNullable<ActionsRun["conclusion"]>): void {
    const attempt = run.attempts.at(-1);
    if (attempt !== undefined) attempt.conclusion = conclusion;
    Object.assign(run, { status: "completed", conclusion });
    running.delete(run.id);
    if (!closed) tellRun(repository, run, "completed");
    hub.changed();
  }

  async function setOff(repository: Repository, trigger: Trigger, listens: (events: Events) => boolean): Promise<void> {
    for (const { identity, text } of await workflowsAt(repository, trigger.sha)) {
      const read = readWorkflow(text);
      if (closed || "problem" in read || !listens(read.workflow.on)) continue;
      begin(repository, identity, text, trigger, {});
    }
  }

  return {
    workflowsAt,
    heard(repository, event, sender, payload) {
      // What a workflow does by its own token sets no other workflow off.
      if (closed || sender === hub.actions) return;
      const told = triggerOf(repository, event, sender, payload);
      if (told !== undefined) inBackground(() => setOff(repository, told.trigger, told.listens));
    },
    async dispatch(repository, by, { workflow: wanted, ref, inputs }) {
      const tip = repository.git.refs.get(`refs/heads/${repository.defaultBranch}`) ?? noCommit;
      const known = (await workflowsAt(repository, tip)).find(
        ({ identity }) => String(identity.id) === wanted || identity.path === `${folderOfWorkflows}/${wanted}`,
      );
      if (known === undefined) throw notFound();
      const full = ["refs/heads/", "refs/tags/", ""]
        .map((prefix) => `${prefix}${ref}`)
        .find((one) => repository.git.refs.has(one));
      const sha = full === undefined ? undefined : repository.git.refs.get(full);
      if (full === undefined || sha === undefined) throw unprocessable(`No ref found for: ${ref}`);
      const there = (await workflowsAt(repository, sha)).find(({ identity }) => identity.id === known.identity.id);
      const read = there === undefined ? undefined : readWorkflow(there.text);
      const declared = read !== undefined && "workflow" in read ? read.workflow.on.workflow_dispatch : undefined;
      if (there === undefined || declared === undefined || declared === null) {
        throw unprocessable("Workflow does not have 'workflow_dispatch' trigger");
      }
      const strange = Object.keys(inputs).filter((name) => !Object.hasOwn(declared.inputs, name));
      if (strange.length > 0) throw unprocessable(`Unexpected inputs provided: ${JSON.stringify(strange)}`);
      const missing = Object.entries(declared.inputs).find(
        ([name, one]) => one.required && !("default" in one && one.default !== undefined) && !inputs[name],
      );
      if (missing !== undefined) throw unprocessable(`Required input '${missing[0]}' not provided`);
      const defaults = Object.fromEntries(
        Object.entries(declared.inputs).map(([name, one]) => [
          name,
          ("default" in one ? one.default : undefined) ?? "",
        ]),
      );
      const trigger = {
        event: "workflow_dispatch",
        ref: full,
        sha,
        actor: by,
        payload: { inputs, ref: full, workflow: known.identity.path },
      };
      return begin(repository, there.identity, there.text, trigger, { ...defaults, ...inputs });
    },
    rerun(repository, run, failedOnly) {
      if (run.status !== "completed") throw new Problem(403, "This workflow is already running");
      const failed = (job: JobRecord) => job.conclusion !== "success";
      if (failedOnly && !(run.attempts.at(-1)?.jobs ?? []).some(failed)) {
        throw new Problem(403, "This workflow run has no failed jobs and cannot be retried");
      }
      // By the file as it was, as on GitHub.
      startAttempt(repository, run, readWorkflow(run.text), (job) => !failedOnly || failed(job));
    },
    cancel(run) {
      if (run.status === "completed") throw new Problem(409, "Cannot cancel a workflow run that is completed.");
      run.cancelled = true;
      for (const one of running.get(run.id) ?? []) one.kill();
      hub.changed();
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled([...underWay]);
    },
    async close() {
      closed = true;
      for (const set of running.values()) for (const one of set) one.kill();
      for (const repository of hub.repositories.values())
        for (const run of repository.actions.runs.values()) run.cancelled = true;
      while (underWay.size > 0) await Promise.allSettled([...underWay]);
    },
  };
}
