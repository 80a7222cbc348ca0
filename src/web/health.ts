/**
 * Whether the bot can do its work. The server listens only once the tables are of this version and the jobs run, so
 * what can be missing afterwards is what is asked here. It must never tell the outside more than which part is missing.
 */
import type { Context } from "../context.ts";

/** One thing that must hold; `holds` may reject, and then does not hold. */
export type ReadinessCheck = {
  /** What is said when it does not hold, for example "The database does not answer." */
  readonly otherwise: string;
  holds(): Promise<boolean> | boolean;
};

export type Readiness = { reasons(): Promise<readonly string[]> };

/** An orchestrator asks every few seconds and gives up after one or two. */
const answerWithinMs = 2_000;

/** What `ask` answers; `otherwise` when it rejects, or takes longer than whoever asked for it waits. */
export async function inTime<T>(clock: Context["clock"], ask: () => Promise<T> | T, otherwise: T): Promise<T> {
  const late = new AbortController();
  const answered = Promise.resolve()
    .then(ask)
    .catch(() => otherwise);
  const tooLate = clock.sleep(answerWithinMs, late.signal).then(
    () => otherwise,
    () => otherwise,
  );
  const answer = await Promise.race([answered, tooLate]);
  late.abort();
  return answer;
}

export function createReadiness(clock: Context["clock"], checks: readonly ReadinessCheck[]): Readiness {
  const reason = async ({ holds, otherwise }: ReadinessCheck): Promise<readonly string[]> =>
    (await inTime(clock, holds, false)) ? [] : [otherwise];
  return { reasons: async () => (await Promise.all(checks.map(reason))).flat() };
}
