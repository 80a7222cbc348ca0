/** A job as GitHub tells of it: its record, its check run and its webhooks, from when it is queued until it has ended. */
import { createCheckRun, updateCheckRun } from "../acts/checks.ts";
import type { Hub } from "../hub/hub.ts";
import type { Repository } from "../hub/state.ts";
import { jobJson, jobPage } from "../render/actions-run.ts";
import { titleOf } from "./carry-out.ts";
import type { ActionsRun, JobRecord } from "./state.ts";
import type { Job } from "./workflow.ts";

export function tellJob(
  hub: Hub,
  repository: Repository,
  run: ActionsRun,
  job: JobRecord,
  action: "queued" | "in_progress" | "completed",
): void {
  hub.emit(repository, "workflow_job", run.actor, { action, workflow_job: jobJson(hub, repository, run, job) });
}

export function newJob(hub: Hub, repository: Repository, run: ActionsRun, key: string, job: Job): JobRecord {
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
  tellJob(hub, repository, run, record, "queued");
  return record;
}

export function endJob(
  hub: Hub,
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
  tellJob(hub, repository, run, record, "completed");
}
