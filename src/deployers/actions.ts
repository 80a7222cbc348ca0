/**
 * The `actions` deployer: dispatches a workflow of the repository and follows its run.
 *
 * GitHub tells the run that it began, and refuses no second one. So a start whose answer was lost is never repeated: the
 * run is looked for by the attempt's token, which a workflow that declares the input `signalbox` and names it in its
 * `run-name` carries in its title; else nobody can tell, and a person is asked. What is tried again is the same run, by
 * its failed jobs, which GitHub does refuse while it runs. Values reach a workflow as inputs only.
 */
import { z } from "zod";
import type { Context } from "../context.ts";
import { NotSent, OutsideError, Refusal } from "../operations/ports.ts";
import { byRun } from "../operations/woken-by.ts";
import type { ActionsDeployer } from "../policy/deployers.ts";
import { readWorkflowFile, tokenInput, whyNotDispatched } from "../policy/workflow-file.ts";
import { chooseRef, tellsRevision } from "./actions/choose-ref.ts";
import { inputsOf } from "./actions/inputs.ts";
import { ended, jobsTold, progress } from "./actions/told.ts";
import { asked, askedPatiently, isLate, isNew, lookAgainMs, notTold, overAfter, requestOutlivesMs } from "./asked.ts";
import type { Attempt, Deployer, Found, Handle, Observation, Started, StartedAttempt } from "./contract.ts";
import type { ActionsCalls, WorkflowRun } from "./github-calls.ts";
import { plainLine } from "./run/plain-text.ts";

const callTimeoutMs = 60_000;

export type ActionsDeployerOptions = { readonly context: Context; readonly actions: ActionsCalls };

const handleShape = z.object({
  /** Absent where GitHub did not tell it: then it is looked for by the token. */
  run: z.number().optional(),
  attempt: z.number(),
  /** The revision that the run must be of; absent when it is told as an input. */
  sha: z.string().optional(),
  /** Epoch ms. */
  since: z.number(),
});
type ActionsHandle = z.infer<typeof handleShape>;

function definitionOf(attempt: Attempt): ActionsDeployer {
  const { deployer, name } = attempt.stage;
  if (deployer.kind !== "actions") throw new Error(`The stage ${name} is not one that dispatches a workflow.`);
  return deployer;
}

function refused(message: string): Started {
  return { kind: "refused", outcome: "error", message: plainLine(message, 500) };
}

function begun(attempt: Attempt, handle: ActionsHandle, url?: string): StartedAttempt {
  const wokenBy = handle.run === undefined ? {} : { wokenBy: byRun(attempt.repository.id, handle.run) };
  return { kind: "started", handle, ...(url === undefined ? {} : { logUrl: url }), ...wokenBy };
}

/** Only these are sure to have begun nothing. */
function beganNothing(silent: OutsideError): boolean {
  return silent instanceof Refusal || silent instanceof NotSent;
}

/** What is tried again: the run as it stands now, and what its attempt had remembered of it. */
type Former = { readonly run: WorkflowRun; readonly former: ActionsHandle };

/** The run of the attempt that is tried again, when it can be: it is of the right revision, and was no success. */
async function formerRun({ actions }: ActionsDeployerOptions, attempt: Attempt): Promise<Former | undefined> {
  const former = handleShape.safeParse(attempt.former);
  if (!former.success || former.data.run === undefined) return undefined;
  const run = await actions.run(attempt.repository, former.data.run);
  if (run === undefined || (run.attempt === former.data.attempt && run.conclusion === "success")) return undefined;
  // The branch had moved on: its failed jobs are those of another revision.
  if (former.data.sha !== undefined && run.sha !== former.data.sha) return undefined;
  return { run, former: former.data };
}

async function rerun(
  { context, actions }: ActionsDeployerOptions,
  attempt: Attempt,
  { run, former }: Former,
): Promise<Started> {
  const goesOn = (as: number) =>
    begun(attempt, { ...former, run: run.id, attempt: as, since: context.clock.now() }, run.url);
  // Somebody may have run them again on GitHub meanwhile: what goes on there, or has succeeded, is the same.
  const over = run.status === "completed" && run.conclusion !== "success";
  if (!over && run.attempt !== former.attempt) return goesOn(run.attempt);
  const answer = await asked(actions.rerunFailed(attempt.repository, run.id));
  await context.faults.at("actions.rerun");
  if (!("silent" in answer)) return goesOn(run.attempt + 1);
  if (!beganNothing(answer.silent)) throw answer.silent;
  return refused(`The failed jobs could not be run again: ${answer.silent.message}`);
}

