/**
 * The rows behind `signalbox/<environment>`: one for each open pull request and environment into whose branch it goes.
 * This keeps the rows and says which of them have to be judged again; it judges nothing itself.
 */
import { sql, type Transaction } from "kysely";
import type { Wake } from "../jobs/wake.ts";
import type { CheckFacts, Instant, Sha } from "../policy/model.ts";
import type { ApprovalRefusal } from "../policy/reasons.ts";
import type { Database } from "../store/schema.ts";
import { loadPlaces, loadServicesOf, type Place } from "./place.ts";
import type { ComparedRevisions } from "./ports.ts";
import type { Promoted } from "./promotions.ts";
import { type Gates, raiseGates } from "./raise-gates.ts";

/** What GitHub said of a pull request's head, and what it was asked about: it serves only while that is still so. */
export type GateOutside = {
  readonly head: Sha;
  readonly live: Sha | null;
  readonly policy: string;
  readonly asksChecks: boolean;
  /** It changes nothing of the service: its merge deploys nothing here. */
  readonly untouched?: boolean;
  /** The head's content; absent where no gate asks for it. */
  readonly tree?: Sha;
  /** For a pull request that promotes. */
  readonly promoted?: Promoted;
  /** What the merge would be, compared to what is live. */
  readonly compared?: ComparedRevisions;
  /** Who merged what it would bring besides. */
  readonly mergers?: readonly string[];
  /** Taken away when a check of somebody else on the head changed: then only the checks are asked for again. */
  readonly checks?: readonly CheckFacts[];
};

/** A review by somebody who may approve, and why it does not count. */
export type RefusedReview = {
  readonly login: string;
  readonly answer: "approve" | "reject";
  readonly at: Instant;
  readonly why: ApprovalRefusal;
};

/** Every environment of the repository that follows this branch, of all its services. */
export async function followersOf(
  trx: Parameters<typeof loadServicesOf>[0],
  repository: number,
  branch?: string,
): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const service of await loadServicesOf(trx, repository)) places.push(...(await loadPlaces(trx, service)));
  return places.filter(({ policy }) => policy.branch !== undefined && (branch ?? policy.branch) === policy.branch);
}

/**
 * After a pull request or the pipeline file changed: each open pull request has a row for every environment whose branch
 * it goes into, and what it had is judged again, which also ends what no longer applies.
 */
export async function followPullRequests(
  trx: Transaction<Database>,
  wake: Wake,
  repository: number,
  number?: number,
): Promise<void> {
  const places = (await followersOf(trx, repository)).toSorted((a, b) => a.environment.id - b.environment.id);
  const open = await trx
    .selectFrom("pull_request")
    .select(["number", "base_ref"])
    .where("repository_id", "=", repository)
    .where("state", "=", "open")
    .$if(number !== undefined, (query) => query.where("number", "=", number ?? 0))
    .orderBy("number")
    .execute();
  const rows = open.flatMap((pull) =>
    places
      .filter(({ policy }) => policy.branch === pull.base_ref)
      .map(({ environment }) => ({ repository_id: repository, number: pull.number, environment_id: environment.id })),
  );
  if (rows.length > 0) {
    await trx
      .insertInto("pull_request_gate")
      .values(rows.map((row) => ({ ...row, refused: "[]" })))
      .onConflict((conflict) =>
        // One that had ended begins anew: nobody has raised it since.
        conflict
          .columns(["repository_id", "number", "environment_id"])
          .doUpdateSet({ ended: null, judged: 0 })
          .where("pull_request_gate.ended", "is not", null),
      )
      .execute();
  }
  await raise(trx, wake, repository, number);
}

/** Says, in the transaction that changed something, that these verdicts have to be looked at again. */
export async function raise(
  trx: Transaction<Database>,
  wake: Wake,
  repository: number,
  number?: number,
): Promise<void> {
  await raiseGates(trx, wake, (gates) =>
    gates
      .where("repository_id", "=", repository)
      .$if(number !== undefined, (query) => query.where("number", "=", number ?? 0)),
  );
}

/** A check of somebody else on this commit changed: where checks are required, they are asked for again. */
export async function raiseForChecks(
  trx: Transaction<Database>,
  wake: Wake,
  repository: number,
  headSha: string,
): Promise<void> {
  const which = (gates: Gates) =>
    gates
      .where("repository_id", "=", repository)
      .where("number", "in", openPullRequests(repository, { headSha }))
      // One that was never judged may just be asking for them.
      .where(sql<boolean>`outside is null or (outside->>'asksChecks')::boolean`);
  await raiseGates(trx, wake, which, "checks");
}

/** What GitHub said is asked for anew: somebody asked for the checks on a head again, or a base was forced elsewhere. */
export async function raiseAnew(
  trx: Transaction<Database>,
  wake: Wake,
  repository: number,
  of: { readonly headSha: string } | { readonly baseRef: string },
): Promise<void> {
  const which = (gates: Gates) =>
    gates.where("repository_id", "=", repository).where("number", "in", openPullRequests(repository, of));
  await raiseGates(trx, wake, which, "everything");
}

/**
 * The environment's branch went forward: it may hold by now what is live and what a head lacks. Those who may just be
 * comparing with what it held before look again too.
 */
export async function raiseDiverged(trx: Transaction<Database>, wake: Wake, environment: number): Promise<void> {
  const which = (gates: Gates) =>
    gates
      .where("environment_id", "=", environment)
      .where(sql<boolean>`(wanted > judged or outside->'compared'->>'comparison' = 'diverged')`);
  await raiseGates(trx, wake, which, "everything");
}

export function openPullRequests(repository: number, of: { readonly headSha: string } | { readonly baseRef: string }) {
  const is = "headSha" in of ? sql`head_sha = ${of.headSha}` : sql`base_ref = ${of.baseRef}`;
  return sql<number>`(
    select number from pull_request where repository_id = ${repository} and ${is} and state = 'open'
  )`;
}
