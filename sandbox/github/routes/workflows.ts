/** Workflows, their runs and jobs: https://docs.github.com/rest/actions/workflows, …/workflow-runs, …/workflow-jobs. */
import { z } from "zod";
import type { ActionsEngine } from "../actions/engine.ts";
import type { ActionsRun, WorkflowIdentity } from "../actions/state.ts";
import type { Hub } from "../hub/hub.ts";
import { notFound } from "../problem.ts";
import { time } from "../render/account.ts";
import { actionsRunJson, jobJson, runPage } from "../render/actions-run.ts";
import { htmlUrl, repositoryUrl } from "../render/repository.ts";
import { runJson } from "../render/run.ts";
import {
  type Answer,
  listAnswer,
  parseBody,
  type RepositoryCall,
  type Route,
  repositoryRoute,
} from "../server/route.ts";

const dispatchWish = z.object({
  ref: z.string().min(1),
  inputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
  return_run_details: z.boolean().default(false),
});

function runAt(call: RepositoryCall): ActionsRun {
  const run = call.repository.actions.runs.get(call.numberParam("id"));
  if (run === undefined) throw notFound();
  return run;
}

function workflowAt(call: RepositoryCall): WorkflowIdentity {
  const wanted = call.param("workflow");
  const found = [...call.repository.actions.workflows.values()].find(
    ({ id, path }) => String(id) === wanted || path === `.github/workflows/${wanted}`,
  );
  if (found === undefined) throw notFound();
  return found;
}

function workflowJson(hub: Hub, { repository }: RepositoryCall, { id, name, path }: WorkflowIdentity) {
  const url = `${repositoryUrl(hub, repository)}/actions/workflows/${id}`;
  const created = time(repository.createdAt);
  const page = `${htmlUrl(hub, repository)}/blob/${repository.defaultBranch}/${path}`;
  return { id, name, path, state: "active", created_at: created, updated_at: created, url, html_url: page };
}

function wrapRuns(workflow_runs: readonly unknown[], total_count: number) {
  return { total_count, workflow_runs };
}

function jobsOf(call: RepositoryCall, hub: Hub, run: ActionsRun, number: number): Promise<Answer> {
  const attempt = run.attempts.find((one) => one.number === number);
  if (attempt === undefined) throw notFound();
  const wrap = (jobs: readonly unknown[], total_count: number) => ({ total_count, jobs });
  return listAnswer(hub, call, attempt.jobs, (job) => jobJson(hub, call.repository, run, job), wrap);
}

