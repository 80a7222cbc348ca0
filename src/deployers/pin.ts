/**
 * The `pin` deployer: writes a version into a file of another repository, by a commit to a branch or by a pull request.
 *
 * A start may be repeated: the file is written only where it still is what was read (GitHub compares its blob), the
 * branch of a pull request is named by the token, and what an earlier start has done is found by it. A file that names
 * the version already needs no commit. Only where the operator lets this repository pin into that one.
 */
import { z } from "zod";
import type { Context } from "../context.ts";
import type { OperatorRules } from "../operations/bot.ts";
import type { RepositoryRef } from "../operations/ports.ts";
import { Refusal } from "../operations/ports.ts";
import { asked, askedPatiently, overAfter, requestOutlivesMs } from "./asked.ts";
import type { Attempt, Deployer, Found, Handle, Observation, Started, StartedAttempt } from "./contract.ts";
import type { PinCalls, PinCommit, PinFile } from "./github-calls.ts";
import { editPin, nameOf } from "./pin/edit.ts";
import { following, followPullRequest, openShape, withdraw } from "./pin/pull-request.ts";
import { definitionOf, type PinWish, wishOf } from "./pin/wish.ts";
import { plainLine } from "./run/plain-text.ts";

const callTimeoutMs = 60_000;
/** Others may commit to the same file meanwhile; each time it is read again. */
const mostWrites = 4;

export type PinDeployerOptions = {
  readonly context: Context;
  readonly pins: PinCalls;
  readonly operator: Pick<OperatorRules, "pinAllowed">;
};

const doneShape = z.object({ kind: z.literal("done"), message: z.string(), url: z.string().optional() });
const handleShape = z.discriminatedUnion("kind", [doneShape, openShape]);

/** Why nothing is pinned, as what the attempt ends with. */
class Refused extends Error {
  readonly started: Extract<Started, { kind: "refused" }>;
  constructor(outcome: "failure" | "error", message: string) {
    super(message);
    this.started = { kind: "refused", outcome, message: plainLine(message, 500) };
  }
}

function done(message: string, url?: string): StartedAttempt {
  const handle = { kind: "done", message, ...(url === undefined ? {} : { url }) } satisfies z.infer<typeof doneShape>;
  return { kind: "started", handle, ...(url === undefined ? {} : { logUrl: url }) };
}

/** What a start has to know first; GitHub's silence and its no are both no failure of what is deployed. */
async function known<T>(context: Context, ask: () => Promise<T>): Promise<T> {
  const answer = await askedPatiently(context, ask);
  if ("silent" in answer) throw new Refused("error", answer.silent.message);
  return answer.said;
}

type Start = PinDeployerOptions & { readonly isOver: () => boolean };

/** Writes nothing more once another may take over. */
async function begin<T>({ isOver }: Start, call: () => Promise<T>): ReturnType<typeof asked<T>> {
  if (isOver()) throw new Refused("error", "GitHub took too long to answer: nothing more was begun.");
  return await asked(call());
}

type Target = { readonly repository: RepositoryRef; readonly branch: string; readonly wish: PinWish };

async function targetOf(
  { pins, operator }: PinDeployerOptions,
  attempt: Attempt,
  ask: <T>(of: () => Promise<T>) => Promise<T>,
): Promise<Target> {
  const definition = definitionOf(attempt);
  const { fullName } = attempt.repository;
  if (!operator.pinAllowed(fullName, definition.repository)) {
    throw new Refused(
      "error",
      `The operator does not let ${fullName} pin into ${definition.repository}. It must be listed under \`pins\` in operator.yml.`,
    );
  }
  const wish = wishOf(attempt);
  if (typeof wish === "string") throw new Refused("failure", wish);
  const repository = await ask(() => pins.repository(definition.repository));
  if (repository === undefined) {
    throw new Refused(
      "error",
      `The GitHub App is not installed on ${definition.repository}, or there is no such repository.`,
    );
  }
  return { repository, wish, branch: definition.branch ?? repository.defaultBranch };
}

