/** A `Wake` that remembers, for tests of what sends wakes. It commits and rolls back with nothing: use real jobs for that. */
import type { QueueName, Wake } from "../../src/jobs/wake.ts";

export type Woken = { readonly queue: QueueName; readonly key: string; readonly at?: number };

export type RecordedWake = Wake & {
  readonly woken: readonly Woken[];
  /** What was woken since the last take, in order. */
  take(): readonly Woken[];
};

export function recordedWake(): RecordedWake {
  let woken: Woken[] = [];
  const record = (queue: QueueName, key: string, at: number | undefined) => {
    woken.push({ queue, key, ...(at === undefined ? {} : { at }) });
    return Promise.resolve();
  };
  return {
    async advance(_trx, deployments, at) {
      for (const deployment of [deployments].flat()) await record("advance", String(deployment), at);
    },
    // The wake that was committed with it is recorded.
    soon: () => undefined,
    judge: (_trx, environment, at) => record("judge", String(environment), at),
    version: (_trx, step, at) => record("version", String(step), at),
    async project(_trx, keys, at) {
      for (const key of [keys].flat()) await record("project", key, at);
    },
    inbox: (_trx, at) => record("inbox", "inbox", at),
    stored: () => void record("inbox", "inbox", undefined),
    get woken() {
      return woken;
    },
    take() {
      const taken = woken;
      woken = [];
      return taken;
    },
  };
}
