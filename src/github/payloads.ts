/**
 * The fields of GitHub's webhooks that the bot reads, in GitHub's own shape, and the actions that it reads them for.
 * Parsing drops everything else, so that what is stored is small and no handler can come to lean on a field that is not
 * named here. Parsing what was parsed before changes nothing.
 */
import { z } from "zod";
import { mayHoldCommand } from "../commands/comment.ts";
import { storable } from "../storable.ts";
import { ownPrefix } from "./facts/checks.ts";
import { readOurPayload } from "./stage-payload.ts";

/** What of it the database does not take is mended by the inbox, for every text at once. */
const text = z.string();
const id = z.number().int().positive();
const sha = z.string().regex(/^[0-9a-f]{40}$/);
const time = z.iso.datetime({ offset: true });
const account = z.object({ login: text });
const installation = z.object({ id });

const fullName = z.string().regex(/^[\w.-]+\/[\w.-]+$/);
const repository = z.object({ id, full_name: fullName, default_branch: text, private: z.boolean() });
export type RepositoryPayload = z.infer<typeof repository>;

const listedRepositories = z.array(z.object({ id }));

const installationPayload = z.object({
  action: z.enum(["created", "deleted", "suspend", "unsuspend", "new_permissions_accepted"]),
  installation,
});

const installationRepositoriesPayload = z.object({
  action: z.enum(["added", "removed"]),
  installation,
  repositories_added: listedRepositories,
  repositories_removed: listedRepositories,
});

const repositoryPayload = z.object({
  action: z.enum(["renamed", "transferred", "edited", "privatized", "publicized", "deleted"]),
  installation,
  repository,
});

const person = z.object({ login: text, type: z.string().exactOptional() });

const pullRequest = z.object({
  number: id,
  title: text,
  body: text.nullable(),
  state: z.enum(["open", "closed"]),
  draft: z.boolean().exactOptional(),
  user: account.nullable(),
  head: z.object({ sha, ref: text, repo: z.object({ id }).nullable() }),
  base: z.object({ ref: text, repo: z.object({ id }) }),
  assignees: z.array(account).default([]),
  labels: z.array(z.object({ name: text })).exactOptional(),
  requested_reviewers: z.array(person).default([]),
  requested_teams: z.array(z.object({ slug: text })).default([]),
  created_at: time,
  updated_at: time,
  merged_at: time.nullable(),
  merged_by: account.nullable().exactOptional(),
  merge_commit_sha: sha.nullable(),
});

const pullRequestPayload = z.object({
  action: z.enum([
    "opened",
    "edited",
    "synchronize",
    "reopened",
    "closed",
    "ready_for_review",
    "converted_to_draft",
    "assigned",
    "unassigned",
    "review_requested",
    "review_request_removed",
  ]),
  installation,
  repository,
  pull_request: pullRequest,
});

/** A review's own copy of the pull request says no more than a list does. */
const pullRequestReviewPayload = z.object({
  action: z.enum(["submitted", "dismissed"]),
  installation,
  repository,
  pull_request: pullRequest,
  review: z.object({
    id,
    user: person.nullable(),
    state: text.transform((state) => state.toLowerCase()),
    commit_id: sha.nullable().exactOptional(),
    submitted_at: time.nullable().exactOptional(),
  }),
});

const issuesPayload = z.object({
  action: z.enum(["opened", "closed", "reopened", "deleted", "transferred"]),
  installation,
  repository,
  issue: z.object({ number: id, state: z.enum(["open", "closed"]).exactOptional() }),
});

/** GitHub names at most this many commits in a push; one more and the list is cut. */
const listedCommits = 2048;
const keptPaths = 200;

const paths = z.array(text).exactOptional();
const pushedCommit = z.object({ added: paths, modified: paths, removed: paths });
type PushedCommit = z.infer<typeof pushedCommit>;

/** Of a push's files only those are kept that can be a pipeline file; without `commits`, any may have changed. */
const pushPayload = z
  .object({
    installation,
    repository,
    ref: text,
    before: sha,
    after: sha,
    created: z.boolean(),
    deleted: z.boolean(),
    forced: z.boolean(),
    pusher: z.object({ name: text }),
    commits: z.array(pushedCommit).exactOptional(),
  })
  .transform(({ commits, ...push }) => {
    if (commits === undefined || push.forced || push.created || commits.length >= listedCommits) return push;
    const kept = commits.map(configFiles).filter((commit) => pathsOf(commit).length > 0);
    return kept.flatMap(pathsOf).length > keptPaths ? push : { ...push, commits: kept };
  });

function configFiles(commit: PushedCommit): PushedCommit {
  const lists = Object.entries(commit).map(([kind, files]) => [kind, files.filter(mayBeConfig)] as const);
  return Object.fromEntries(lists.filter(([, files]) => files.length > 0));
}

export function pathsOf(commit: PushedCommit): readonly string[] {
  return [...(commit.added ?? []), ...(commit.modified ?? []), ...(commit.removed ?? [])];
}

function mayBeConfig(path: string): boolean {
  return path.startsWith(".github/") || /\.ya?ml$/.test(path);
}

const ofPullRequests = z.array(z.object({ number: id, base: z.object({ repo: z.object({ id }) }) })).catch([]);

