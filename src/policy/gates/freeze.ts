/**
 * An environment that is held until a time: a command that meets a standing freeze is refused at once, so that its asker
 * knows; everything else waits and goes on when the freeze ends. It holds whoever began it too. A rollback and a hotfix
 * pass.
 */
import type { Facts, GateResult } from "../model.ts";
import { settlersOf } from "../rights.ts";
import { block, pass, wait } from "./gate.ts";

export function freeze({ now, environment, policy, request }: Facts): GateResult {
  const stands = environment.freeze;
  if (stands === undefined || stands.until <= now) return pass("freeze", { code: "freeze.none" });
  const { by, reason, at, until } = stands;
  if (request.kind === "rollback") return pass("freeze", { code: "freeze.passed-by-rollback", by, until });
  if (request.hotfix === true) return pass("freeze", { code: "freeze.passed-by-hotfix", by, until });
  const refuse = request.typed && at <= request.requestedAt ? block : wait;
  const why = { code: "freeze.stands", by, reason, at, until } as const;
  return refuse("freeze", why, { kind: settlersOf(policy) }, { kind: "time", at: until });
}
