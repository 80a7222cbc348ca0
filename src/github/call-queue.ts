/**
 * The one queue that every HTTP call to GitHub goes through: so many at a time, the urgent first, each with an end.
 * It stands below Octokit, as its `fetch`, so that signing in is queued like any other call and nothing waits for
 * itself. It never retries: whoever asked decides that.
 */
import PQueue from "p-queue";
import { z } from "zod";
import type { Context } from "../context.ts";
import { NotSent } from "../operations/ports.ts";
import { presentWriter } from "../projections/writer.ts";

/** GitHub allows an App 100 at once (its secondary limits); this leaves room for other replicas. */
const callsAtOnce = 10;
/** GitHub itself gives up after 10 s. A surface's lease (60 s), renewed before each write, outlives the call. */
const callTimeoutMs = 12_000;
/**
 * Who writes has a time in which nobody else does the same (a surface's lease, a stage's call): what has waited longer
 * than this is not sent at all. Who reads may wait.
 */
const mostWaitMs = 15_000;
/** The largest answers are comparisons of hundreds of files with their patches; anything larger is refused. */
const largestAnswerBytes = 16 * 1024 * 1024;
const graphqlCall = z.object({ query: z.string() });

/** Signing in, then checks (a person waits for green), then what decisions need, then comments. */
export function priorityOf(path: string, writing: boolean): number {
  if (path.endsWith("/access_tokens")) return 4;
  if (!writing) return 2;
  if (/\/check-runs(\/|$)/.test(path)) return 3;
  if (/\/comments(\/|$)/.test(path)) return 0;
  return 1;
}

/** Everything in GraphQL is a POST: what it says tells whether it reads or changes something. Signing in does not. */
export function writes(method: string, path: string, body: unknown): boolean {
  if (path.endsWith("/access_tokens")) return false;
  if (!path.endsWith("/graphql")) return method !== "GET";
  return /^\s*mutation\b/.test(graphqlCall.parse(JSON.parse(String(body))).query);
}

export function createCallQueue(context: Context): typeof globalThis.fetch {
  const queue = new PQueue({ concurrency: callsAtOnce });
  return async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const writing = writes(init?.method ?? "GET", pathname, init?.body);
    const asked = context.clock.monotonic();
    const stillMine = presentWriter();
    const inTime = async () => {
      const waited = context.clock.monotonic() - asked;
      if (writing && waited > mostWaitMs) throw new NotSent("too many other calls came first");
      if (writing) await stillMine?.();
      return await callOnce(context, input, init);
    };
    return await queue.add(inTime, { priority: priorityOf(pathname, writing) });
  };
}

async function callOnce(
  context: Context,
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<Response> {
  const abort = new AbortController();
  const timer = context.clock.after(callTimeoutMs, () =>
    abort.abort(new Error(`no answer within ${callTimeoutMs / 1000} s`)),
  );
  const signals = [abort.signal, ...(init?.signal ? [init.signal] : [])];
  try {
    const response = await context.fetch(input, { ...init, signal: AbortSignal.any(signals) });
    // The body is read here, so that the time limit and the slot in the queue hold for it too.
    const body = await readBounded(response);
    const whole = new Response(hasNoBody(response.status) ? null : body, {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
    // Octokit pages by the address of the answer, which a constructed Response does not carry.
    Object.defineProperty(whole, "url", { value: response.url });
    return whole;
  } finally {
    timer.cancel();
  }
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

async function readBounded(response: Response): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > largestAnswerBytes) throw new Error(`the answer is larger than ${largestAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return new Blob(chunks);
}
