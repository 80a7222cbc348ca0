/**
 * GitHub Actions of the sandbox: what sets workflows off, reruns and cancelling. How a run is carried out is in `runs.ts`,
 * what a workflow may hold in `workflow.ts`.
 */
import { noCommit } from "../git/bare-repository.ts";
import type { Hub } from "../hub/hub.ts";
import type { Account, Repository } from "../hub/state.ts";
import { notFound, Problem, unprocessable } from "../problem.ts";
import type { Json } from "../render/account.ts";
import { createRuns } from "./runs.ts";
import type { ActionsRun, JobRecord } from "./state.ts";
import { type Trigger, triggerOf } from "./triggers.ts";
import { type Events, readWorkflow } from "./workflow.ts";
import { folderOfWorkflows, type WorkflowFile, workflowsAt } from "./workflow-files.ts";

export type ActionsEngine = {
  /** Whatever happens on the sandbox's GitHub; what workflows listen to sets them off. */
  heard(repository: Repository, event: string, sender: Account, payload: Json): void;
  workflowsAt(repository: Repository, sha: string): Promise<readonly WorkflowFile[]>;
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
  const underWay = new Set<Promise<void>>();
  let closed = false;

  function inBackground(work: () => Promise<void>): void {
    const promise = work().finally(() => underWay.delete(promise));
    underWay.add(promise);
    promise.catch(() => undefined);
  }

  const runs = createRuns(hub, tokenOf, inBackground);

  async function setOff(repository: Repository, trigger: Trigger, listens: (events: Events) => boolean): Promise<void> {
    for (const file of await workflowsAt(hub, repository, trigger.sha)) {
      const read = readWorkflow(file.text);
      if (closed || "problem" in read || !listens(read.workflow.on)) continue;
      runs.begin(repository, file, trigger, {});
    }
  }

  return {
    workflowsAt: (repository, sha) => workflowsAt(hub, repository, sha),
    heard(repository, event, sender, payload) {
      // What a workflow does by its own token sets no other workflow off.
      if (closed || sender === hub.actions) return;
      const told = triggerOf(repository, event, sender, payload);
      if (told !== undefined) inBackground(() => setOff(repository, told.trigger, told.listens));
    },
    async dispatch(repository, by, { workflow: wanted, ref, inputs }) {
      const tip = repository.git.refs.get(`refs/heads/${repository.defaultBranch}`) ?? noCommit;
      const known = (await workflowsAt(hub, repository, tip)).find(
        ({ identity }) => String(identity.id) === wanted || identity.path === `${folderOfWorkflows}/${wanted}`,
      );
      if (known === undefined) throw notFound();
      const full = ["refs/heads/", "refs/tags/", ""]
        .map((prefix) => `${prefix}${ref}`)
        .find((one) => repository.git.refs.has(one));
      const sha = full === undefined ? undefined : repository.git.refs.get(full);
      if (full === undefined || sha === undefined) throw unprocessable(`No ref found for: ${ref}`);
      const there = (await workflowsAt(hub, repository, sha)).find(({ identity }) => identity.id === known.identity.id);
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
      return runs.begin(repository, there, trigger, { ...defaults, ...inputs });
    },
    rerun(repository, run, failedOnly) {
      if (run.status !== "completed") throw new Problem(403, "This workflow is already running");
      const failed = (job: JobRecord) => job.conclusion !== "success";
      if (failedOnly && !(run.attempts.at(-1)?.jobs ?? []).some(failed)) {
        throw new Problem(403, "This workflow run has no failed jobs and cannot be retried");
      }
      // By the file as it was, as on GitHub.
      runs.startAttempt(repository, run, readWorkflow(run.text), (job) => !failedOnly || failed(job));
    },
    cancel(run) {
      if (run.status === "completed") throw new Problem(409, "Cannot cancel a workflow run that is completed.");
      run.cancelled = true;
      runs.kill(run);
      hub.changed();
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled([...underWay]);
    },
    async close() {
      closed = true;
      runs.close();
      while (underWay.size > 0) await Promise.allSettled([...underWay]);
    },
  };
}
