/**
 * Takes stored deliveries up and gives each to the handler, a bounded number at once. What a handler throws is the
 * delivery's failure, to be tried again; it never ends the others.
 */
import type { Logger } from "pino";
import type { ClaimedDelivery, Inbox } from "../store/inbox.ts";

/**
 * Deliveries handled at once. A handler waits mostly for GitHub, whose secondary rate limits dislike more, and each
 * now and then holds one of the pool's connections.
 */
export const deliveriesAtOnce = 6;

export type DeliveryHandler = (delivery: ClaimedDelivery) => Promise<void>;

export type InboxDrain = {
  /** Resolves when nothing more is due and all that was has been begun: a slow handler holds up nobody else. */
  drain(): Promise<void>;
  /** Takes nothing more up, and resolves when no handler runs: what is left is for whoever runs next. */
  stop(): Promise<void>;
};

export function createInboxDrain(parts: {
  readonly inbox: Pick<Inbox, "quiet" | "claim" | "done" | "failed">;
  readonly log: Logger;
  readonly handle: DeliveryHandler;
}): InboxDrain {
  const { inbox, log, handle } = parts;
  const running = new Set<Promise<void>>();
  const draining = new Set<Promise<void>>();
  let stopping = false;

  async function take(delivery: ClaimedDelivery): Promise<void> {
    const about = { delivery: delivery.key, source: delivery.source, name: delivery.name, attempt: delivery.attempts };
    try {
      await handle(delivery);
    } catch (error) {
      const outcome = await inbox.failed(delivery, error);
      const level = outcome === "given-up" ? "error" : "warn";
      log[level]({ ...about, err: error, outcome }, "a delivery could not be handled");
      return;
    }
    if (!(await inbox.done(delivery))) log.warn(about, "a delivery took longer than its lease and was taken up again");
  }

  function begin(delivery: ClaimedDelivery): void {
    const taken = take(delivery)
      // What cannot even be written down comes back when its lease ends.
      .catch((error) => log.error({ err: error, delivery: delivery.key }, "how a delivery ended could not be stored"))
      .finally(() => running.delete(taken));
    running.add(taken);
  }

  async function takeUp(): Promise<void> {
    for (;;) {
      while (running.size >= deliveriesAtOnce) await Promise.race(running);
      await inbox.quiet();
      if (stopping) return;
      const claimed = await inbox.claim(deliveriesAtOnce - running.size);
      if (claimed.length === 0) return;
      for (const delivery of claimed) begin(delivery);
    }
  }

  return {
    async drain() {
      const drained = takeUp().finally(() => draining.delete(drained));
      draining.add(drained);
      await drained;
    },
    async stop() {
      stopping = true;
      // One that is just claiming still begins what it gets.
      await Promise.allSettled(draining);
      while (running.size > 0) await Promise.all(running);
    },
  };
}
