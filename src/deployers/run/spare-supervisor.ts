/**
 * At most one supervisor that was launched because a start is to come: one that was foreseen, or that of a deployment
 * that waits. It holds nothing and is bound to nothing until it gets an order; what is not wanted goes again, and what has
 * ended meanwhile is never handed out.
 */
import type { Context, Timer } from "../../context.ts";
import { dismiss, isWaiting, type Launched, launchSupervisor } from "./start-supervisor.ts";

/** A decision and its claim take far less; a process that waits longer only takes memory. */
const foreseenMs = 10_000;
/** People answer within minutes, if they are there; whoever comes later waits for a new one, a tenth of a second. */
const keptMs = 10 * 60_000;

export type SpareSupervisor = {
  /** A start comes in a moment. */
  prepare(): void;
  /** This deployment waits to be started. */
  keepFor(deployment: number): void;
  /**
   * The one that waits, or a new one; throws where none can be launched. When it has ended, the next is launched if
   * another deployment waits.
   */
  take(deployment: number): Launched;
  /** Lets the one that waits go, and forgets what it was kept for. */
  dismiss(): void;
};

export function createSpareSupervisor(
  context: Context,
  options: Parameters<typeof launchSupervisor>[1],
): SpareSupervisor {
  const { clock } = context;
  let spare: Launched | undefined;
  let timer: Timer | undefined;
  /** On the clock that only goes forward, in ms: until when one is wanted, for a start and for each that waits. */
  let foreseen = 0;
  const waiting = new Map<number, number>();

  const present = () => (spare !== undefined && isWaiting(spare) ? spare : undefined);

  /** Launches one where one is wanted and none waits, and lets one go that is wanted no more. */
  function look(): void {
    timer?.cancel();
    const now = clock.monotonic();
    for (const [deployment, until] of waiting) if (until <= now) waiting.delete(deployment);
    const left = Math.max(foreseen, ...waiting.values()) - now;
    if (left > 0) {
      try {
        spare = present() ?? launchSupervisor(context, options);
      } catch {
        // Where the machine has no room for it, the start itself will say so.
        spare = undefined;
      }
      timer = clock.after(left, look);
    } else if (spare !== undefined) {
      dismiss(spare);
      spare = undefined;
    }
  }

  return {
    prepare() {
      foreseen = clock.monotonic() + foreseenMs;
      look();
    },
    keepFor(deployment) {
      waiting.set(deployment, clock.monotonic() + keptMs);
      look();
    },
    take(deployment) {
      const launched = present() ?? launchSupervisor(context, options);
      timer?.cancel();
      spare = undefined;
      foreseen = 0;
      waiting.delete(deployment);
      void launched.ended.then(look);
      return launched;
    },
    dismiss() {
      foreseen = 0;
      waiting.clear();
      look();
    },
  };
}
