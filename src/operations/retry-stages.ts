/**
 * Which stages a deployment runs when it starts: all that its kind has; a retry leaves out those that had succeeded. What
 * was kept must be what the environment's policy still wants, to the letter, and nothing may have run there since. Pure,
 * but for reading what was tried before.
 */
import { isDeepStrictEqual } from "node:util";
import type { Kysely } from "kysely";
import type { RequestKind } from "../policy/model.ts";
import type { EnvironmentPolicy } from "../policy/pipeline.ts";
import type { AttemptRow, Database, DeploymentRow } from "../store/schema.ts";
import { attemptOf, plannedStages } from "./stages.ts";

/** Names of the deploy stages of a kind. What others carry out has no stages of ours; only the verification is ours. */
function stagesOf(kind: RequestKind, policy: EnvironmentPolicy): readonly string[] {
  if (kind === "external") return [];
  const names = policy.deploy.map((stage) => stage.name);
  return kind === "rollback" ? names.filter((name) => policy.rollbackStages.includes(name)) : names;
}

/** A deployment that is tried again, with what its stages came to. */
export type Tried = { readonly row: DeploymentRow; readonly attempts: readonly AttemptRow[] };

export type RetryPlan =
  | {
      readonly kind: "from";
      /** The first stage that runs: one to deploy or, when all of those are kept, one that verifies. */
      readonly stage: string;
      readonly kept: readonly string[];
      readonly stages: readonly string[];
    }
  | { readonly kind: "unknown-stage"; readonly choices: readonly string[] }
  /** A stage before the one that was named has not succeeded: `first` has to come first. */
  | { readonly kind: "not-reached"; readonly first: string };

/**
 * From the named stage on, else from the first that did not succeed. A stage is never left out that has not succeeded.
 * The verification is always done whole: it proves what is there now.
 */
export function planRetry(tried: Tried, policy: EnvironmentPolicy, from: string | undefined): RetryPlan {
  const names = stagesOf(tried.row.kind, policy);
  const checks = policy.verify.map((stage) => stage.name);
  const done = doneStages(tried, policy);
  const undone = names.findIndex((name) => !done.has(name));
  // With nothing to verify there would be nothing to do: then the last stage is done again.
  const most = undone >= 0 ? undone : checks.length > 0 ? names.length : Math.max(names.length - 1, 0);
  if (from === undefined) return planFrom(names, checks, most);
  const named = names.indexOf(from);
  const index = named >= 0 ? named : checks.includes(from) ? names.length : undefined;
  if (index === undefined) return { kind: "unknown-stage", choices: [...names, ...checks] };
  return index <= most ? planFrom(names, checks, index) : { kind: "not-reached", first: names[most] ?? "" };
}

function planFrom(names: readonly string[], checks: readonly string[], index: number): RetryPlan {
  const stage = names[index] ?? checks[0] ?? "";
  return { kind: "from", stage, kept: names.slice(0, index), stages: names.slice(index) };
}

/** What had succeeded, there or in what that one tried again, and is still defined as it was then. */
function doneStages({ row, attempts }: Tried, policy: EnvironmentPolicy): ReadonlySet<string> {
  const { policy: before } = row;
  if (before === null) return new Set();
  const ran = row.stages ?? [];
  const kept = stagesOf(row.kind, before).filter((name) => !ran.includes(name));
  const succeeded = plannedStages(row)
    .filter((stage) => stage.phase === "deploy" && attemptOf(attempts, stage)?.outcome === "success")
    .map((stage) => stage.definition.name);
  const definition = (of: EnvironmentPolicy, name: string) => of.deploy.find((stage) => stage.name === name);
  const same = isDeepStrictEqual(before.env, policy.env);
  const isAsBefore = (name: string) => same && isDeepStrictEqual(definition(before, name), definition(policy, name));
  return new Set([...kept, ...succeeded].filter(isAsBefore));
}

export async function loadTried(db: Kysely<Database>, row: DeploymentRow): Promise<Tried> {
  const attempts = await db.selectFrom("attempt").selectAll().where("deployment_id", "=", row.id).execute();
  return { row, attempts };
}

/**
 * Whether something else ran there, or went live by another way, before the retry began: while it waited, for example for
 * its approval. What the stages did may be undone then, and the checkout in which they ran is kept no longer.
 */
export async function isOverwritten(
  db: Kysely<Database>,
  before: DeploymentRow,
  retry: DeploymentRow,
): Promise<boolean> {
  const began = retry.started_at;
  const other = await db
    .selectFrom("deployment")
    .select("id")
    .where("environment_id", "=", before.environment_id)
    .where("id", "not in", [before.id, retry.id])
    .where((eb) => eb.or([eb("started_at", "is not", null), eb("status", "=", "success")]))
    // One that was asked for earlier may have waited until then.
    .where((eb) => eb.or([eb("id", ">", before.id), eb("started_at", ">", before.started_at)]))
    // What goes live elsewhere while it runs must not change what it is: a stage is found again by what it went on with.
    .$if(began !== null, (query) => query.where((eb) => eb(eb.fn.coalesce("started_at", "ended_at"), "<=", began)))
    .limit(1)
    .executeTakeFirst();
  return other !== undefined;
}

/** What runs from the start on; `checkout`: the deployment in whose checkout the stages run, where that is another. */
export async function stagesToRun(
  db: Kysely<Database>,
  row: DeploymentRow,
  policy: EnvironmentPolicy,
): Promise<{ readonly stages: readonly string[]; readonly checkout?: number }> {
  if (row.retry_of === null) return { stages: stagesOf(row.kind, policy) };
  const before = await db.selectFrom("deployment").selectAll().where("id", "=", row.retry_of).executeTakeFirstOrThrow();
  if (await isOverwritten(db, before, row)) return { stages: stagesOf(row.kind, policy) };
  const tried = await loadTried(db, before);
  // The file may have changed since it was asked for: then it begins where it would by itself.
  const wanted = planRetry(tried, policy, row.retry_from ?? undefined);
  const plan = wanted.kind === "from" ? wanted : planRetry(tried, policy, undefined);
  if (plan.kind !== "from" || plan.kept.length === 0) return { stages: stagesOf(row.kind, policy) };
  // What the kept stages made lies where they ran.
  return { stages: plan.stages, checkout: before.checkout_of ?? before.id };
}