type Dispatch = { readonly ref: string; readonly exact: boolean; readonly inputs: Readonly<Record<string, string>> };
type Plan =
  | { readonly kind: "rerun"; readonly of: Former }
  | ({ readonly kind: "dispatch" } & Dispatch)
  | { readonly kind: "none"; readonly why: string };

async function planned(options: ActionsDeployerOptions, attempt: Attempt): Promise<Plan> {
  const { actions } = options;
  const former = await formerRun(options, attempt);
  if (former !== undefined) return { kind: "rerun", of: former };
  const definition = definitionOf(attempt);
  const chosen = await chooseRef(actions, attempt, definition);
  if (chosen.kind === "none") return chosen;
  const none = (why: string) => ({ kind: "none", why }) as const;
  const text = await actions.workflowAt(attempt.repository, chosen.head, definition.workflow);
  const name = `.github/workflows/${definition.workflow}`;
  if (text === undefined) return none(`There is no ${name} on ${chosen.ref}.`);
  const file = readWorkflowFile(text);
  const given = inputsOf(definition, attempt);
  const why = file === undefined ? "it could not be read" : whyNotDispatched(file, Object.keys(given));
  if (why !== undefined) return none(`${name} on ${chosen.ref} cannot be dispatched: ${why}.`);
  const knows = file?.inputs?.has(tokenInput) === true && !Object.hasOwn(given, tokenInput);
  const inputs = { ...given, ...(knows ? { [tokenInput]: attempt.token } : {}) };
  return { kind: "dispatch", ref: chosen.ref, exact: chosen.exact, inputs };
}

async function start(options: ActionsDeployerOptions, attempt: Attempt): Promise<Started> {
  const { context } = options;
  const isOver = overAfter(context, callTimeoutMs);
  const answer = await askedPatiently(context, () => planned(options, attempt));
  if ("silent" in answer) return refused(answer.silent.message);
  const plan = answer.said;
  if (plan.kind === "none") return refused(plan.why);
  await context.faults.at("actions.planned");
  if (isOver()) return refused("GitHub took too long to answer: nothing was begun.");
  return plan.kind === "rerun" ? await rerun(options, attempt, plan.of) : await dispatch(options, attempt, plan);
}

async function dispatch({ context, actions }: ActionsDeployerOptions, attempt: Attempt, wish: Dispatch) {
  const { ref, inputs, exact } = wish;
  const answer = await asked(actions.dispatch(attempt.repository, definitionOf(attempt).workflow, { ref, inputs }));
  await context.faults.at("actions.dispatched");
  if ("silent" in answer) {
    if (!beganNothing(answer.silent)) throw answer.silent;
    return refused(answer.silent.message);
  }
  const told = answer.said;
  const since = context.clock.now();
  const about = { attempt: 1, since, ...(exact ? { sha: attempt.sha } : {}) };
  return begun(attempt, told === undefined ? about : { ...about, run: told.run }, told?.url);
}

/** The dispatched run whose title tells the token. */
async function byToken({ actions }: ActionsDeployerOptions, attempt: Attempt): Promise<WorkflowRun | undefined> {
  const runs = await actions.dispatched(attempt.repository, definitionOf(attempt).workflow);
  return runs.find(({ title }) => title.includes(attempt.token));
}

const howToTell = `for a run to be found again, the workflow has to declare the input ${tokenInput} and name it in its run-name`;

