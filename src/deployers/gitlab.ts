/**
 * The `gitlab` deployer: creates a pipeline in a GitLab project and follows its jobs.
 *
 * GitLab refuses no second pipeline, so none is created twice: the attempt's token goes along as the variable
 * SIGNALBOX_ATTEMPT, and after a crash the latest pipelines are asked for theirs. What is not found there stays unknown,
 * since nobody can say that it will not appear. What is tried again reruns the failed jobs of the former pipeline; where it
 * has none, GitLab would do nothing, and a new one is made.
 */
import { z } from "zod";
import type { Context } from "../context.ts";
import type { OperatorRules } from "../operations/bot.ts";
import { OutsideError } from "../operations/ports.ts";
import { optional } from "../optional.ts";
import type { GitLabDeployer } from "../policy/deployers.ts";
import { isLate, lookAgainMs, overAfter, requestOutlivesMs } from "./asked.ts";
import type { Attempt, Deployer, Found, Handle, Observation, Started, StartedAttempt } from "./contract.ts";
import {
  type GitLabCalls,
  type GitLabPipeline,
  gitlabCalls,
  jobsShape,
  pipelineShape,
  pipelinesShape,
  projectShape,
  type Said,
  variablesShape,
} from "./gitlab/api.ts";
import { endedWith, isActive, newestJob, stillRuns } from "./gitlab/outcome.ts";
import { plainLine } from "./run/plain-text.ts";
import { deploymentVariables } from "./variables.ts";

const callTimeoutMs = 60_000;
const tokenVariable = "SIGNALBOX_ATTEMPT";
/** Pipelines that are asked for their variables after a crash, newest first. */
const mostAsked = 30;
/** Past its deadline a pipeline is given this long to end, since it was asked to. */
const endingMs = 20_000;

export type GitLabOptions = {
  readonly context: Context;
  readonly operator: Pick<OperatorRules, "outbound" | "secrets">;
};

const handleShape = z.object({
  /** Epoch ms. */
  startedAt: z.number(),
  pipeline: z.number().int(),
  /** When it was tried again: until a newer job is there, how the pipeline stands is how it stood before. */
  jobsAfter: z.number().int().optional(),
});
type GitLabHandle = z.infer<typeof handleShape>;

function definitionOf(attempt: Attempt): GitLabDeployer {
  const { deployer, name } = attempt.stage;
  if (deployer.kind !== "gitlab") throw new Error(`The stage ${name} is not a pipeline on GitLab.`);
  return deployer;
}

/** The words for a token that is not granted, else how to call. */
function callsFor({ context, operator }: GitLabOptions, attempt: Attempt): GitLabCalls | string {
  const { url, project, token: name } = definitionOf(attempt);
  const { fullName } = attempt.repository;
  const token = operator.secrets(fullName, [name]).values[name];
  if (token === undefined || token === "") return `The operator has not granted ${fullName} the secret ${name}.`;
  return gitlabCalls(context, operator.outbound, { url, project, token });
}

function refused(message: string): Started {
  return { kind: "refused", outcome: "error", message: plainLine(message, 500) };
}

const tooLate = "GitLab took too long to answer: nothing was begun.";

function variablesOf(attempt: Attempt) {
  const values = {
    ...definitionOf(attempt).variables,
    ...deploymentVariables(attempt),
    [tokenVariable]: attempt.token,
  };
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}

async function start(options: GitLabOptions, attempt: Attempt): Promise<Started> {
  const isOver = overAfter(options.context, callTimeoutMs);
  const calls = callsFor(options, attempt);
  if (typeof calls === "string") return refused(calls);
  const former = await formerPipeline(calls, attempt);
  if (former !== undefined && former.kind !== "said") return refused(former.message);
  if (former !== undefined && mayGoOn(former.what)) return await again(options, calls, former.what, isOver);
  const { ref } = definitionOf(attempt);
  const branch = ref === undefined ? await calls.get("", projectShape) : undefined;
  if (branch !== undefined && branch.kind !== "said") return refused(branch.message);
  const wanted = { ref: ref ?? branch?.what.default_branch, variables: variablesOf(attempt) };
  if (isOver()) return refused(tooLate);
  return begun(options, await calls.post("/pipeline", pipelineShape, wanted));
}

/** What is tried again, as it stands now; undefined when there is none, or it is gone. */
async function formerPipeline(calls: GitLabCalls, attempt: Attempt): Promise<Said<GitLabPipeline> | undefined> {
  const former = handleShape.safeParse(attempt.former).data;
  if (former === undefined) return undefined;
  const said = await calls.get(`/pipelines/${former.pipeline}`, pipelineShape);
  return said.kind === "refused" && said.status === 404 ? undefined : said;
}

/**
 * Whether it has jobs that can be run again, or that somebody runs again already. Of one that has succeeded GitLab says
 * yes and does nothing: "If there are no failed or canceled jobs in the pipeline, calling this endpoint has no effect."
 */
function mayGoOn({ status }: GitLabPipeline): boolean {
  return status === "failed" || status === "canceled" || isActive(status);
}

async function again(
  options: GitLabOptions,
  calls: GitLabCalls,
  pipeline: GitLabPipeline,
  isOver: () => boolean,
): Promise<Started> {
  if (isActive(pipeline.status)) return follow(options, pipeline);
  const jobs = await calls.get(`/pipelines/${pipeline.id}/jobs?per_page=100`, jobsShape);
  if (jobs.kind !== "said") return refused(jobs.message);
  if (isOver()) return refused(tooLate);
  return begun(options, await calls.post(`/pipelines/${pipeline.id}/retry`, pipelineShape), newestJob(jobs.what));
}

