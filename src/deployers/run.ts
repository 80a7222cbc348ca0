/**
 * The `run` deployer: a shell command over a checkout of the revision.
 *
 * The command belongs to a supervisor process of its own (`run/supervise.ts`), which runs on when the bot is killed.
 * Here it is only started, looked at and asked to end; all that the bot knows of it stands in the attempt's folder.
 * It must never start a supervisor for a repository that the operator does not let run commands.
 */
import { resolve } from "node:path";
import type { Logger } from "pino";
import { z } from "zod";
import type { Context } from "../context.ts";
import type { OperatorRules } from "../operations/bot.ts";
import type { GitHubPort } from "../operations/ports.ts";
import type { Attempt, Deployer, Found, Handle, Observation, Started, StartedAttempt } from "./contract.ts";
import { type AttemptFolder, attemptFolder, attemptsRoot, exists } from "./run/attempt-folder.ts";
import { permit, withdraw } from "./run/claim-folder.ts";
import { commandEnvironment } from "./run/command-environment.ts";
import { signalGroup } from "./run/end-group.ts";
import { hostId } from "./run/host-id.ts";
import { thisMachine } from "./run/machine.ts";
import { createMakeAhead } from "./run/make-ahead.ts";
import { observeFolder, standing } from "./run/observe.ts";
import type { Order } from "./run/order.ts";
import { plainLine } from "./run/plain-text.ts";
import { readCommand, readSupervisor } from "./run/records.ts";
import { createSpareSupervisor, type SpareSupervisor } from "./run/spare-supervisor.ts";
import { orderSupervisor, supervisorProgram } from "./run/start-supervisor.ts";

const callTimeoutMs = 20_000;
/** The supervisor must have begun well before somebody else may take over. */
const startTimeoutMs = 15_000;
/** What another host runs is looked at this seldom from here, and waited for so long past its time limit. */
const elsewhereLookMs = 10_000;
const elsewhereGraceMs = 30_000;

export type RunDeployerOptions = {
  readonly context: Context;
  readonly log: Logger;
  readonly dataDir: string;
  readonly github: Pick<GitHubPort, "gitAccess">;
  readonly operator: OperatorRules;
  /** Where commands and git are found. */
  readonly path?: string;
  /**
   * True when no other host can have claimed an attempt, as with a private database. Only then does it prove that nothing
   * was started, and that nothing will be, when the folder's place could be taken here.
   */
  readonly onlyHost?: boolean;
  /** Called at once when an attempt that this process started has ended; looking again still finds it without. */
  readonly onEnded?: (attempt: Attempt) => void;
  /** Another program for supervisors, for drills. */
  readonly program?: string;
};

const handleShape = z.object({
  host: z.string(),
  token: z.string(),
  /** Epoch ms. Handles that were stored earlier have none. */
  since: z.number().default(0),
});
type RunHandle = z.output<typeof handleShape>;

type Parts = RunDeployerOptions & {
  readonly path: string;
  readonly host: () => Promise<string>;
  readonly spare: SpareSupervisor;
};

function refused(message: string): Started {
  return { kind: "refused", outcome: "error", message };
}

type Command = { readonly run: string; readonly confirm?: string };

/** What forbids the attempt, asked again at every start because the operator may have changed it meanwhile. */
function forbidden(parts: Parts, attempt: Attempt): string | undefined {
  const { operator } = parts;
  const { fullName } = attempt.repository;
  if (!operator.commandsAllowed(fullName)) {
    return `The operator does not let ${fullName} run commands. It must be listed under \`commands\` in operator.yml.`;
  }
  const { refused: names } = operator.secrets(fullName, attempt.secrets);
  if (names.length === 0) return undefined;
  return `The operator has not granted ${fullName} the secret${names.length > 1 ? "s" : ""} ${names.join(", ")}.`;
}

async function orderFor(parts: Parts, attempt: Attempt, command: Command): Promise<Order> {
  const { values } = parts.operator.secrets(attempt.repository.fullName, attempt.secrets);
  const git = await parts.github.gitAccess(attempt.repository);
  return {
    token: attempt.token,
    checkout: attempt.checkout,
    repository: { id: attempt.repository.id, fullName: attempt.repository.fullName },
    sha: attempt.sha,
    git,
    run: command.run,
    ...(command.confirm === undefined ? {} : { confirm: command.confirm }),
    env: { ...commandEnvironment(attempt, { path: parts.path, secrets: values }) },
    hidden: Object.values(values),
    timeLeft: attempt.deadlineAt - parts.context.clock.now(),
  };
}

async function begun(parts: Parts, { token }: Attempt): Promise<StartedAttempt> {
  const handle = { host: await parts.host(), token, since: parts.context.clock.now() } satisfies RunHandle;
  return { kind: "started", handle };
}

