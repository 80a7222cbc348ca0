/**
 * What GitHub's checks and statuses say of a commit, in one list by name. Calls: 2 for up to a hundred of each.
 * Where a check run and a status, or two Apps' check runs, share a name, the worse one speaks: fail closed.
 */

import type { RepositoryRef } from "../../operations/ports.ts";
import { optional } from "../../optional.ts";
import type { CheckFacts } from "../../policy/model.ts";
import type { GitHub } from "../client.ts";
import { ownerAndRepo } from "../repository-name.ts";

const mostPages = 10;
/** Our own checks say what the policy thinks; the policy must not listen to itself. */
export const ownPrefix = "signalbox/";

type Run = {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly html_url: string | null;
  readonly app: { readonly id: number } | null;
};

export async function readChecks(
  github: GitHub,
  repository: RepositoryRef,
  sha: string,
): Promise<readonly CheckFacts[]> {
  const octokit = await github.installation(repository.installationId);
  const at = { ...ownerAndRepo(repository.fullName), ref: sha, per_page: 100 };
  const [runs, statuses] = await Promise.all([
    paged(async (page) => (await octokit.rest.checks.listForRef({ ...at, filter: "latest", page })).data.check_runs),
    paged(async (page) => (await octokit.rest.repos.getCombinedStatusForRef({ ...at, page })).data.statuses),
  ]);
  const facts = [
    ...latestRuns(runs).map((run) => fact(run.name, stateOfRun(run.status, run.conclusion), run.html_url)),
    ...statuses.map((status) => fact(status.context, stateOfStatus(status.state), status.target_url)),
  ];
  return worstByName(facts.filter(({ name }) => !name.startsWith(ownPrefix)));
}

/** Every page, up to so many as one commit has in earnest. */
export async function paged<T>(read: (page: number) => Promise<readonly T[]>): Promise<readonly T[]> {
  const all: T[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const items = await read(page);
    all.push(...items);
    if (items.length < 100) break;
  }
  return all;
}

/** GitHub's `latest` is the latest of each check suite; one App may have several suites on a commit. */
export function latestRuns<R extends Pick<Run, "id" | "name" | "app">>(runs: readonly R[]): readonly R[] {
  const latest = new Map<string, R>();
  for (const run of runs) {
    const key = `${run.app?.id ?? 0}/${run.name}`;
    const other = latest.get(key);
    if (other === undefined || other.id < run.id) latest.set(key, run);
  }
  return [...latest.values()];
}

/** `neutral` and `skipped` let a pull request be merged, so they are green here too. */
export function stateOfRun(status: string, conclusion: string | null): CheckFacts["state"] {
  if (status !== "completed") return "pending";
  return conclusion === "success" || conclusion === "neutral" || conclusion === "skipped" ? "success" : "failure";
}

export function stateOfStatus(state: string): CheckFacts["state"] {
  return state === "success" ? "success" : state === "pending" ? "pending" : "failure";
}

function fact(name: string, state: CheckFacts["state"], url: string | null): CheckFacts {
  return { name, state, ...optional("url", url?.match(/^https?:\/\//) ? url : undefined) };
}

const badness = { success: 0, pending: 1, failure: 2 } as const;

function worstByName(facts: readonly CheckFacts[]): readonly CheckFacts[] {
  const worst = new Map<string, CheckFacts>();
  for (const one of facts) {
    const other = worst.get(one.name);
    if (other === undefined || badness[one.state] > badness[other.state]) worst.set(one.name, one);
  }
  return [...worst.values()];
}
