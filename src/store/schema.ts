/** The tables as Kysely sees them; `migrations/` says what each index and trigger is for. */
import type { ColumnType, Generated, Selectable } from "kysely";
import type { Menu } from "../operations/menu-shown.ts";
import type { Outcome } from "../operations/outcome.ts";
import type { GateOutside, RefusedReview } from "../operations/pull-request-gate.ts";
import type { NoteContent, ProtectionRefusal, ReplyContent } from "../operations/said.ts";
import type { Ships } from "../operations/ships.ts";
import type { Facts, OfferedBecause, RequestKind, Status, Verdict } from "../policy/model.ts";
import type { EnvironmentPolicy, Mistake, Pipeline, PipelineSource, PolicyInForce } from "../policy/pipeline.ts";
import type { NamedIssue, Readiness, VersionFacts } from "../policy/pull-request.ts";
import type { DemoColumns } from "./demo-columns.ts";
import type { ListeningTable } from "./listening-table.ts";
import type { PromotionTable } from "./promotion-table.ts";
import type { BackMergeTable, CandidateTable } from "./version-tables.ts";
import type { FormTable, HomeServiceTable, HomeTable } from "./view-tables.ts";

/** Written as JSON text, read as parsed JSON. Rows are written by this bot alone, in the type that is read. */
type Json<T> = ColumnType<T, string, string>;
/** Empty unless given. */
type JsonList<T> = ColumnType<readonly T[], string | undefined, string>;

export type InboxSource = "github" | "slack" | "deployer";

export type InboxTable = {
  id: Generated<number>;
  source: InboxSource;
  key: string;
  name: string;
  payload: Json<unknown>;
  status: Generated<"stored" | "handling" | "done" | "failed">;
  received_at: Date;
  look_at: Date;
  attempts: Generated<number>;
  epoch: Generated<number>;
  handled_at: Date | null;
  error: string | null;
};

export type RepositoryTable = {
  id: number;
  full_name: string;
  installation_id: number;
  default_branch: string;
  private: boolean;
  pipeline_file_id: number | null;
  latest_pipeline_file_id: number | null;
  /** Raised by every reading that was kept. */
  pipeline_readings: Generated<number>;
  removed_at: Date | null;
};

export type PipelineFileTable = {
  id: Generated<number>;
  repository_id: number;
  hash: string;
  sources: Json<readonly PipelineSource[]>;
  pipeline: Json<Pipeline> | null;
  mistakes: Json<readonly Mistake[]> | null;
  read_at: Date;
};

export type ServiceTable = {
  id: Generated<number>;
  repository_id: number;
  name: string;
  /** As the pipeline file names it. */
  channel: string | null;
  /** Which one that is, once it was found: it may be called otherwise by now. */
  channel_id: ColumnType<string | null, string | null | undefined, string | null>;
  channel_team: ColumnType<string | null, string | null | undefined, string | null>;
  channel_looked_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  /** Why nothing can be posted there. */
  channel_problem: ColumnType<string | null, string | null | undefined, string | null>;
  channel_problem_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  channel_told_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  removed_at: Date | null;
};

export type EnvironmentTable = DemoColumns & {
  id: Generated<number>;
  service_id: number;
  name: string;
  position: number;
  /** Raised by every writer; a decision that finds it moved looks again. */
  version: Generated<number>;
  live_deployment_id: number | null;
  live_sha: string | null;
  live_tree: string | null;
  live_version: string | null;
  live_since: Date | null;
  /** The policy that what is live passed, with the groups that it names; a rollback leaves it as it is. */
  live_policy: Json<PolicyInForce> | null;
  uncertain_deployment_id: number | null;
  uncertain_since: Date | null;
  /** The deployment whose attempt is not yet proven to have ended. */
  slot_deployment_id: number | null;
  lock_by: string | null;
  lock_reason: string | null;
  lock_at: Date | null;
  lock_until: Date | null;
  /** Whom to ask about a lock that was forgotten, and when that was done last. */
  lock_by_slack: string | null;
  lock_asked_at: Date | null;
  hold_deployment_id: number | null;
  hold_bad_sha: string | null;
  hold_bad_tree: string | null;
  hold_since: Date | null;
  /**
   * The branch that it follows and what that held when the bot last heard of it. A demo's branch stands here from when
   * the demo is prepared until what follows from the branch's deletion was asked for.
   */
  heard_branch: string | null;
  heard_sha: string | null;
  /** When what holds the environment is to be looked at: a lock or a freeze ends, or a lock is asked about. */
  look_at: Date | null;
  removed_at: Date | null;
  /** When its schedule asks next, and the hash of the schedule that this was read from. */
  schedule_at: Date | null;
  schedule_hash: string | null;
};

