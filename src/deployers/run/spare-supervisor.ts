/**
 * At most one supervisor that was launched because a start was foreseen. It holds nothing and is bound to nothing until
 * it gets an order; what is not wanted within a few seconds goes again, and what has ended meanwhile is never handed out.
 */
import type { Context, Timer } from "../../context.ts";
import { dismiss, isWaiting, type Launched, launchSupervisor } from "./start-supervisor.ts";

/** A decision and its claim take far less; a process that waits longer only takes memory. */
const keptMs = 10_000;

export type SpareSupervisor = {
  /** Launches one, or keeps the one that waits for longer. */
  prepare(): void;
  /** The one that waits, or a new one. */
  take(): Launched;
  /** Lets the one that waits go. */
  dismiss(): void;
};

export function createSpareSupervisor(
  context: Context,
  options: Parameters<typeof launchSupervisor>[1],
): SpareSupervisor {
  let spare: { readonly launched: Launched; timer: Timer } | undefined;

  function later(launched: Launched): Timer {
    return context.clock.after(keptMs, () => {
      spare = undefined;
      dismiss(launched);
    });
  }

  return {
    prepare() {
      spare?.timer.cancel();
      const launched = spare !== undefined && isWaiting(spare.launched) ? spare.launched : undefined;
      const waiting = launched ?? launchSupervisor(context, options);
      spare = { launched: waiting, timer: later(waiting) };
    },
    take() {
      const waiting = spare;
      spare = undefined;
      waiting?.timer.cancel();
      return waiting !== undefined && isWaiting(waiting.launched)
        ? waiting.launched
        : launchSupervisor(context, options);
    },
    dismiss() {
      spare?.timer.cancel();
      if (spare !== undefined) dismiss(spare.launched);
      spare = undefined;
    },
  };
}
