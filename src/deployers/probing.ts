/**
 * What the deployers that only look have in common: they start nothing, ask again and again until it has been right for
 * long enough or the time is over, and say what they saw.
 *
 * What was seen so far is the handle, so a bot that is started again goes on where it was. Nothing is at a far side: a
 * start may be repeated, and a cancelled attempt has ended. The policy judges the looks (`policy/verification.ts`).
 */
import { z } from "zod";
import type { Context } from "../context.ts";
import { optional } from "../optional.ts";
import { deploymentValues, type Filled, fillIn } from "../policy/value-template.ts";
import { type Judged, judgeSight, longestGap, nextLook, type Sight, type WatchRule } from "../policy/verification.ts";
import type { Attempt, Deployer, Handle, Observation, Started } from "./contract.ts";
import { readOutboundUrl } from "./outbound.ts";
import { lastBytes } from "./run/plain-text.ts";

/** How long one look may take, in ms. */
export const lookTimeoutMs = 10_000;
const mostLines = 40;
const tailLimit = 16 * 1024;

const watchShape = z.object({
  /** Epoch ms. */
  startedAt: z.number(),
  rightSince: z.number().optional(),
  lookedAt: z.number().optional(),
  wasWrong: z.boolean(),
  /** What was seen, newest last; the same seen again is one line. */
  seen: z.array(z.object({ from: z.number(), to: z.number(), says: z.string() })),
});
type Watched = z.infer<typeof watchShape>;

export type Prober = {
  readonly kind: "probe" | "prometheus";
  readonly context: Context;
  /** In ms, as the stage's definition says. */
  rule(attempt: Attempt): { readonly holds: number; readonly within?: number };
  /** The words for what cannot be asked at all; undefined when it can. */
  problem(attempt: Attempt): string | undefined;
  look(attempt: Attempt): Promise<Sight>;
};

/** The first of these that has a placeholder for which there is no value, or an address that nobody may ask. */
export function problemOf(url: Filled, ...others: readonly Filled[]): string | undefined {
  for (const filled of [url, ...others]) {
    if (filled.kind === "missing") return `this revision has no ${filled.name}, which it would be asked for`;
  }
  const read = url.kind === "text" ? readOutboundUrl(url.text) : "";
  return typeof read === "string" ? read : undefined;
}

export function fillAddress(url: string, attempt: Attempt): Filled {
  return fillIn(url, deploymentValues(attempt), encodeURIComponent);
}

function ruleOf(prober: Prober, attempt: Attempt, startedAt: number): WatchRule {
  const { holds, within } = prober.rule(attempt);
  const endsAt = within === undefined ? attempt.deadlineAt : Math.min(attempt.deadlineAt, startedAt + within);
  return { holds, endsAt, longestGap };
}

function noted(seen: Watched["seen"], says: string, now: number): Watched["seen"] {
  const last = seen.at(-1);
  if (last?.says === says) return [...seen.slice(0, -1), { ...last, to: now }];
  return [...seen, { from: now, to: now, says }].slice(-mostLines);
}

/** “16:07:03” in UTC. */
function timeOfDay(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

function tailOf(seen: Watched["seen"]): string {
  const lines = seen.map(({ from, to, says }) => {
    const times = timeOfDay(from) === timeOfDay(to) ? timeOfDay(from) : `${timeOfDay(from)} to ${timeOfDay(to)}`;
    return `${times} UTC: ${says}`;
  });
  return lastBytes(lines.join("\n"), tailLimit);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

/** What is said of an attempt as it stands; the end of a sentence such as “verification failed: …”. */
function messageOf(judged: Judged, sight: Sight, rule: WatchRule): string {
  if (judged.state === "running") {
    return sight.kind === "right" ? `${sight.says}; this has to hold for ${seconds(rule.holds)}` : sight.says;
  }
  if (judged.state === "success") {
    return rule.holds === 0 ? sight.says : `${sight.says}, for ${seconds(rule.holds)} without a break`;
  }
  switch (judged.why) {
    case "wrong":
      return `${sight.says}, and its time is over`;
    case "not-held":
      return `${sight.says}, but not for ${seconds(rule.holds)} without a break before its deadline`;
    default:
      return sight.kind === "untold" && sight.final ? sight.says : `${sight.says}, until its deadline`;
  }
}

async function observe(prober: Prober, attempt: Attempt, stored: Handle): Promise<Observation> {
  const { context } = prober;
  const parsed = watchShape.safeParse(stored);
  if (!parsed.success) return { state: "unknown", message: "its record cannot be read", proven: false };
  const before = parsed.data;
  if (attempt.cancelAsked) return { state: "cancelled", message: "it is not asked any more", proven: true };
  const rule = ruleOf(prober, attempt, before.startedAt);
  const sight = await prober.look(attempt);
  const now = context.clock.now();
  const judged = judgeSight(
    {
      wasWrong: before.wasWrong,
      ...optional("rightSince", before.rightSince),
      ...optional("lookedAt", before.lookedAt),
    },
    sight,
    rule,
    now,
  );
  await context.faults.at("verify.looked");
  const seen = noted(before.seen, sight.says, now);
  const outputTail = tailOf(seen);
  const said = { message: messageOf(judged, sight, rule), outputTail, outputBytes: Buffer.byteLength(outputTail) };
  if (judged.state !== "running") return { state: judged.state, ...said, proven: true };
  const handle: Watched = { ...judged.watch, startedAt: before.startedAt, seen };
  return { state: "running", ...said, handle, lookAgainMs: nextLook(judged.watch, rule, before.startedAt, now) };
}

export function createProber(prober: Prober): Deployer {
  const { context } = prober;
  return {
    kind: prober.kind,
    callTimeoutMs: 5_000,
    callOutlivesMs: 0,
    async start(attempt): Promise<Started> {
      const problem = prober.problem(attempt);
      if (problem !== undefined) return { kind: "refused", outcome: "error", message: problem };
      const handle: Watched = { startedAt: context.clock.now(), wasWrong: false, seen: [] };
      return { kind: "started", handle };
    },
    observe: (attempt, handle) => observe(prober, attempt, handle),
    // Nothing runs that could be told to stop: `observe` says at once that it ended.
    cancel: async () => undefined,
    // Nothing was started anywhere, so it may be started again.
    find: async () => ({ kind: "impossible" }),
  };
}
