/** Check runs, check suites, commit statuses. What GitHub refuses of them is refused here too. */
import { z } from "zod";
import {
  type CheckRunFields,
  createCheckRun,
  createStatus,
  tellRun,
  tellSuite,
  updateCheckRun,
} from "../acts/checks.ts";
import type { AppIdentity } from "../hub/hub.ts";
import type { CheckRun, Repository } from "../hub/state.ts";
import { notFound, Problem, unprocessable } from "../problem.ts";
import { checkRunJson, checkSuiteJson, statusJson } from "../render/check.ts";
import { repositoryJson, repositoryUrl } from "../render/repository.ts";
import { listAnswer, parseBody, type RepositoryCall, type Route, repositoryRoute } from "../server/route.ts";
import { findCommit } from "./revision.ts";

/** The most that GitHub takes of a check run's summary and text. */
const output = z.string().max(65_535, "exceeds maximum length of 65535 characters");
const moment = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const annotation = z.object({
  path: z.string(),
  start_line: z.int(),
  end_line: z.int(),
  start_column: z.int().optional(),
  end_column: z.int().optional(),
  annotation_level: z.enum(["notice", "warning", "failure"]),
  message: z.string().max(65_536),
  title: z.string().max(255).optional(),
  raw_details: z.string().max(65_536).optional(),
});
const conclusions = [
  "action_required",
  "cancelled",
  "failure",
  "neutral",
  "success",
  "skipped",
  "stale",
  "timed_out",
] as const;

const fields = z.object({
  name: z.string().min(1).optional(),
  details_url: z.url().optional(),
  external_id: z.string().optional(),
  status: z.enum(["queued", "in_progress", "completed", "waiting", "requested", "pending"]).optional(),
  started_at: moment.optional(),
  completed_at: moment.optional(),
  conclusion: z.enum(conclusions).optional(),
  output: z
    .object({
      title: z.string().optional(),
      summary: output.optional(),
      text: output.optional(),
      annotations: z.array(annotation).max(50, "no more than 50 items are allowed").optional(),
      images: z.array(z.object({ alt: z.string(), image_url: z.string() })).optional(),
    })
    .optional(),
  actions: z
    .array(z.object({ label: z.string().max(20), description: z.string().max(40), identifier: z.string().max(20) }))
    .max(3, "no more than 3 items are allowed")
    .optional(),
});
const createWish = fields.extend({ name: z.string().min(1), head_sha: z.string() });