/** An environment held until a time. Several may stand; none shortens another. */
export type FreezeTable = {
  id: Generated<number>;
  environment_id: number;
  by: string;
  reason: string;
  since: Date;
  until: Date;
  ended_at: Date | null;
  /** Who took it away; null when its time had come. */
  ended_by: string | null;
  request_key: string;
};

export type DeploymentTable = {
  id: Generated<number>;
  environment_id: number;
  kind: RequestKind;
  typed: boolean;
  status: Status;
  sha: string;
  tree: string;
  ref: string | null;
  version: string | null;
  /** What was live when this one started (before: when it was asked for). */
  previous_sha: string | null;
  previous_tree: string | null;
  previous_version: string | null;
  requested_by: string;
  requested_by_slack: string | null;
  /** Where its message stands: the service's channel, else the one in which it was asked for. */
  channel: string | null;
  requested_at: Date;
  reason: string | null;
  merged_by: string | null;
  pull_request: number | null;
  ready_when_merged: boolean | null;
  hotfix: Generated<boolean>;
  /** The environment's schedule asked for it. */
  scheduled: Generated<boolean>;
  /** It tries this deployment again, and begins at the stage `retry_from`; those before it have succeeded there. */
  retry_of: number | null;
  retry_from: string | null;
  /** In whose checkout its stages run: that in which the stages ran which it keeps. */
  checkout_of: number | null;
  rollback_target: "previous" | "older" | null;
  rolls_back_deployment_id: number | null;
  /** The revision that the rollback takes back. */
  undoes_sha: string | null;
  /** Signalbox asked for it by itself, as the pipeline file says. */
  by_itself: Generated<boolean>;
  /** Who said that the rollback may go on although migrations lie in between. */
  migrations_confirmed_by: string | null;
  migrations_confirmed_at: Date | null;
  /** Whether the failure is still to be followed by a rollback, was, or is left to people. */
  on_failure: "wanted" | "asked" | "left" | null;
  /** The Slack person who rejected it: that person's next words in the thread are the reason. */
  rejected_by_slack: string | null;
  fix_confirmed_by: string | null;
  fix_confirmed_at: Date | null;
  /** Set by `unlock`, which starts nothing: from then on a person has to ask for it. */
  offered_at: Date | null;
  offered_because: OfferedBecause | null;
  ships: Json<Ships> | null;
  /** Counts the asks for approval; a message stands for one of them. */
  ask: Generated<number>;
  asked_at: Date | null;
  ask_from: string | null;
  ask_policy: string | null;
  verdict: Json<Verdict> | null;
  /** How it ended, or why it is where it is. */
  outcome: Json<Outcome> | null;
  /** The environment's policy as it was at the start; the stages follow this, not a file that changed meanwhile. */
  policy: Json<EnvironmentPolicy> | null;
  policy_groups: Json<Pipeline["groups"]> | null;
  /** Names of the deploy stages to run; a rollback runs fewer. */
  stages: Json<readonly string[]> | null;
  changing_since: Date | null;
  cancel_by: string | null;
  cancel_at: Date | null;
  superseded_by: number | null;
  started_at: Date | null;
  ended_at: Date | null;
  /** False while an ended attempt is not proven to have ended: the slot is kept until `resolve`. */
  settled: Generated<boolean>;
  /** When to look again without being woken. */
  look_at: Date | null;
  request_key: string | null;
};

export type AttemptTable = {
  token: string;
  deployment_id: number;
  phase: "deploy" | "verify";
  position: number;
  stage: string;
  number: number;
  state: "claimed" | "calling" | "started" | "ended";
  epoch: Generated<number>;
  call_until: Date | null;
  handle: Json<unknown> | null;
  /** The news that is a reason to look at it at once. */
  woken_by: string | null;
  outcome: "success" | "failure" | "error" | "cancelled" | null;
  proven: Generated<boolean>;
  message: string | null;
  output_tail: string | null;
  output_bytes: Generated<number>;
  /** Whether it says something that is not told yet, and when what it said was told. */
  output_untold: Generated<boolean>;
  output_told_at: Date | null;
  log_url: string | null;
  claimed_at: Date;
  started_at: Date | null;
  deadline_at: Date | null;
  ended_at: Date | null;
};