async function readFile(
  options: PinDeployerOptions,
  { repository, wish }: Target,
  branch: string,
): Promise<PinFile & { text: string }> {
  const { file: path } = wish.definition;
  const file = await known(options.context, () => options.pins.file(repository, branch, path));
  const where = `on ${branch} of ${repository.fullName}`;
  if (file === undefined) throw new Refused("failure", `There is no file ${path} ${where}.`);
  const { blob, text } = file;
  if (text === undefined) throw new Refused("failure", `${path} ${where} is no text, or larger than a megabyte.`);
  return { blob, text };
}

type Edited = { readonly blob: string; readonly text: string; readonly before: string | undefined };

/** Undefined when the file names the version already. */
async function edited(options: PinDeployerOptions, target: Target, branch: string): Promise<Edited | undefined> {
  const { blob, text } = await readFile(options, target, branch);
  const { definition, value } = target.wish;
  const edit = editPin(text, { file: definition.file, pinned: definition.pinned, value });
  if (edit.kind === "no") throw new Refused("failure", `Nothing was pinned: ${edit.why}.`);
  return edit.kind === "same" ? undefined : { blob, text: edit.text, before: edit.before };
}

type Written = { readonly commit: PinCommit; readonly before: string | undefined } | "same";

/** Reads, edits and writes, again where somebody else has written meanwhile. */
async function write(options: Start, target: Target, branch: string): Promise<Written> {
  const { context, pins } = options;
  const { repository, wish } = target;
  const { file: path } = wish.definition;
  for (let tries = 1; ; tries += 1) {
    const found = await edited(options, target, branch);
    if (found === undefined) return "same";
    const { blob, text, before } = found;
    const answer = await begin(options, () =>
      pins.write(repository, { branch, path, blob, text, message: wish.message }),
    );
    await context.faults.at("pin.written");
    if ("said" in answer) return { commit: answer.said, before };
    // Whether it was written is looked for by whoever takes over.
    if (!(answer.silent instanceof Refusal)) throw answer.silent;
    const again = await readFile(options, target, branch);
    if (again.blob === blob || tries === mostWrites) {
      const hint = wish.definition.pullRequest
        ? ""
        : " Where the branch is protected, `pull_request: true` makes a pull request.";
      throw new Refused("error", `${answer.silent.message}.${hint}`);
    }
  }
}

function pinnedSentence({ wish, branch, repository }: Target, before: string | undefined): string {
  const { definition, value } = wish;
  const was = before === undefined ? "" : ` (was ${before})`;
  const what = definition.pinned.kind === "pattern" ? "" : `${nameOf(definition.pinned)} `;
  return plainLine(`${definition.file} on ${branch} of ${repository.fullName} now names ${what}${value}${was}`, 500);
}

async function commit(options: Start, target: Target): Promise<StartedAttempt> {
  const written = await write(options, target, target.branch);
  if (written !== "same") return done(pinnedSentence(target, written.before), written.commit.url);
  return (await ownCommit(options, target)) ?? done(already(target));
}

function already({ wish, branch, repository }: Target): string {
  const { file } = wish.definition;
  return plainLine(
    `${file} on ${branch} of ${repository.fullName} named ${wish.value} already: nothing was committed`,
    500,
  );
}

/** The commit of an earlier start under the same token. */
async function ownCommit({ pins }: PinDeployerOptions, target: Target): Promise<StartedAttempt | undefined> {
  const { repository, wish, branch } = target;
  const found = await pins.commitWith(repository, branch, wish.definition.file, wish.trailer);
  return found && done(pinnedSentence(target, undefined), found.url);
}

