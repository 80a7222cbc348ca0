/**
 * Who writes a surface just now, known to whatever sends their calls, however many there are and however long those before
 * took: none that changes anything goes out once somebody else may be making the same.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** Makes sure that whoever writes may go on doing so; throws when another has taken over. */
export type StillMine = () => Promise<void>;

const current = new AsyncLocalStorage<StillMine>();

/** Runs `write`; each call that it sends asks `stillMine` first. */
export async function writingAs<T>(stillMine: StillMine, write: () => Promise<T>): Promise<T> {
  return await current.run(stillMine, write);
}

/** To be asked for when the call is made: what waits in a queue is sent from within the work of somebody else. */
export function presentWriter(): StillMine | undefined {
  return current.getStore();
}