function follow(
  { context }: GitLabOptions,
  { id, web_url: logUrl }: GitLabPipeline,
  jobsAfter?: number,
): StartedAttempt {
  const handle = { startedAt: context.clock.now(), pipeline: id, ...optional("jobsAfter", jobsAfter) };
  return { kind: "started", handle: handle satisfies GitLabHandle, ...optional("logUrl", logUrl) };
}

async function begun(options: GitLabOptions, answer: Said<GitLabPipeline>, jobsAfter?: number): Promise<Started> {
  await options.context.faults.at("gitlab.asked");
  if (answer.kind === "refused" || answer.kind === "not-asked") return refused(answer.message);
  // It may have begun all the same: whoever takes over looks for it.
  if (answer.kind === "silent") throw new Error(answer.message);
  return follow(options, answer.what, jobsAfter);
}

async function observe(options: GitLabOptions, attempt: Attempt, stored: Handle): Promise<Observation> {
  const { context } = options;
  const parsed = handleShape.safeParse(stored);
  if (!parsed.success) return { state: "unknown", message: "its record cannot be read", proven: false };
  const handle = parsed.data;
  const seen = await look(options, attempt, handle);
  if (seen.state !== "running") return seen;
  if (context.clock.now() < attempt.deadlineAt + endingMs) {
    if (isLate(context, attempt)) await cancel(options, attempt, handle);
    return { lookAgainMs: lookAgainMs(context, handle.startedAt), ...seen };
  }
  const message = `it did not end before its deadline; whether it still runs is not known: ${seen.message ?? ""}`;
  return { ...seen, state: "error", message, proven: false };
}

async function look(options: GitLabOptions, attempt: Attempt, handle: GitLabHandle): Promise<Observation> {
  const calls = callsFor(options, attempt);
  if (typeof calls === "string") return { state: "running", message: calls };
  const at = `/pipelines/${handle.pipeline}`;
  const pipeline = await calls.get(at, pipelineShape);
  if (pipeline.kind === "refused" && pipeline.status === 404) {
    const message = `pipeline ${handle.pipeline} is not there any more; how it ended is not known`;
    return { state: "unknown", message, proven: false };
  }
  if (pipeline.kind !== "said") return { state: "running", message: plainLine(pipeline.message, 300) };
  const jobs = await calls.get(`${at}/jobs?per_page=100`, jobsShape);
  const known = jobs.kind === "said" ? jobs.what : [];
  const notYet = handle.jobsAfter !== undefined && newestJob(known) <= handle.jobsAfter;
  if (isActive(pipeline.what.status) || notYet) return stillRuns(pipeline.what, known);
  return await endedWith(calls, pipeline.what, known, isLate(options.context, attempt) && !attempt.cancelAsked);
}

async function cancel(options: GitLabOptions, attempt: Attempt, stored: Handle): Promise<void> {
  const handle = handleShape.safeParse(stored).data;
  const calls = callsFor(options, attempt);
  if (handle === undefined || typeof calls === "string") return;
  // Whether it was heard is seen by the next look, and asked for again by the next wish.
  await calls.post(`/pipelines/${handle.pipeline}/cancel`, pipelineShape);
}

function unknown(why: string): Found {
  return { kind: "unknown", why: plainLine(why, 500) };
}

/** Where GitLab does not answer, or limits the bot's calls (429), it is asked again by whoever looks next. */
function notTold(said: Exclude<Said<unknown>, { kind: "said" }>): Found {
  if (said.kind === "refused" && said.status !== 429) return unknown(said.message);
  throw new OutsideError(plainLine(said.message, 500));
}

async function find(options: GitLabOptions, attempt: Attempt): Promise<Found> {
  const calls = callsFor(options, attempt);
  if (typeof calls === "string") return unknown(calls);
  const former = await formerPipeline(calls, attempt);
  if (former !== undefined && former.kind !== "said") return notTold(former);
  if (former !== undefined && mayGoOn(former.what)) return findRetried(options, former.what);
  const listed = await calls.get(`/pipelines?source=api&order_by=id&sort=desc&per_page=${mostAsked}`, pipelinesShape);
  if (listed.kind !== "said") return notTold(listed);
  for (const { id } of listed.what.slice(0, mostAsked)) {
    const variables = await calls.get(`/pipelines/${id}/variables`, variablesShape);
    if (variables.kind !== "said") return notTold(variables);
    if (variables.what.some(({ key, value }) => key === tokenVariable && value === attempt.token)) {
      return { kind: "started", handle: { startedAt: options.context.clock.now(), pipeline: id } };
    }
  }
  return unknown("GitLab shows no pipeline of this attempt, and nobody can say that none will appear");
}

/** A pipeline that had ended and that runs was tried again; of one that does not, nobody can tell. */
function findRetried(options: GitLabOptions, pipeline: GitLabPipeline): Found {
  if (isActive(pipeline.status)) return follow(options, pipeline);
  return { kind: "unknown", why: `whether the failed jobs of pipeline ${pipeline.id} were run again cannot be told` };
}

export function createGitLabDeployer(options: GitLabOptions): Deployer {
  return {
    kind: "gitlab",
    callTimeoutMs,
    callOutlivesMs: requestOutlivesMs,
    start: (attempt) => start(options, attempt),
    observe: (attempt, handle) => observe(options, attempt, handle),
    cancel: (attempt, handle) => cancel(options, attempt, handle),
    find: (attempt) => find(options, attempt),
  };
}
