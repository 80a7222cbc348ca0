/**
 * An environment that someone else holds: a command that meets it is refused at once, so that its asker knows; a merge
 * waits, and so does a command that waited already when the lock came. A rollback goes through.
 */
import { sameLogin } from "../logins.ts";
import type { Clearer, Facts, GateResult } from "../model.ts";
import { settlersOf } from "../rights.ts";
import { block, pass, wait } from "./gate.ts";

export function lock({ now, environment, policy, request }: Facts): GateResult {
  const held = environment.lock;
  if (held === undefined || (held.until !== undefined && held.until <= now)) return pass("lock", { code: "lock.free" });
  const { by, reason, at, until } = held;
  if (request.kind === "rollback") return pass("lock", { code: "lock.passed-by-rollback", by, reason });
  const untilWhen = until === undefined ? {} : { until };
  if (sameLogin(by, request.requestedBy)) {
    return pass("lock", { code: "lock.held-by-asker", by, reason, ...untilWhen });
  }
  const clearedBy: Clearer[] = [{ kind: "person", login: by }, { kind: settlersOf(policy) }];
  if (until !== undefined) clearedBy.push({ kind: "time", at: until });
  const refuse = request.typed && at <= request.requestedAt ? block : wait;
  return refuse("lock", { code: "lock.held", by, reason, at, ...untilWhen }, ...clearedBy);
}