async function start(parts: Parts, attempt: Attempt): Promise<Started> {
  const { context, log, dataDir } = parts;
  const definition = attempt.stage.deployer;
  if (definition.kind !== "run") throw new Error(`The stage ${attempt.stage.name} is not one that runs a command.`);
  const called = context.clock.monotonic();
  const no = forbidden(parts, attempt);
  if (no !== undefined) return refused(no);
  const folder = attemptFolder(dataDir, attempt.token);
  let order: Order;
  try {
    order = await orderFor(parts, attempt, definition);
  } catch (error) {
    log.warn({ err: error, token: attempt.token }, "no access to the repository's git");
    return refused(`Access to the git repository ${attempt.repository.fullName} could not be had.`);
  }
  await context.faults.at("run.asked-git-access");
  await context.files.mkdir(attemptsRoot(dataDir), { recursive: true, mode: 0o700 });
  await permit(context, folder);
  const answer = await orderSupervisor(context, parts.spare.take(attempt.checkout), {
    order,
    startWithin: startTimeoutMs - (context.clock.monotonic() - called),
    onEnd: () => parts.onEnded?.(attempt),
  });
  await context.faults.at("run.answered");
  // The word may have been lost, or an earlier call's supervisor may still be on its way: the folder is what counts.
  if (answer.kind === "claimed" || !(await withdraw(context, { dataDir, folder }))) return await begun(parts, attempt);
  const why = answer.kind === "silent" ? plainLine(answer.message, 300) : "it was not ready in time";
  return refused(`The command's supervisor did not start: ${why.replace(/\.+$/u, "")}.`);
}

type Here = { readonly folder: AttemptFolder; readonly since: number };

/** The attempt's folder when this is the host that has it. */
async function hereOf(parts: Parts, handle: Handle): Promise<Here | undefined> {
  const parsed = handleShape.safeParse(handle);
  if (!parsed.success || parsed.data.host !== (await parts.host())) return undefined;
  const { token, since } = parsed.data;
  return { folder: attemptFolder(parts.dataDir, token), since };
}

async function observe(parts: Parts, attempt: Attempt, handle: Handle): Promise<Observation> {
  const here = await hereOf(parts, handle);
  if (here === undefined) {
    // Another replica's attempt is that replica's to tell about. Only past its time limit is it sure that nobody will.
    const elsewhere = handleShape.safeParse(handle).success && parts.onlyHost !== true;
    if (elsewhere && parts.context.clock.now() < attempt.deadlineAt + elsewhereGraceMs) {
      return { state: "running", lookAgainMs: elsewhereLookMs };
    }
    return { state: "unknown", message: "it was started on another host", proven: false };
  }
  const { values } = parts.operator.secrets(attempt.repository.fullName, attempt.secrets);
  const machine = await thisMachine(parts.context);
  const { folder, since } = here;
  return observeFolder(parts.context, folder, { attempt, since, machine, hidden: Object.values(values) });
}

async function cancel(parts: Parts, handle: Handle): Promise<void> {
  const { context } = parts;
  const folder = (await hereOf(parts, handle))?.folder;
  const supervisor = folder === undefined ? undefined : await readSupervisor(context, folder);
  if (folder === undefined || supervisor === undefined) return;
  // The wish first, then the signal: a supervisor that wakes must find why. One that gets no signal looks by itself.
  await context.files.writeFile(folder.cancel, "", { flag: "a", mode: 0o600 });
  await context.faults.at("run.cancel-asked");
  const now = await standing(context, folder, supervisor, await thisMachine(context));
  if (now === "supervised") context.processes.kill(supervisor.pid, "SIGTERM");
  if (now === "orphaned") {
    const command = await readCommand(context, folder);
    if (command !== undefined) await signalGroup(context, command, "SIGTERM");
  }
}

async function find(parts: Parts, attempt: Attempt): Promise<Found> {
  const { context, dataDir } = parts;
  const folder = attemptFolder(dataDir, attempt.token);
  if (parts.onlyHost === true) {
    return (await withdraw(context, { dataDir, folder })) ? { kind: "impossible" } : await begun(parts, attempt);
  }
  if (await exists(context, folder.supervisor)) return await begun(parts, attempt);
  return { kind: "unknown", why: "it was not started on this host; another host may have started it" };
}

/** Where a Unix keeps its programs, when the operator says nothing else. */
const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export function createRunDeployer(options: RunDeployerOptions): Deployer {
  const dataDir = resolve(options.dataDir);
  let host: Promise<string> | undefined;
  const known = () => {
    host ??= hostId(options.context, dataDir);
    return host;
  };
  const path = options.path ?? usualPath;
  const program = options.program ?? supervisorProgram;
  const spare = createSpareSupervisor(options.context, { dataDir, path, program });
  const makeAhead = createMakeAhead({ ...options, dataDir, path });
  const parts: Parts = { ...options, dataDir, path, host: known, spare };
  return {
    kind: "run",
    callTimeoutMs,
    // Of all who are on their way under one token only one takes the folder's place, and a look takes it as well.
    callOutlivesMs: 0,
    expect: () => spare.prepare(),
    makeAhead(ahead) {
      if (!options.operator.commandsAllowed(ahead.repository.fullName)) return;
      spare.keepFor(ahead.checkout);
      makeAhead.make(ahead);
    },
    start: (attempt) => start(parts, attempt),
    observe: (attempt, handle) => observe(parts, attempt, handle),
    cancel: (_attempt, handle) => cancel(parts, handle),
    find: (attempt) => find(parts, attempt),
    async stop() {
      spare.dismiss();
      await makeAhead.stop();
    },
  };
}
