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

export function createReadiness(clock: Context["clock"], checks: readonly ReadinessCheck[]): Readiness {
  async function reason(check: ReadinessCheck): Promise<readonly string[]> {
    const late = new AbortController();
    const held = Promise.resolve()
      .then(() => check.holds())
      .catch(() => false);
    const tooLate = clock.sleep(answerWithinMs, late.signal).then(
      () => false,
      () => false,
    );
    const holds = await Promise.race([held, tooLate]);
    late.abort();
    return holds ? [] : [check.otherwise];
  }
  return { reasons: async () => (await Promise.all(checks.map(reason))).flat() };
}
