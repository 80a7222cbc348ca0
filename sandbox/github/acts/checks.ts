/** What happens to check runs, check suites and statuses. */
import type { Commit } from "../git/objects.ts";
import type { Hub } from "../hub/hub.ts";
import type { Account, CheckRun, CheckSuite, CommitStatus, Repository } from "../hub/state.ts";
import { checkRunJson, checkSuiteJson, statusJson, suiteState } from "../render/check.ts";
import { htmlUrl } from "../render/repository.ts";

function branchOf(repository: Repository, sha: string): string | null {
  for (const [ref, tip] of repository.git.refs) {
    if (tip === sha && ref.startsWith("refs/heads/")) return ref.slice("refs/heads/".length);
  }
  return null;
}

function suiteOf(repository: Repository, app: string, sha: string): CheckSuite | undefined {
  return [...repository.checkSuites.values()].find((suite) => suite.app === app && suite.headSha === sha);
}

function makeSuite(
  hub: Hub,
  repository: Repository,
  app: string,
  sha: string,
  branch: string | null,
  before: string | null,
  headCommit: Commit | undefined,
): CheckSuite {
  const now = hub.now();
  const suite: CheckSuite = {
    id: hub.nextId(),
    app,
    headSha: sha,
    headBranch: branch,
    before,
    headCommit,
    createdAt: now,
    updatedAt: now,
  };
  repository.checkSuites.set(suite.id, suite);
  return suite;
}

/** A push asks every App that checks for a suite, once for each commit. */
export function requestSuite(
  hub: Hub,
  repository: Repository,
  by: Account,
  branch: string,
  before: string,
  head: Commit,
): void {
  if (hub.installationOf(repository) === undefined) return;
  if (suiteOf(repository, hub.app.slug, head.sha) !== undefined) return;
  const suite = makeSuite(hub, repository, hub.app.slug, head.sha, branch, before, head);
  tellSuite(hub, repository, suite, by, "requested");
}

export function tellSuite(
  hub: Hub,
  repository: Repository,
  suite: CheckSuite,
  by: Account,
  action: "requested" | "rerequested" | "completed",
): void {
  hub.emit(repository, "check_suite", by, { action, check_suite: checkSuiteJson(hub, repository, suite) });
}

export type CheckRunFields = Partial<
  Pick<
    CheckRun,
    | "name"
    | "externalId"
    | "detailsUrl"
    | "status"
    | "conclusion"
    | "startedAt"
    | "completedAt"
    | "title"
    | "summary"
    | "text"
    | "actions"
  >
> & { readonly annotations?: CheckRun["annotations"] };

export function createCheckRun(
  hub: Hub,
  repository: Repository,
  by: Account,
  wish: CheckRunFields & { readonly app: string; readonly name: string; readonly headSha: string },
): CheckRun {
  const { app, headSha, ...fields } = wish;
  const suite =
    suiteOf(repository, app, headSha) ??
    makeSuite(hub, repository, app, headSha, branchOf(repository, headSha), null, undefined);
  const run: CheckRun = {
    id: hub.nextId(),
    suite,
    app,
    headSha,
    externalId: "",
    detailsUrl: null,
    status: "queued",
    conclusion: null,
    startedAt: hub.now(),
    completedAt: null,
    title: null,
    summary: null,
    text: null,
    annotations: [],
    actions: [],
    ...fields,
  };
  if (run.conclusion !== null) complete(hub, run);
  repository.checkRuns.set(run.id, run);
  tellRun(hub, repository, run, by, "created");
  if (run.status === "completed") tellCompleted(hub, repository, run, by);
  return run;
}

function complete(hub: Hub, run: CheckRun): void {
  run.status = "completed";
  run.completedAt ??= hub.now();
}

export function updateCheckRun(
  hub: Hub,
  repository: Repository,
  run: CheckRun,
  by: Account,
  fields: CheckRunFields,
): void {
  const was = run.status;
  const { annotations, ...rest } = fields;
  Object.assign(run, rest);
  // Annotations of later requests are added to those that are there, as on GitHub.
  if (annotations !== undefined) run.annotations = [...run.annotations, ...annotations];
  if (fields.conclusion !== undefined && fields.conclusion !== null) complete(hub, run);
  else if (run.status !== "completed") {
    run.conclusion = null;
    run.completedAt = null;
  }
  run.suite.updatedAt = hub.now();
  if (run.status === "completed" && was !== "completed") tellCompleted(hub, repository, run, by);
  hub.changed();
}

function tellCompleted(hub: Hub, repository: Repository, run: CheckRun, by: Account): void {
  tellRun(hub, repository, run, by, "completed");
  if (suiteState(repository, run.suite).status === "completed") tellSuite(hub, repository, run.suite, by, "completed");
}

export function tellRun(
  hub: Hub,
  repository: Repository,
  run: CheckRun,
  by: Account,
  action: "created" | "completed" | "rerequested" | "requested_action",
  requestedAction?: string,
): void {
  const { suite } = run;
  const told = checkRunJson(hub, repository, run);
  hub.emit(repository, "check_run", by, {
    action,
    check_run: { ...told, check_suite: checkSuiteJson(hub, repository, suite) },
    ...(requestedAction === undefined ? {} : { requested_action: { identifier: requestedAction } }),
  });
}

export async function createStatus(
  hub: Hub,
  repository: Repository,
  by: Account,
  wish: Pick<CommitStatus, "sha" | "context" | "state" | "description" | "targetUrl">,
): Promise<CommitStatus> {
  const commit = await repository.git.commit(wish.sha);
  const status: CommitStatus = { ...wish, id: hub.nextId(), creator: by, createdAt: hub.now() };
  repository.statuses.push(status);
  const told = statusJson(hub, repository, status);
  const branches = [...repository.git.refs]
    .filter(([ref, sha]) => ref.startsWith("refs/heads/") && sha === wish.sha)
    .map(([ref, sha]) => ({ name: ref.slice("refs/heads/".length), commit: { sha }, protected: false }));
  hub.emit(repository, "status", by, {
    id: status.id,
    sha: status.sha,
    name: repository.fullName,
    target_url: status.targetUrl,
    avatar_url: told["avatar_url"],
    context: status.context,
    description: status.description,
    state: status.state,
    commit: {
      sha: status.sha,
      commit: { message: commit?.message ?? "" },
      html_url: `${htmlUrl(hub, repository)}/commit/${status.sha}`,
    },
    branches,
    created_at: told["created_at"],
    updated_at: told["updated_at"],
  });
  return status;
}