async function find(options: ActionsDeployerOptions, attempt: Attempt): Promise<Found> {
  const former = await formerRun(options, attempt);
  if (former !== undefined) {
    // While it has not begun anew, asking again begins it once: GitHub refuses what runs already.
    if (former.run.attempt === former.former.attempt) return { kind: "impossible" };
    const again = { ...former.former, attempt: former.run.attempt, since: options.context.clock.now() };
    return begun(attempt, again, former.run.url);
  }
  const run = await byToken(options, attempt);
  if (run === undefined)
    return { kind: "unknown", why: `whether GitHub began a run is not known: none tells its token; ${howToTell}` };
  const mayDiffer = tellsRevision(definitionOf(attempt)) && run.sha !== attempt.sha;
  const sha = mayDiffer ? {} : { sha: attempt.sha };
  return begun(attempt, { run: run.id, attempt: 1, since: options.context.clock.now(), ...sha }, run.url);
}

function late(context: Context, attempt: Attempt, seen: Observation): Observation {
  if (!isLate(context, attempt)) return seen;
  const message = `the run did not end before the deadline. The last that was heard: ${seen.message}`;
  return { ...seen, state: "error", message, proven: false };
}

async function observe(options: ActionsDeployerOptions, attempt: Attempt, stored: Handle): Promise<Observation> {
  const { context, actions } = options;
  const parsed = handleShape.safeParse(stored);
  if (!parsed.success) return { state: "unknown", message: "its record cannot be read", proven: false };
  const handle = parsed.data;
  const pause = lookAgainMs(context, handle.since);
  const answer = await asked(look(options, attempt, handle));
  if ("silent" in answer) return late(context, attempt, notTold(context, answer.silent));
  const run = answer.said;
  if (run === undefined) {
    const isKnown = handle.run !== undefined;
    if (isKnown && !isNew(context, handle.since)) {
      return { state: "error", message: "the run is gone from GitHub", proven: false };
    }
    const message = isKnown ? "GitHub does not know the run yet" : `no run tells its token yet; ${howToTell}`;
    return late(context, attempt, { state: "running", message, lookAgainMs: pause });
  }
  const other = handle.sha !== undefined && run.sha !== handle.sha;
  const overdue = isLate(context, attempt);
  // Neither may go on: nobody asked for that revision, or nobody waits any more.
  if (run.status !== "completed" && (other || overdue)) await asked(actions.cancel(attempt.repository, run.id));
  const listed = await asked(actions.jobs(attempt.repository, run.id, handle.attempt));
  const jobs = "said" in listed ? listed.said : [];
  const about = { logUrl: run.url, ...jobsTold(jobs) };
  if (run.status !== "completed") {
    return { state: "running", message: progress(jobs, run.status), ...about, lookAgainMs: overdue ? 1_000 : pause };
  }
  const wrong = other
    ? `it ran ${run.sha.slice(0, 7)} and not ${attempt.sha.slice(0, 7)}, because the branch had moved on`
    : undefined;
  if (wrong !== undefined) return { state: "error", message: wrong, ...about, proven: true };
  const end = ended(run, jobs);
  if (end.state === "cancelled" && overdue && !attempt.cancelAsked) {
    return { state: "error", message: "the run was cancelled at the deadline", ...about, proven: true };
  }
  return { ...end, ...about, proven: true };
}

/** What GitHub says of another run is not believed. */
async function look(
  options: ActionsDeployerOptions,
  attempt: Attempt,
  handle: ActionsHandle,
): Promise<WorkflowRun | undefined> {
  const found = handle.run ?? (await byToken(options, attempt))?.id;
  if (found === undefined) return undefined;
  const run = await options.actions.run(attempt.repository, found, handle.attempt);
  if (run !== undefined && (run.id !== found || run.attempt !== handle.attempt)) {
    throw new OutsideError("GitHub answered about another run than it was asked for");
  }
  return run;
}

async function cancel(options: ActionsDeployerOptions, attempt: Attempt, stored: Handle): Promise<void> {
  const handle = handleShape.safeParse(stored);
  if (!handle.success) return;
  const run = await look(options, attempt, handle.data);
  if (run !== undefined && run.status !== "completed") await options.actions.cancel(attempt.repository, run.id);
}

export function createActionsDeployer(options: ActionsDeployerOptions): Deployer {
  return {
    kind: "actions",
    callTimeoutMs,
    callOutlivesMs: requestOutlivesMs,
    start: (attempt) => start(options, attempt),
    observe: (attempt, handle) => observe(options, attempt, handle),
    cancel: (attempt, handle) => cancel(options, attempt, handle),
    find: (attempt) => find(options, attempt),
  };
}