function filtered(call: RepositoryCall, runs: readonly ActionsRun[]): readonly ActionsRun[] {
  const { query } = call;
  const is = (name: string, value: string) => query.get(name) === null || query.get(name) === value;
  return runs.filter(
    (run) =>
      is("event", run.event) &&
      is("head_sha", run.sha) &&
      is("actor", run.actor.login) &&
      is("branch", run.ref.replace(/^refs\/heads\//u, "")),
  );
}

export function workflowRoutes(actions: ActionsEngine): readonly Route[] {
  return [
    repositoryRoute("GET", "/actions/workflows", async (call, hub) => {
      const { repository } = call;
      const tip = repository.git.refs.get(`refs/heads/${repository.defaultBranch}`);
      const there = tip === undefined ? [] : await actions.workflowsAt(repository, tip);
      const identities = there.map(({ identity }) => identity);
      const wrap = (workflows: readonly unknown[], total_count: number) => ({ total_count, workflows });
      return listAnswer(hub, call, identities, (one) => workflowJson(hub, call, one), wrap);
    }),
    repositoryRoute("GET", "/actions/workflows/:workflow", (call, hub) => ({
      body: workflowJson(hub, call, workflowAt(call)),
    })),
    repositoryRoute("GET", "/actions/workflows/:workflow/runs", (call, hub) => {
      const { id } = workflowAt(call);
      const runs = [...call.repository.actions.runs.values()].filter(({ workflow }) => workflow.id === id).toReversed();
      return listAnswer(hub, call, filtered(call, runs), (run) => actionsRunJson(hub, call.repository, run), wrapRuns);
    }),
    repositoryRoute("POST", "/actions/workflows/:workflow/dispatches", async (call, hub) => {
      const wish = parseBody(dispatchWish, call);
      const asked = { workflow: call.param("workflow"), ref: wish.ref, inputs: wish.inputs };
      const run = await actions.dispatch(call.repository, call.by, asked);
      if (!wish.return_run_details) return { status: 204 };
      const run_url = `${repositoryUrl(hub, call.repository)}/actions/runs/${run.id}`;
      return { body: { workflow_run_id: run.id, run_url, html_url: runPage(hub, call.repository, run) } };
    }),
    repositoryRoute("GET", "/actions/runs", (call, hub) => {
      const { repository } = call;
      // Runs that only deploy by hand, without a workflow file, are told beside those that have one.
      const runs = [
        ...filtered(call, [...repository.actions.runs.values()]).map((run) => ({
          at: run.id,
          json: actionsRunJson(hub, repository, run),
        })),
        ...[...repository.runs.values()].map((run) => ({ at: run.id, json: runJson(hub, repository, run) })),
      ].toSorted((a, b) => b.at - a.at);
      return listAnswer(hub, call, runs, ({ json }) => json, wrapRuns);
    }),
    repositoryRoute("GET", "/actions/runs/:id", (call, hub) => {
      const { repository } = call;
      const byHand = repository.runs.get(call.numberParam("id"));
      if (byHand !== undefined) return { body: runJson(hub, repository, byHand) };
      return { body: actionsRunJson(hub, repository, runAt(call)) };
    }),
    repositoryRoute("GET", "/actions/runs/:id/attempts/:number", (call, hub) => {
      const run = runAt(call);
      const number = call.numberParam("number");
      if (!run.attempts.some((one) => one.number === number)) throw notFound();
      return { body: actionsRunJson(hub, call.repository, run, number) };
    }),
    repositoryRoute("GET", "/actions/runs/:id/jobs", (call, hub) =>
      jobsOf(call, hub, runAt(call), runAt(call).attempt),
    ),
    repositoryRoute("GET", "/actions/runs/:id/attempts/:number/jobs", (call, hub) =>
      jobsOf(call, hub, runAt(call), call.numberParam("number")),
    ),
    repositoryRoute("GET", "/actions/jobs/:job/logs", (call) => {
      const wanted = call.numberParam("job");
      const jobs = [...call.repository.actions.runs.values()].flatMap(({ attempts }) =>
        attempts.flatMap((one) => one.jobs),
      );
      const found = jobs.find(({ id }) => id === wanted);
      if (found === undefined) throw notFound();
      return { text: { type: "text/plain; charset=utf-8", content: found.log } };
    }),
    repositoryRoute("POST", "/actions/runs/:id/rerun", (call) => {
      actions.rerun(call.repository, runAt(call), false);
      return { status: 201, body: {} };
    }),
    repositoryRoute("POST", "/actions/runs/:id/rerun-failed-jobs", (call) => {
      actions.rerun(call.repository, runAt(call), true);
      return { status: 201, body: {} };
    }),
    ...["cancel", "force-cancel"].map((word) =>
      repositoryRoute("POST", `/actions/runs/:id/${word}`, (call) => {
        actions.cancel(runAt(call));
        return { status: 202, body: {} };
      }),
    ),
    repositoryRoute("GET", "/commits/:sha/branches-where-head", (call) => {
      const wanted = call.param("sha");
      const heads = [...call.repository.git.refs].filter(
        ([ref, sha]) => ref.startsWith("refs/heads/") && sha === wanted,
      );
      return {
        body: heads.map(([ref, sha]) => ({ name: ref.slice("refs/heads/".length), commit: { sha }, protected: false })),
      };
    }),
  ];
}
