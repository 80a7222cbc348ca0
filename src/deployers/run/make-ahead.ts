/**
 * Checks revisions out while people still think, one after another, so that a start finds its tree. It is never needed
 * and never fails: what is not ready is made by the supervisor, which also looks whether what is there is right.
 */
import type { Logger } from "pino";
import type { Context } from "../../context.ts";
import type { GitHubPort } from "../../operations/ports.ts";
import type { Ahead } from "../contract.ts";
import { checkOutAhead } from "./checkout.ts";

/** A checkout that takes longer is left to the start, whose own time it then is. */
const withinMs = 5 * 60_000;
/** What cannot be made soon is not worth waiting for. */
const waitingAtMost = 20;

export type MakeAheadOptions = {
  readonly context: Context;
  readonly log: Logger;
  readonly dataDir: string;
  readonly path: string;
  readonly github: Pick<GitHubPort, "gitAccess">;
};

export type MakeAhead = {
  make(ahead: Ahead): void;
  /** Gives up what is under way, and makes nothing more. */
  stop(): Promise<void>;
};

export function createMakeAhead(options: MakeAheadOptions): MakeAhead {
  const { context, log, dataDir, path, github } = options;
  let last = Promise.resolve();
  let waiting = 0;
  const stopping = new AbortController();

  async function make({ repository, checkout, sha }: Ahead): Promise<void> {
    if (stopping.signal.aborted) return;
    const late = new AbortController();
    const timer = context.clock.after(withinMs, () => late.abort(new Error("it took too long")));
    try {
      const git = await github.gitAccess(repository);
      await checkOutAhead(
        { context, path, home: dataDir, signal: AbortSignal.any([late.signal, stopping.signal]) },
        dataDir,
        {
          checkout,
          repository: { id: repository.id, fullName: repository.fullName },
          sha,
          git,
        },
      );
    } catch (error) {
      if (stopping.signal.aborted) return;
      log.info({ err: error, deployment: checkout }, "a revision could not be checked out ahead; the start will do it");
    } finally {
      timer.cancel();
    }
  }

  return {
    make(ahead) {
      if (waiting >= waitingAtMost) return;
      waiting += 1;
      last = last
        .then(() => make(ahead))
        .finally(() => {
          waiting -= 1;
        });
    },
    async stop() {
      stopping.abort(new Error("the bot stops"));
      await last;
    },
  };
}
