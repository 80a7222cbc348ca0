/** Dispatching and following workflow runs. Each is 1 call, but for `headOf` of a tag, which is 2. */
import { z } from "zod";
import type { ActionsCalls, WorkflowRun } from "../../deployers/github-calls.ts";
import type { GitHubPort, RepositoryRef } from "../../operations/ports.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { webUrl } from "../markdown.ts";
import { ownerAndRepo } from "../repository-name.ts";
import { parsed } from "./parsed.ts";

const sha = z.string().regex(/^[0-9a-f]{40}$/u);
const runShape = z.object({
  id: z.number(),
  run_attempt: z.number(),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  head_sha: sha,
  display_title: z.string(),
  event: z.string(),
  html_url: z.string(),
});
const jobsShape = z.object({
  jobs: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      conclusion: z.string().nullable(),
      html_url: z.string().nullable(),
      steps: z.array(z.object({ name: z.string(), conclusion: z.string().nullable() })).default([]),
    }),
  ),
});
const dispatchedShape = z.object({ workflow_run_id: z.number(), html_url: z.string() });
const refShape = z.object({ object: z.object({ sha, type: z.string() }) });

function runOf(data: z.infer<typeof runShape>): WorkflowRun {
  return {
    ...{ id: data.id, attempt: data.run_attempt, status: data.status ?? "queued", conclusion: data.conclusion },
    ...{ sha: data.head_sha, title: data.display_title, event: data.event, url: data.html_url },
  };
}

export function createActionsCalls(github: GitHub, fileAt: GitHubPort["fileAt"]): ActionsCalls {
  const reach = async (repository: RepositoryRef) => ({
    octokit: await github.installation(repository.installationId),
    at: ownerAndRepo(repository.fullName),
  });
  const actions: ActionsCalls = {
    async headOf(repository, name) {
      const { octokit, at } = await reach(repository);
      const branch = await orUndefined(octokit.rest.git.getRef({ ...at, ref: `heads/${name}` }));
      if (branch !== undefined) return parsed(refShape, branch.data, name).object.sha;
      const tag = await orUndefined(octokit.rest.git.getRef({ ...at, ref: `tags/${name}` }));
      if (tag === undefined) return undefined;
      const { object } = parsed(refShape, tag.data, name);
      if (object.type !== "tag") return object.sha;
      // An annotated tag is an object of its own, which names the commit.
      const annotated = await octokit.rest.git.getTag({ ...at, tag_sha: object.sha });
      return parsed(refShape, annotated.data, name).object.sha;
    },
    async branchesAt(repository, commit) {
      const { octokit, at } = await reach(repository);
      const { data } = await octokit.rest.repos.listBranchesForHeadCommit({ ...at, commit_sha: commit });
      return parsed(z.array(z.object({ name: z.string() })), data, commit).map(({ name }) => name);
    },
    workflowAt: (repository, commit, workflow) => fileAt(repository, commit, `.github/workflows/${workflow}`),
    async dispatch(repository, workflow, wish) {
      const { octokit, at } = await reach(repository);
      // Since February 2026 GitHub tells the run when it is asked to
      // (https://github.blog/changelog/2026-02-19-workflow-dispatch-api-now-returns-run-ids).
      const asked = { ...at, workflow_id: workflow, ...wish, return_run_details: true };
      const { data } = await octokit.request(
        "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches",
        asked,
      );
      const told = dispatchedShape.safeParse(data);
      return told.success ? { run: told.data.workflow_run_id, url: told.data.html_url } : undefined;
    },
    async run(repository, run, attempt) {
      const { octokit, at } = await reach(repository);
      const answer = await orUndefined(
        attempt === undefined
          ? octokit.rest.actions.getWorkflowRun({ ...at, run_id: run })
          : octokit.rest.actions.getWorkflowRunAttempt({ ...at, run_id: run, attempt_number: attempt }),
      );
      return answer && runOf(parsed(runShape, answer.data, `run ${run}`));
    },
    async dispatched(repository, workflow) {
      const { octokit, at } = await reach(repository);
      const wish = { ...at, workflow_id: workflow, event: "workflow_dispatch", per_page: 100 };
      const { data } = await octokit.rest.actions.listWorkflowRuns(wish);
      return parsed(z.object({ workflow_runs: z.array(runShape) }), data, workflow).workflow_runs.map(runOf);
    },
    async jobs(repository, run, attempt) {
      const { octokit, at } = await reach(repository);
      const wish = { ...at, run_id: run, attempt_number: attempt, per_page: 100 };
      const { data } = await octokit.rest.actions.listJobsForWorkflowRunAttempt(wish);
      return parsed(jobsShape, data, `run ${run}`).jobs.map(({ name, status, conclusion, html_url: url, steps }) => ({
        ...{ name, status, conclusion, url: webUrl(url ?? undefined) },
        failedSteps: steps.filter((step) => step.conclusion === "failure").map((step) => step.name),
      }));
    },
    async rerunFailed(repository, run) {
      const { octokit, at } = await reach(repository);
      await octokit.rest.actions.reRunWorkflowFailedJobs({ ...at, run_id: run });
    },
    async cancel(repository, run) {
      const { octokit, at } = await reach(repository);
      // 409: it has ended meanwhile.
      await orUndefined(octokit.rest.actions.cancelWorkflowRun({ ...at, run_id: run }), [409]);
    },
  };
  return actions;
}
