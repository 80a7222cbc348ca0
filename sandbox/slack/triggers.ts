/**
 * Trigger ids: each opens one view, for the person whose act it came from, within three seconds.
 *
 * Source: https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses
 */
import type { Context } from "../../src/context.ts";

const lifetimeMs = 3_000;
/** Old ones are remembered for a while, so that a late use is told from one that was made up. */
const rememberMs = 10 * 60_000;

type Trigger = { readonly user: string; readonly at: number; readonly inModal: boolean; used: boolean };

export type Exchanged =
  | { readonly user: string; readonly inModal: boolean }
  | { readonly error: "invalid_trigger_id" | "expired_trigger_id" | "exchanged_trigger_id" };

export type Triggers = {
  /** `inModal`: the act happened in a modal, on which another may be laid. */
  issue(user: string, inModal?: boolean): string;
  exchange(trigger: string): Exchanged;
};

export function createTriggers(context: Context): Triggers {
  const known = new Map<string, Trigger>();
  return {
    issue(user, inModal = false) {
      const now = context.clock.now();
      for (const [id, { at }] of known) if (now - at > rememberMs) known.delete(id);
      const id = `${Math.trunc(now)}.${known.size + 1}.${context.ids.secret(10)}`;
      known.set(id, { user, at: now, inModal, used: false });
      return id;
    },
    exchange(id) {
      const trigger = known.get(id);
      if (!trigger) return { error: "invalid_trigger_id" };
      if (trigger.used) return { error: "exchanged_trigger_id" };
      if (context.clock.now() - trigger.at > lifetimeMs) return { error: "expired_trigger_id" };
      trigger.used = true;
      return { user: trigger.user, inModal: trigger.inModal };
    },
  };
}