async function openPullRequest(options: Start, target: Target): Promise<StartedAttempt> {
  const { context, pins } = options;
  const { repository, wish, branch } = target;
  const there = await known(context, () => pins.pullRequestFrom(repository, wish.branch));
  if (there !== undefined) return following(context, repository, wish.branch, there);
  if ((await edited(options, target, branch)) === undefined) return done(already(target));
  const base = await known(context, () => pins.head(repository, branch));
  if (base === undefined) throw new Refused("failure", `There is no branch ${branch} in ${repository.fullName}.`);
  const made = await begin(options, () => pins.makeBranch(repository, wish.branch, base));
  await context.faults.at("pin.branch-made");
  // Refused where an earlier start has made it: then it goes on from there.
  if ("silent" in made && (await known(context, () => pins.head(repository, wish.branch))) === undefined) {
    throw new Refused("error", made.silent.message);
  }
  await write(options, target, wish.branch);
  const body = `${wish.message.split("\n").slice(2).join("\n")}\n\nThe deployment goes on when this is merged, and ends when it is closed.`;
  const opened = await begin(options, () =>
    pins.openPullRequest(repository, { head: wish.branch, base: branch, title: wish.title, body }),
  );
  await context.faults.at("pin.opened");
  if ("said" in opened) return following(context, repository, wish.branch, opened.said);
  if (!(opened.silent instanceof Refusal)) throw opened.silent;
  const other = await known(context, () => pins.pullRequestFrom(repository, wish.branch));
  if (other === undefined) throw new Refused("error", opened.silent.message);
  return following(context, repository, wish.branch, other);
}

async function start(options: PinDeployerOptions, attempt: Attempt): Promise<Started> {
  const begun = { ...options, isOver: overAfter(options.context, callTimeoutMs) };
  try {
    const target = await targetOf(begun, attempt, (of) => known(options.context, of));
    const { pullRequest } = target.wish.definition;
    return await (pullRequest ? openPullRequest(begun, target) : commit(begun, target));
  } catch (error) {
    if (error instanceof Refused) return error.started;
    throw error;
  }
}

async function find(options: PinDeployerOptions, attempt: Attempt): Promise<Found> {
  // There was never anything to be written: a start is refused for the same reason, and says it.
  if (typeof wishOf(attempt) === "string") return { kind: "impossible" };
  let target: Target;
  try {
    // Where GitHub does not answer, it is asked again by whoever looks next.
    target = await targetOf(options, attempt, (of) => of());
  } catch (error) {
    // What was allowed when it was called may not be any more, and what was written then cannot be looked at.
    if (error instanceof Refused) return { kind: "unknown", why: error.started.message };
    throw error;
  }
  const { pins, context } = options;
  const { repository, wish } = target;
  if (!wish.definition.pullRequest) return (await ownCommit(options, target)) ?? { kind: "impossible" };
  const pull = await pins.pullRequestFrom(repository, wish.branch);
  return pull === undefined ? { kind: "impossible" } : following(context, repository, wish.branch, pull);
}

async function observe(options: PinDeployerOptions, attempt: Attempt, stored: Handle): Promise<Observation> {
  const parsed = handleShape.safeParse(stored);
  if (!parsed.success) return { state: "unknown", message: "its record cannot be read", proven: false };
  const handle = parsed.data;
  if (handle.kind === "done") {
    const { message, url } = handle;
    return { state: "success", message, proven: true, ...(url === undefined ? {} : { logUrl: url }) };
  }
  return await followPullRequest(options, attempt, handle);
}

async function cancel(options: PinDeployerOptions, stored: Handle): Promise<void> {
  const handle = handleShape.safeParse(stored);
  if (handle.success && handle.data.kind === "pull-request") await withdraw(options, handle.data);
}

export function createPinDeployer(options: PinDeployerOptions): Deployer {
  return {
    kind: "pin",
    callTimeoutMs,
    callOutlivesMs: requestOutlivesMs,
    start: (attempt) => start(options, attempt),
    observe: (attempt, handle) => observe(options, attempt, handle),
    cancel: (_attempt, handle) => cancel(options, handle),
    find: (attempt) => find(options, attempt),
  };
}
