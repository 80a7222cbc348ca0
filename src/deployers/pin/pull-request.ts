/**
 * A pin that is a pull request: its merge is the success, its closing a no. Nobody merges it here; what nobody waits for
 * any more is closed, or it would be deployed later behind everybody's back.
 */
import { z } from "zod";
import type { Context } from "../../context.ts";
import { OutsideError, type RepositoryRef } from "../../operations/ports.ts";
import { byPullRequest } from "../../operations/woken-by.ts";
import { asked, isLate, isNew, lookAgainMs, notTold } from "../asked.ts";
import type { Attempt, Observation, StartedAttempt } from "../contract.ts";
import type { PinCalls, PinPullRequest } from "../github-calls.ts";

export type Following = { readonly context: Context; readonly pins: PinCalls };

export const openShape = z.object({
  kind: z.literal("pull-request"),
  /** Epoch ms. */
  since: z.number(),
  number: z.number(),
  branch: z.string(),
  repository: z.object({ id: z.number(), fullName: z.string(), installationId: z.number(), defaultBranch: z.string() }),
});
export type OpenHandle = z.infer<typeof openShape>;

export function following(
  context: Context,
  repository: RepositoryRef,
  branch: string,
  pull: PinPullRequest,
): StartedAttempt {
  const { id, fullName, installationId, defaultBranch } = repository;
  const handle = {
    ...{ kind: "pull-request", since: context.clock.now(), number: pull.number, branch },
    repository: { id, fullName, installationId, defaultBranch },
  } satisfies OpenHandle;
  return { kind: "started", handle, logUrl: pull.url, wokenBy: byPullRequest(id, pull.number) };
}

async function pullRequestAsOpened({ context, pins }: Following, handle: OpenHandle, name: string) {
  const pull = await pins.pullRequest(handle.repository, handle.number);
  if (pull === undefined && isNew(context, handle.since)) throw new OutsideError(`GitHub does not know ${name} yet`);
  return pull;
}

export async function followPullRequest(
  options: Following,
  attempt: Attempt,
  handle: OpenHandle,
): Promise<Observation> {
  const { context } = options;
  const { repository, number } = handle;
  const name = `${repository.fullName}#${number}`;
  const answer = await asked(pullRequestAsOpened(options, handle, name));
  const late = isLate(context, attempt);
  if ("silent" in answer) {
    return late
      ? {
          ...notTold(context, answer.silent),
          state: "error",
          proven: false,
          message: `whether ${name} was merged before the deadline is not known: ${answer.silent.message}`,
        }
      : notTold(context, answer.silent);
  }
  const pull = answer.said;
  if (pull === undefined) return { state: "failure", message: `${name} is gone`, proven: true };
  const logUrl = pull.url;
  if (pull.state === "merged") {
    const by = pull.by === undefined ? "" : ` by ${pull.by}`;
    return { state: "success", message: `${name} was merged${by}`, logUrl, proven: true };
  }
  if (pull.state === "closed") {
    if (attempt.cancelAsked) return { state: "cancelled", message: `${name} was closed`, logUrl, proven: true };
    if (late) {
      await asked(withdraw(options, handle));
      const message = `${name} was not merged before the deadline and was closed`;
      return { state: "error", message, logUrl, proven: true };
    }
    return { state: "failure", message: `${name} was closed without being merged`, logUrl, proven: true };
  }
  if (late) {
    // What is merged after nobody waits for it any more would be deployed behind everybody's back.
    await asked(withdraw(options, handle));
    return await closedLate(options, handle, name, logUrl);
  }
  return {
    state: "running",
    message: `${name} waits to be merged`,
    logUrl,
    lookAgainMs: lookAgainMs(context, handle.since),
  };
}

/** It may have been merged in the very moment in which it was to be closed. */
async function closedLate(options: Following, handle: OpenHandle, name: string, logUrl: string): Promise<Observation> {
  const answer = await asked(options.pins.pullRequest(handle.repository, handle.number));
  const state = "said" in answer ? answer.said?.state : "open";
  if (state === "merged") return { state: "success", message: `${name} was merged`, logUrl, proven: true };
  const message = `${name} was not merged before the deadline`;
  return { state: "error", message, logUrl, proven: state !== "open" };
}

export async function withdraw(
  { pins, context }: Following,
  { repository, number, branch }: OpenHandle,
): Promise<void> {
  const pull = await pins.pullRequest(repository, number);
  if (pull === undefined || pull.state === "merged") return;
  if (pull.state === "open") {
    await pins.close(repository, number);
    await context.faults.at("pin.closed");
  }
  // Also where whoever closed it did not come that far.
  await pins.deleteBranch(repository, branch);
}