/** `whole` when there is no output yet: then GitHub wants both title and summary. */
function readFields(wish: z.infer<typeof fields>, whole: boolean): CheckRunFields {
  if (wish.status === "completed" && wish.conclusion === undefined) {
    throw unprocessable("Invalid request.\n\nA conclusion is required when status is completed.");
  }
  if (wish.conclusion === "stale") throw unprocessable('Invalid request.\n\n"stale" is set by GitHub only.');
  const said = wish.output;
  if (said !== undefined && whole) {
    const missing = (["title", "summary"] as const).filter((name) => said[name] === undefined);
    if (missing.length > 0) {
      throw unprocessable(`Invalid request.\n\n${missing.map((name) => `"${name}" wasn't supplied.`).join("\n")}`);
    }
  }
  const status = wish.status;
  return {
    ...(wish.name === undefined ? {} : { name: wish.name }),
    ...(wish.details_url === undefined ? {} : { detailsUrl: wish.details_url }),
    ...(wish.external_id === undefined ? {} : { externalId: wish.external_id }),
    ...(status === undefined
      ? {}
      : { status: status === "waiting" || status === "requested" || status === "pending" ? "queued" : status }),
    ...(wish.started_at === undefined ? {} : { startedAt: wish.started_at }),
    ...(wish.completed_at === undefined ? {} : { completedAt: wish.completed_at }),
    ...(wish.conclusion === undefined ? {} : { conclusion: wish.conclusion }),
    ...(said?.title === undefined ? {} : { title: said.title }),
    ...(said?.summary === undefined ? {} : { summary: said.summary }),
    ...(said?.text === undefined ? {} : { text: said.text }),
    ...(said?.annotations === undefined ? {} : { annotations: said.annotations }),
    ...(wish.actions === undefined ? {} : { actions: wish.actions }),
  };
}

function runAt(call: RepositoryCall): CheckRun {
  const run = call.repository.checkRuns.get(call.numberParam("id"));
  if (run === undefined) throw notFound();
  return run;
}

function suiteAt(call: RepositoryCall) {
  const suite = call.repository.checkSuites.get(call.numberParam("id"));
  if (suite === undefined) throw notFound();
  return suite;
}

function onlyForApps(call: RepositoryCall): void {
  if (call.actor.kind !== "installation") {
    throw new Problem(403, "You must authenticate via a GitHub App.");
  }
}

async function commitAt(call: RepositoryCall, name: string) {
  const commit = await findCommit(call.repository, name);
  if (commit === undefined) throw unprocessable(`No commit found for SHA: ${name}`);
  return commit;
}

function filterRuns(
  call: RepositoryCall,
  { id: appId, slug: appSlug }: AppIdentity,
  runs: readonly CheckRun[],
): readonly CheckRun[] {
  const { query } = call;
  const name = query.get("check_name");
  const status = query.get("status");
  const app = query.get("app_id");
  const wanted = runs.filter(
    (run) =>
      (name === null || run.name === name) &&
      (status === null || run.status === status) &&
      (app === null || (app === String(appId)) === (run.app === appSlug)),
  );
  const newestFirst = wanted.toReversed();
  if (query.get("filter") === "all") return newestFirst;
  // Only the latest of each name in a suite, as GitHub lists by default.
  return newestFirst.filter(
    (run, index) => newestFirst.findIndex((one) => one.name === run.name && one.suite === run.suite) === index,
  );
}

const checkRunRoutes: readonly Route[] = [
  repositoryRoute("POST", "/check-runs", async (call, hub) => {
    onlyForApps(call);
    const wish = parseBody(createWish, call);
    if ((await call.repository.git.commit(wish.head_sha)) === undefined) {
      throw unprocessable(`No commit found for SHA: ${wish.head_sha}`);
    }
    const made = createCheckRun(hub, call.repository, call.by, {
      ...readFields(wish, true),
      app: hub.app.slug,
      name: wish.name,
      headSha: wish.head_sha,
    });
    return { status: 201, body: checkRunJson(hub, call.repository, made) };
  }),
  repositoryRoute("GET", "/check-runs/:id", (call, hub) => ({ body: checkRunJson(hub, call.repository, runAt(call)) })),
  repositoryRoute("PATCH", "/check-runs/:id", (call, hub) => {
    onlyForApps(call);
    const run = runAt(call);
    if (run.app !== hub.app.slug) {
      throw new Problem(
        403,
        `Invalid app_id \`${hub.app.id}\` - check run can only be modified by the GitHub App that created it.`,
      );
    }
    const wish = parseBody(fields, call);
    updateCheckRun(hub, call.repository, run, call.by, readFields(wish, run.summary === null));
    return { body: checkRunJson(hub, call.repository, run) };
  }),
  repositoryRoute("GET", "/check-runs/:id/annotations", (call, hub) =>
    listAnswer(hub, call, runAt(call).annotations, (one) => one),
  ),
  repositoryRoute("POST", "/check-runs/:id/rerequest", (call, hub) => {
    tellRun(hub, call.repository, runAt(call), call.by, "rerequested");
    return { status: 201, body: {} };
  }),
  repositoryRoute("GET", "/commits/*ref/check-runs", async (call, hub) => {
    const commit = await commitAt(call, call.param("ref"));
    const runs = [...call.repository.checkRuns.values()].filter(({ headSha }) => headSha === commit.sha);
    return listAnswer(
      hub,
      call,
      filterRuns(call, hub.app, runs),
      (run) => checkRunJson(hub, call.repository, run),
      (check_runs, total_count) => ({ total_count, check_runs }),
    );
  }),
  repositoryRoute("GET", "/commits/*ref/check-suites", async (call, hub) => {
    const commit = await commitAt(call, call.param("ref"));
    const suites = [...call.repository.checkSuites.values()].filter(({ headSha }) => headSha === commit.sha);
    return listAnswer(
      hub,
      call,
      suites,
      (suite) => checkSuiteJson(hub, call.repository, suite),
      (check_suites, total_count) => ({ total_count, check_suites }),
    );
  }),
  repositoryRoute("GET", "/check-suites/:id", (call, hub) => ({
    body: checkSuiteJson(hub, call.repository, suiteAt(call)),
  })),
  repositoryRoute("GET", "/check-suites/:id/check-runs", (call, hub) => {
    const suite = suiteAt(call);
    const runs = [...call.repository.checkRuns.values()].filter((run) => run.suite === suite);
    return listAnswer(
      hub,
      call,
      filterRuns(call, hub.app, runs),
      (run) => checkRunJson(hub, call.repository, run),
      (check_runs, total_count) => ({ total_count, check_runs }),
    );
  }),
  repositoryRoute("POST", "/check-suites/:id/rerequest", (call, hub) => {
    tellSuite(hub, call.repository, suiteAt(call), call.by, "rerequested");
    return { status: 201, body: {} };
  }),
];

const statusWish = z.object({
  state: z.enum(["error", "failure", "pending", "success"]),
  target_url: z.string().nullish(),
  description: z.string().max(140, "description is too long (maximum is 140 characters)").nullish(),
  context: z.string().default("default"),
});

/** The newest status of each context. */
function latest(repository: Repository, sha: string) {
  const newestFirst = repository.statuses.filter((one) => one.sha === sha).toReversed();
  return newestFirst.filter((one, index) => newestFirst.findIndex(({ context }) => context === one.context) === index);
}

const statusRoutes: readonly Route[] = [
  repositoryRoute("POST", "/statuses/:sha", async (call, hub) => {
    const { repository, by } = call;
    const wish = parseBody(statusWish, call);
    const sha = call.param("sha");
    if (!/^[0-9a-f]{40}$/.test(sha) || (await repository.git.commit(sha)) === undefined) {
      throw unprocessable(`No commit found for SHA: ${sha}`);
    }
    const made = await createStatus(hub, repository, by, {
      sha,
      context: wish.context,
      state: wish.state,
      description: wish.description ?? null,
      targetUrl: wish.target_url ?? null,
    });
    return { status: 201, body: statusJson(hub, repository, made) };
  }),
  repositoryRoute("GET", "/commits/*ref/statuses", async (call, hub) => {
    const commit = await commitAt(call, call.param("ref"));
    const all = call.repository.statuses.filter(({ sha }) => sha === commit.sha).toReversed();
    return listAnswer(hub, call, all, (one) => statusJson(hub, call.repository, one));
  }),
  repositoryRoute("GET", "/commits/*ref/status", async (call, hub) => {
    const { repository } = call;
    const { sha } = await commitAt(call, call.param("ref"));
    const newest = latest(repository, sha);
    const failed = newest.some(({ state }) => state === "failure" || state === "error");
    const pending = newest.length === 0 || newest.some(({ state }) => state === "pending");
    return listAnswer(
      hub,
      call,
      newest,
      (one) => statusJson(hub, repository, one),
      (statuses, total_count) => ({
        state: failed ? "failure" : pending ? "pending" : "success",
        statuses,
        sha,
        total_count,
        repository: repositoryJson(hub, repository),
        commit_url: `${repositoryUrl(hub, repository)}/commits/${sha}`,
        url: `${repositoryUrl(hub, repository)}/commits/${sha}/status`,
      }),
    );
  }),
];

export const checkRoutes: readonly Route[] = [...checkRunRoutes, ...statusRoutes];
