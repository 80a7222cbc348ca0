/** What a decision is about, before anything is gathered for it. */
import { optional } from "../optional.ts";
import type { OfferedBecause, RequestKind, Revision } from "../policy/model.ts";
import type { DeploymentRow } from "../store/schema.ts";
import type { Ships } from "./ships.ts";

/** What is judged: a stored deployment that has not started, or a request that is not stored (yet). */
export type Subject = {
  readonly deployment?: number;
  readonly kind: RequestKind;
  readonly typed: boolean;
  readonly revision: Revision;
  readonly ref?: string;
  readonly inRepository: boolean;
  readonly requestedBy: string;
  readonly requestedBySlack?: string;
  readonly requestedAt: number;
  readonly mergedBy?: string;
  readonly readyWhenMerged?: boolean;
  readonly pullRequest?: number;
  readonly fixConfirmedBy?: string;
  readonly hotfix?: boolean;
  readonly retryOf?: number;
  /** The environment's schedule asks, and no person. */
  readonly scheduled?: boolean;
  readonly offered?: OfferedBecause;
  /** An open pull request, judged as if it were merged now. */
  readonly unmerged?: boolean;
  readonly rollbackTarget?: "previous" | "older";
  /** For a rollback: the revision that it takes back, and what lies between. */
  readonly undoes?: string;
  readonly ships?: Ships;
  readonly migrationsConfirmedBy?: string;
  /** Signalbox asks for it. */
  readonly byItself?: boolean;
  readonly ask: number;
  readonly asked?: { readonly from: string | undefined; readonly policy: string; readonly at: number };
};

/** A stored deployment as the subject of a decision. */
export function subjectOf(row: DeploymentRow): Subject {
  return {
    deployment: row.id,
    kind: row.kind,
    typed: row.typed,
    revision: { sha: row.sha, tree: row.tree, ...optional("version", row.version) },
    ...optional("ref", row.ref),
    // Only revisions of the repository itself are ever stored.
    inRepository: true,
    requestedBy: row.requested_by,
    ...optional("requestedBySlack", row.requested_by_slack),
    requestedAt: row.requested_at.getTime(),
    ...optional("mergedBy", row.merged_by),
    ...optional("readyWhenMerged", row.ready_when_merged),
    ...optional("pullRequest", row.pull_request),
    ...optional("fixConfirmedBy", row.fix_confirmed_by),
    ...(row.hotfix ? { hotfix: true } : {}),
    ...optional("retryOf", row.retry_of),
    ...(row.scheduled ? { scheduled: true } : {}),
    ...(row.offered_at === null ? {} : { offered: row.offered_because ?? "unlock" }),
    ...optional("rollbackTarget", row.rollback_target),
    ...optional("undoes", row.undoes_sha),
    ...optional("ships", row.kind === "rollback" ? row.ships : undefined),
    ...optional("migrationsConfirmedBy", row.migrations_confirmed_by),
    ...(row.by_itself ? { byItself: true } : {}),
    ask: row.ask,
    ...(row.asked_at === null
      ? {}
      : {
          asked: { from: row.ask_from ?? undefined, policy: row.ask_policy ?? "", at: row.asked_at.getTime() },
        }),
  };
}