export type ApprovalTable = {
  deployment_id: number;
  ask: number;
  login: string;
  /** An answer that was taken back stays as such, so that what gave it does not give it again. */
  answer: "approve" | "reject" | "withdrawn";
  via: "reaction" | "button" | "review";
  slack_user: string | null;
  slack_team: string | null;
  bot: Generated<boolean>;
  guest: Generated<boolean>;
  stranger: Generated<boolean>;
  at: Date;
  /** When the person did it, by the face's clock: of what one person did, the latest stands. */
  acted_at: Date;
  /** For a review: what it was given to. Without `tree` it was given to the ask as it stands. */
  from_sha: string | null;
  tree: string | null;
  policy: string | null;
};

/** The verdict on an open pull request for an environment whose branch it goes into. */
export type PullRequestGateTable = {
  repository_id: number;
  number: number;
  environment_id: number;
  wanted: Generated<number>;
  judged: Generated<number>;
  look_at: Date | null;
  outside: Json<GateOutside> | null;
  head_sha: string | null;
  verdict: Json<Verdict> | null;
  refused: Json<readonly RefusedReview[]>;
  ended: "merged" | "closed" | "elsewhere" | null;
};

/** Each reviewer's last word on a pull request. */
export type ReviewTable = {
  repository_id: number;
  number: number;
  login: string;
  review_id: number;
  answer: "approve" | "reject" | "dismissed";
  commit_sha: string;
  tree: string | null;
  at: Date;
};

export type ReviewAskTable = {
  repository_id: number;
  number: number;
  login: string;
  environment_id: number;
  from_sha: string | null;
  policy: string;
  /** What the reviewed commit holds for the environment's service. */
  tree: string | null;
};

export type ReactionTable = {
  team: string;
  channel: string;
  ts: string;
  slack_user: string;
  emoji: string;
  present: boolean;
  /** Slack's time of what was told last, `seconds.micros`. */
  event_ts: string;
  /** Since when it stands, or is gone; kept where reading back only found that this is still so. */
  changed_ts: string;
};

export type QuarantineTable = {
  id: Generated<number>;
  service_id: number;
  sha: string;
  tree: string;
  environment_id: number;
  deployment_id: number;
  by: string;
  reason: string;
  since: Date;
  cleared_at: Date | null;
  cleared_by: string | null;
  cleared_reason: string | null;
};

export type ChangedFiles = { readonly head: string; readonly paths: readonly string[]; readonly whole: boolean };

export type PullRequestTable = {
  repository_id: number;
  number: number;
  title: string;
  body: string;
  author: string;
  draft: boolean;
  state: "open" | "closed";
  head_sha: string;
  head_ref: string;
  base_ref: string;
  from_fork: boolean;
  updated_at: Date;
  /** The bot itself opened it. */
  own: Generated<boolean>;
  assignees: JsonList<string>;
  /** Logins, and teams as `team:<slug>`. */
  requested_reviewers: JsonList<string>;
  reviewed_by: JsonList<string>;
  issues: Json<readonly NamedIssue[]>;
  versions: Json<readonly VersionFacts[]> | null;
  file_mistakes: Json<readonly Mistake[]> | null;
  labels: JsonList<string>;
  /** The files that it changes at this head; asked for where a service has paths. */
  changed_files: Json<ChangedFiles> | null;
  readiness: Json<Readiness> | null;
  /** Raised by every writer; who gathered facts for an older one looks again. */
  revision: Generated<number>;
  merged_at: Date | null;
  merged_by: string | null;
  merge_sha: string | null;
  ready_when_merged: boolean | null;
};

/** Where the work of a pull request is live, or was until it was taken away. */
export type WorkLiveTable = {
  repository_id: number;
  number: number;
  environment_id: number;
  /** The deployment that brought it. */
  deployment_id: number;
  since: Date;
  until: Date | null;
  /** The deployment that took it away. */
  ended_by: number | null;
  /** When its author was told, or would have been; never twice. */
  told_at: Date | null;
};

/** A group of a merge queue that GitHub asks about. */
export type MergeGroupTable = {
  repository_id: number;
  head_sha: string;
  pull_request: number | null;
  asked_at: Date;
  gone_at: Date | null;
};

/** Whether a branch requires `signalbox/ready`; null when GitHub would not tell. */
export type BranchGuardTable = {
  repository_id: number;
  branch: string;
  required: boolean | null;
  looked_at: Date;
};

export type NoteTable = {
  id: Generated<number>;
  deployment_id: number | null;
  service_id: number | null;
  /** Whom it is sent to by direct message. */
  slack_user: string | null;
  key: string;
  content: Json<NoteContent>;
  at: Date;
};

export type ReplyTable = {
  id: Generated<number>;
  key: string;
  response_url: string;
  slack_user: string;
  channel: string;
  content: Json<ReplyContent>;
  menu: Json<Menu> | null;
  /** The click that chose from the menu. */
  chosen_by_key: string | null;
  /** It takes the place of the menu that was chosen from. */
  replaces: Generated<boolean>;
  at: Date;
};

