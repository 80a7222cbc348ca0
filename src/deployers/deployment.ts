/**
 * The `deployment` deployer: makes a GitHub Deployment and lets the team's own worker answer it with statuses.
 *
 * It is the one GitHub Deployment of the whole: what shows a deployment on GitHub adopts it and makes none of its own
 * (`operations/made-by-stage.ts`), since the worker would take that for another order. What the bot itself writes
 * to it is no answer. Whether a worker that was called off has stopped, only its own answer tells.
 *
 * GitHub gives up what takes it longer than ten seconds, and makes a Deployment within the call; so one that is not there
 * after the call's time is over was not made, and may be made again.
 */
import { z } from "zod";
import type { Context } from "../context.ts";
import { Refusal } from "../operations/ports.ts";
import { byGitHubDeployment } from "../operations/woken-by.ts";
import type { DeploymentDeployer } from "../policy/deployers.ts";
import { asked, isLate, isNew, lookAgainMs, notTold, requestOutlivesMs } from "./asked.ts";
import type { Attempt, Deployer, Found, Handle, Observation, Started, StartedAttempt } from "./contract.ts";
import type { DeploymentCalls, DeploymentStatus } from "./github-calls.ts";
import { plainLine } from "./run/plain-text.ts";

const callTimeoutMs = 30_000;

export type DeploymentDeployerOptions = { readonly context: Context; readonly deployments: DeploymentCalls };

const handleShape = z.object({
  /** GitHub's number; also read by what shows the deployment on GitHub. */
  githubDeployment: z.number(),
  /** Epoch ms. */
  since: z.number(),
});

function definitionOf(attempt: Attempt): DeploymentDeployer {
  const { deployer, name } = attempt.stage;
  if (deployer.kind !== "deployment") throw new Error(`The stage ${name} is not one that a worker answers.`);
  return deployer;
}

function environmentOf(attempt: Attempt): string {
  return definitionOf(attempt).environment ?? attempt.environmentOnGitHub ?? attempt.environment;
}

function begun(context: Context, attempt: Attempt, githubDeployment: number): StartedAttempt {
  const handle = { githubDeployment, since: context.clock.now() } satisfies z.infer<typeof handleShape>;
  return { kind: "started", handle, wokenBy: byGitHubDeployment(attempt.repository.id, githubDeployment) };
}

async function start({ context, deployments }: DeploymentDeployerOptions, attempt: Attempt): Promise<Started> {
  const { sha, token, deployment } = attempt;
  const told = {
    ...{ deployment, stage: attempt.stage.name, service: attempt.service, environment: attempt.environment },
    ...{ kind: attempt.kind, version: attempt.version ?? null, previous_sha: attempt.previousSha ?? null },
  };
  const made = await asked(
    deployments.create(attempt.repository, {
      ...{ sha, environment: environmentOf(attempt), production: attempt.production },
      description: plainLine(`Deployment ${deployment} of Signalbox, asked for by ${attempt.requestedBy}`, 140),
      payload: { ...told, ...definitionOf(attempt).payload, signalbox: { deployment, token, stage: true } },
    }),
  );
  await context.faults.at("deployment.ordered");
  if ("said" in made) return begun(context, attempt, made.said);
  if (!(made.silent instanceof Refusal)) throw made.silent;
  return { kind: "refused", outcome: "error", message: plainLine(made.silent.message, 500) };
}

async function find({ context, deployments }: DeploymentDeployerOptions, attempt: Attempt): Promise<Found> {
  const { sha, token } = attempt;
  const found = await deployments.find(attempt.repository, { sha, token });
  return found === undefined ? { kind: "impossible" } : begun(context, attempt, found);
}

const named = "the worker";

const ends = ["success", "failure", "error"] as const;

/**
 * What counts is the worker's last word on how it ended, and before there is one its newest word. What it says after its
 * end has overtaken that, or is GitHub's own: it makes a Deployment inactive once a newer one has succeeded.
 */
function judged(statuses: readonly DeploymentStatus[], attempt: Attempt): Observation {
  const answers = statuses.filter(({ own }) => !own);
  const ended = (state: string) => ends.find((end) => end === state);
  const counts = answers.find(({ state }) => ended(state) !== undefined) ?? answers[0];
  if (counts === undefined) return { state: "running", message: "no worker has answered the GitHub Deployment yet" };
  const { state: said, description, logUrl, environmentUrl } = counts;
  const where = environmentUrl === undefined ? "" : ` (${environmentUrl})`;
  const message = plainLine(`${named} says ${said}${description === "" ? "" : `: ${description}`}${where}`, 500);
  const about = { message, ...(logUrl === undefined ? {} : { logUrl }) };
  const end = ended(said);
  if (end !== undefined) return { state: end, ...about, proven: true };
  if (said !== "inactive") return { state: "running", ...about };
  return { state: attempt.cancelAsked ? "cancelled" : "failure", ...about, proven: true };
}

async function observe(options: DeploymentDeployerOptions, attempt: Attempt, stored: Handle): Promise<Observation> {
  const { context, deployments } = options;
  const handle = handleShape.safeParse(stored);
  if (!handle.success) return { state: "unknown", message: "its record cannot be read", proven: false };
  const answer = await asked(deployments.statuses(attempt.repository, handle.data.githubDeployment));
  if ("said" in answer && answer.said === undefined && !isNew(context, handle.data.since)) {
    return { state: "error", message: "the GitHub Deployment is gone", proven: false };
  }
  const seen = "silent" in answer ? notTold(context, answer.silent) : judged(answer.said ?? [], attempt);
  if (seen.state !== "running") return seen;
  if (isLate(context, attempt)) {
    const message = `${named} told no end before the deadline; whether it still runs is not known. The last that was heard: ${seen.message}`;
    return { ...seen, state: "error", message, proven: false };
  }
  return { lookAgainMs: lookAgainMs(context, handle.data.since), ...seen };
}

async function cancel(options: DeploymentDeployerOptions, attempt: Attempt, stored: Handle): Promise<void> {
  const handle = handleShape.safeParse(stored);
  if (!handle.success) return;
  const { githubDeployment } = handle.data;
  const statuses = await options.deployments.statuses(attempt.repository, githubDeployment);
  // Told once; and who has come to an end needs not to be told.
  const told = statuses === undefined || statuses.some(({ own, state }) => own && state === "inactive");
  if (told || judged(statuses, attempt).state !== "running") return;
  await options.deployments.callOff(
    attempt.repository,
    githubDeployment,
    "Cancelled: please stop, and answer how it ended.",
  );
}

export function createDeploymentDeployer(options: DeploymentDeployerOptions): Deployer {
  return {
    kind: "deployment",
    callTimeoutMs,
    callOutlivesMs: requestOutlivesMs,
    start: (attempt) => start(options, attempt),
    observe: (attempt, handle) => observe(options, attempt, handle),
    cancel: (attempt, handle) => cancel(options, attempt, handle),
    find: (attempt) => find(options, attempt),
  };
}
