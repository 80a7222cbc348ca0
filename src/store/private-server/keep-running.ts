/**
 * Starts the server again when it has ended under a bot that runs on, as when the system took its memory or its disk was
 * full: nobody else would, and every query failed for ever. It comes back where its users look for it, so that they need
 * not hear of it. What cannot be started is tried again: the reason may pass, and what still runs of the old server
 * keeps a new one from starting.
 */
import { findOrStart, type Parts, type Postmaster, stillRuns, stop } from "./postmaster.ts";

/** A look is a signal and two small files. */
const lookEveryMs = 5_000;

export type Kept = {
  /** Stops the server, whichever it is by now. A start that is under way is awaited, or it would be left behind. */
  stop(): Promise<void>;
};

export function keepRunning(parts: Parts, first: Postmaster): Kept {
  const { context, log, place } = parts;
  let postmaster = first;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    try {
      if (await stillRuns(parts, postmaster)) return;
      log.error({ pid: postmaster.pid, log: place.logFile }, "the private PostgreSQL has ended; it is started again");
      postmaster = await findOrStart({ ...parts, socketFolder: first.socketFolder });
    } catch (error) {
      log.error({ err: error }, "the private PostgreSQL could not be started again; it is tried again in some seconds");
    }
  }

  const timer = context.clock.every(lookEveryMs, () => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
  });
  return {
    async stop() {
      timer.cancel();
      await looking;
      await stop(parts, postmaster);
    },
  };
}