const checkRunPayload = z.object({
  action: z.enum(["created", "completed", "rerequested", "requested_action"]),
  installation,
  repository,
  check_run: z.object({
    name: text,
    head_sha: sha,
    external_id: text.nullable(),
    pull_requests: ofPullRequests,
  }),
  requested_action: z.object({ identifier: text }).exactOptional(),
});

const mergeGroupPayload = z.object({
  action: z.enum(["checks_requested", "destroyed"]),
  installation,
  repository,
  merge_group: z.object({ head_sha: sha, head_ref: text }),
});

const checkSuitePayload = z.object({
  action: z.enum(["completed", "rerequested"]),
  installation,
  repository,
  check_suite: z.object({ head_sha: sha, pull_requests: ofPullRequests }),
});

const statusPayload = z.object({ installation, repository, sha, context: text });

const issueCommentPayload = z.object({
  action: z.enum(["created"]),
  installation,
  repository,
  issue: z.object({ number: id, pull_request: z.object({}).exactOptional() }),
  comment: z.object({
    id,
    body: text,
    user: person.nullable(),
    created_at: time,
    performed_via_github_app: z.object({ id: z.number() }).nullable().exactOptional(),
  }),
});

/** Mended here as well: what is left of it must be a name. */
const environmentName = text.transform(storable).pipe(z.string().min(1).max(255));

const deploymentProtectionRulePayload = z.object({
  action: z.enum(["requested"]),
  installation,
  repository,
  environment: environmentName,
  /** Names the run; it is never called, since what is answered goes to the repository that the delivery names. */
  deployment_callback_url: z.string().regex(/\/actions\/runs\/\d{1,15}\/deployment_protection_rule$/),
  deployment: z.object({ id, sha, creator: account.nullable().exactOptional(), created_at: time.exactOptional() }),
  sender: account,
});

/** Of a Deployment's payload only that is kept whether the bot wrote it, and whether for a stage that others answer. */
const writtenByUs = z.unknown().transform((payload) => {
  const kept = z.object({ signalbox: z.boolean(), stage: z.boolean().default(false) }).safeParse(payload);
  if (kept.success) return kept.data;
  const our = readOurPayload(payload);
  return { signalbox: our !== undefined, stage: our?.stage === true };
});

const deploymentStatusPayload = z.object({
  action: z.enum(["created"]),
  installation,
  repository,
  deployment: z.object({ id, sha, environment: environmentName, payload: writtenByUs }),
  deployment_status: z.object({ id, state: text, creator: account.nullable(), created_at: time }),
});

const endedStates: readonly string[] = ["success", "failure", "error"];

const workflowRunPayload = z.object({
  action: z.enum(["completed"]),
  installation,
  repository,
  workflow_run: z.object({ id, head_sha: sha, conclusion: text.nullable(), updated_at: time.exactOptional() }),
  sender: account,
});

const workflowJobPayload = z.object({
  action: z.enum(["in_progress", "completed"]),
  installation,
  repository,
  workflow_job: z.object({ run_id: id }),
});

/** Every event that is read, with the shape of what is read of it. */
export const payloads = {
  installation: installationPayload,
  installation_repositories: installationRepositoriesPayload,
  repository: repositoryPayload,
  pull_request: pullRequestPayload,
  pull_request_review: pullRequestReviewPayload,
  issues: issuesPayload,
  push: pushPayload,
  check_run: checkRunPayload,
  check_suite: checkSuitePayload,
  merge_group: mergeGroupPayload,
  status: statusPayload,
  issue_comment: issueCommentPayload,
  deployment_protection_rule: deploymentProtectionRulePayload,
  deployment_status: deploymentStatusPayload,
  workflow_run: workflowRunPayload,
  workflow_job: workflowJobPayload,
} as const;

export type EventName = keyof typeof payloads;
export type Payload<Name extends EventName> = z.infer<(typeof payloads)[Name]>;

/** Actions of an event that are read; undefined when the event has none. */
export function actionsOf(name: EventName): readonly string[] | undefined {
  const schema = payloads[name];
  return "shape" in schema && "action" in schema.shape ? schema.shape.action.options : undefined;
}

export function isEventName(name: string): name is EventName {
  return Object.hasOwn(payloads, name);
}

/**
 * What needs no row of its own: a comment that gives no command or that no person wrote, and a Deployment's states before
 * its end.
 */
export function isIdle(name: EventName, payload: unknown): boolean {
  if (name === "deployment_status") {
    const told = deploymentStatusPayload.parse(payload);
    return !told.deployment.payload.stage && !endedStates.includes(told.deployment_status.state);
  }
  if (name !== "issue_comment") return false;
  const { body, user, performed_via_github_app: app } = issueCommentPayload.parse(payload).comment;
  const byPerson = user !== null && (user.type ?? "User") === "User" && (app ?? null) === null;
  return !byPerson || !mayHoldCommand(body);
}

/** What our own checks and statuses set off comes back as an event; hearing it would be listening to ourselves. */
export function isOwnEcho(name: EventName, payload: unknown): boolean {
  if (name === "status") return statusPayload.parse(payload).context.startsWith(ownPrefix);
  if (name === "deployment_status") {
    const { signalbox, stage } = deploymentStatusPayload.parse(payload).deployment.payload;
    return signalbox && !stage;
  }
  if (name !== "check_run") return false;
  const { action, check_run } = checkRunPayload.parse(payload);
  const isAsked = action === "rerequested" || action === "requested_action";
  return !isAsked && check_run.name.startsWith(ownPrefix);
}