/** A command that was written as a comment, and what it is answered. */
export type CommentReplyTable = {
  id: Generated<number>;
  repository_id: number;
  /** The number of the issue or pull request. */
  issue: number;
  comment_id: number;
  login: string;
  /** The command as it was written. */
  command: string;
  content: Json<ReplyContent>;
  deployment_id: number | null;
  at: Date;
};

/** A workflow run that GitHub holds before one of its environments until the bot has answered. */
export type ProtectionRequestTable = {
  id: Generated<number>;
  repository_id: number;
  run_id: number;
  github_deployment_id: number;
  environment: string;
  sha: string;
  requested_by: string;
  requested_at: Date;
  /** The deployment that is judged for the run or, with `started_by_us`, the one that started it. */
  deployment_id: number | null;
  started_by_us: Generated<boolean>;
  refusal: Json<ProtectionRefusal> | null;
  ended: "success" | "failure" | "error" | "cancelled" | null;
  ended_by: string | null;
};

/** The GitHub login of a person of a Slack team, as they proved it. */
export type LinkTable = {
  team: string;
  slack_user: string;
  login: string;
  github_id: number;
  at: Date;
};

/** A sign-in at GitHub that was offered to a Slack person. */
export type LinkAskTable = {
  id: string;
  key: string;
  state_hash: string;
  team: string;
  slack_user: string;
  asked_at: Date;
  expires_at: Date;
  returned_at: Date | null;
  login: string | null;
  github_id: number | null;
  confirm_hash: string | null;
  linked_at: Date | null;
};

/** Somebody's login has changed: their answers to open asks are looked at again. */
export type LinkChangeTable = {
  id: Generated<number>;
  team: string;
  slack_user: string;
  at: Date;
  done_at: Date | null;
};

export type ProjectionTable = {
  key: string;
  surface: string;
  subject: string;
  /** What is paced together: a Slack channel, a GitHub installation. */
  lane: string;
  wanted: Generated<number>;
  shown: Generated<number>;
  shown_hash: string | null;
  external: Json<unknown> | null;
  state: Generated<"idle" | "posting">;
  epoch: Generated<number>;
  lease_until: Date | null;
  attempts: Generated<number>;
  /** How often the far side refused it; being down is no refusal. */
  refused: Generated<number>;
  look_at: Date | null;
  error: string | null;
};

export type PersonSettingTable = {
  team: string;
  slack_user: string;
  live_news: boolean;
  at: Date;
};

export type DecisionTable = {
  id: Generated<number>;
  deployment_id: number | null;
  at: Date;
  facts: Json<Facts>;
  verdict: Json<Verdict>;
};

export type AuditTable = {
  id: Generated<number>;
  at: Date;
  actor: string;
  action: string;
  service_id: number | null;
  environment_id: number | null;
  deployment_id: number | null;
  detail: Json<unknown>;
};

export type Database = {
  inbox: InboxTable;
  listening: ListeningTable;
  repository: RepositoryTable;
  pipeline_file: PipelineFileTable;
  service: ServiceTable;
  environment: EnvironmentTable;
  environment_freeze: FreezeTable;
  deployment: DeploymentTable;
  attempt: AttemptTable;
  approval: ApprovalTable;
  reaction: ReactionTable;
  quarantine: QuarantineTable;
  pull_request: PullRequestTable;
  merge_group: MergeGroupTable;
  promotion: PromotionTable;
  branch_guard: BranchGuardTable;
  pull_request_gate: PullRequestGateTable;
  review: ReviewTable;
  review_ask: ReviewAskTable;
  work_live: WorkLiveTable;
  note: NoteTable;
  reply: ReplyTable;
  form: FormTable;
  home: HomeTable;
  home_service: HomeServiceTable;
  comment_reply: CommentReplyTable;
  protection_request: ProtectionRequestTable;
  link: LinkTable;
  link_ask: LinkAskTable;
  link_change: LinkChangeTable;
  projection: ProjectionTable;
  person_setting: PersonSettingTable;
  candidate: CandidateTable;
  back_merge: BackMergeTable;
  decision: DecisionTable;
  audit: AuditTable;
};

export type DeploymentRow = Selectable<DeploymentTable>;
export type EnvironmentRow = Selectable<EnvironmentTable>;
export type AttemptRow = Selectable<AttemptTable>;
export type PullRequestRow = Selectable<PullRequestTable>;
export type PullRequestGateRow = Selectable<PullRequestGateTable>;
export type ProjectionRow = Selectable<ProjectionTable>;
export type ProtectionRequestRow = Selectable<ProtectionRequestTable>;
