/** Deployments, their statuses, environments. */
import { z } from "zod";
import { mergeBranch } from "../acts/commits.ts";
import { addDeploymentStatus, createDeployment } from "../acts/deployments.ts";
import type { Deployment, Repository } from "../hub/state.ts";
import { notFound, Problem, unprocessable } from "../problem.ts";
import { deploymentJson, deploymentStatusJson } from "../render/deployment.ts";
import { repositoryUrl } from "../render/repository.ts";
import { listAnswer, parseBody, type RepositoryCall, type Route, repositoryRoute } from "../server/route.ts";
import { findCommit } from "./revision.ts";

const description = z.string().max(140, "description is too long (maximum is 140 characters)").nullish();

const createWish = z.object({
  ref: z.string().min(1),
  task: z.string().default("deploy"),
  auto_merge: z.boolean().default(true),
  required_contexts: z.array(z.string()).nullish(),
  payload: z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())]).default({}),
  environment: z.string().max(255).default("production"),
  description,
  transient_environment: z.boolean().default(false),
  production_environment: z.boolean().optional(),
});

const states = ["error", "failure", "inactive", "in_progress", "queued", "pending", "success"] as const;
const webAddress = z
  .union([z.literal(""), z.url({ protocol: /^https?$/, error: "must use http(s) scheme" })])
  .default("");
const statusWish = z.object({
  state: z.enum(states),
  target_url: webAddress,
  log_url: webAddress,
  description,
  environment: z.string().max(255).optional(),
  environment_url: webAddress,
  auto_inactive: z.boolean().default(true),
});

type Context = { readonly context: string; readonly state: string };

/** The newest state of every status and check run on a commit. */
function contextsOf(repository: Repository, sha: string): readonly Context[] {
  const newest = new Map<string, string>();
  for (const one of repository.statuses) if (one.sha === sha) newest.set(one.context, one.state);
  for (const run of repository.checkRuns.values()) {
    if (run.headSha === sha)
      newest.set(run.name, run.status === "completed" ? (run.conclusion ?? "pending") : "pending");
  }
  return [...newest].map(([context, state]) => ({ context, state }));
}

function refuseUnready(
  repository: Repository,
  ref: string,
  sha: string,
  required: readonly string[] | null | undefined,
): void {
  const known = contextsOf(repository, sha);
  const wanted =
    required == null
      ? known
      : required.map((context) => known.find((one) => one.context === context) ?? { context, state: "missing" });
  if (wanted.every(({ state }) => ["success", "neutral", "skipped"].includes(state))) return;
  throw new Problem(409, `Conflict: Commit status checks failed for ${ref}.`, [
    { resource: "Deployment", field: "required_contexts", code: "invalid" },
  ]);
}

function deploymentAt(call: RepositoryCall): Deployment {
  const found = call.repository.deployments.get(call.numberParam("id"));
  if (found === undefined) throw notFound();
  return found;
}

export const deploymentRoutes: readonly Route[] = [
  repositoryRoute("GET", "/deployments", (call, hub) => {
    const { repository, query } = call;
    const wanted = (name: string, value: string) => [null, "none", value].includes(query.get(name));
    const found = [...repository.deployments.values()].filter(
      (one) =>
        wanted("sha", one.sha) &&
        wanted("ref", one.ref) &&
        wanted("task", one.task) &&
        wanted("environment", one.environment),
    );
    return listAnswer(hub, call, found.toReversed(), (one) => deploymentJson(hub, repository, one));
  }),
  repositoryRoute("POST", "/deployments", async (call, hub) => {
    const { repository, by } = call;
    const wish = parseBody(createWish, call);
    const commit = await findCommit(repository, wish.ref);
    if (commit === undefined) throw unprocessable(`No ref found for: ${wish.ref}`);
    if (wish.auto_merge && wish.ref !== repository.defaultBranch && repository.git.refs.has(`refs/heads/${wish.ref}`)) {
      const theirs = repository.git.refs.get(`refs/heads/${repository.defaultBranch}`) ?? commit.sha;
      const message = `Merge ${repository.defaultBranch} into ${wish.ref}`;
      const merged = await mergeBranch(hub, repository, by, { base: wish.ref, theirs, message }).catch(
        (error: unknown) => {
          if (!(error instanceof Problem)) throw error;
          throw new Problem(409, `Conflict merging ${repository.defaultBranch} into ${wish.ref}.`);
        },
      );
      if (merged !== undefined) {
        return {
          status: 202,
          body: { message: `Auto-merged ${repository.defaultBranch} into ${wish.ref} on deployment.` },
        };
      }
    }
    refuseUnready(repository, wish.ref, commit.sha, wish.required_contexts);
    const made = createDeployment(hub, repository, by, {
      sha: commit.sha,
      ref: wish.ref,
      task: wish.task,
      payload: wish.payload,
      environment: wish.environment,
      description: wish.description ?? null,
      transient: wish.transient_environment,
      production: wish.production_environment ?? wish.environment === "production",
    });
    return { status: 201, body: deploymentJson(hub, repository, made) };
  }),
  repositoryRoute("GET", "/deployments/:id", (call, hub) => ({
    body: deploymentJson(hub, call.repository, deploymentAt(call)),
  })),
  repositoryRoute("DELETE", "/deployments/:id", (call, hub) => {
    const deployment = deploymentAt(call);
    const last = deployment.statuses.at(-1);
    if (last !== undefined && last.state !== "inactive" && call.repository.deployments.size > 1) {
      throw unprocessable(
        "We cannot delete an active deployment unless it is the only deployment in a given environment.",
      );
    }
    call.repository.deployments.delete(deployment.id);
    hub.changed();
    return { status: 204 };
  }),
  repositoryRoute("GET", "/deployments/:id/statuses", (call, hub) => {
    const deployment = deploymentAt(call);
    return listAnswer(hub, call, deployment.statuses.toReversed(), (one) =>
      deploymentStatusJson(hub, call.repository, deployment, one),
    );
  }),
  repositoryRoute("GET", "/deployments/:id/statuses/:status", (call, hub) => {
    const deployment = deploymentAt(call);
    const status = deployment.statuses.find(({ id }) => id === call.numberParam("status"));
    if (status === undefined) throw notFound();
    return { body: deploymentStatusJson(hub, call.repository, deployment, status) };
  }),
  repositoryRoute("POST", "/deployments/:id/statuses", (call, hub) => {
    const deployment = deploymentAt(call);
    const wish = parseBody(statusWish, call);
    const fields = {
      state: wish.state,
      description: wish.description ?? "",
      logUrl: wish.log_url === "" ? wish.target_url : wish.log_url,
      environmentUrl: wish.environment_url,
      environment: wish.environment ?? deployment.environment,
    };
    const made = addDeploymentStatus(hub, call.repository, deployment, call.by, fields, wish.auto_inactive);
    return { status: 201, body: deploymentStatusJson(hub, call.repository, deployment, made) };
  }),
  repositoryRoute("GET", "/environments", (call, hub) => {
    const { repository } = call;
    const names = [...new Set([...repository.deployments.values()].map(({ environment }) => environment))];
    return listAnswer(
      hub,
      call,
      names,
      (name) => ({
        id: repository.id,
        name,
        url: `${repositoryUrl(hub, repository)}/environments/${encodeURIComponent(name)}`,
      }),
      (environments, total_count) => ({ total_count, environments }),
    );
  }),
];
