/**
 * The shape of a pipeline file, and the source of its JSON Schema. Every `error` is the phrase that follows "expected".
 *
 * Only shapes belong here. What one key says of another is in `rules.ts`; defaults are in `meaning.ts`.
 */
import * as z from "zod";
import { hoursPattern } from "../windows.ts";
import { announceShape } from "./shape-announce.ts";
import { branchShape } from "./shape-branches.ts";
import { demosShape } from "./shape-demos.ts";
import {
  duration,
  flag,
  groupOrLogin,
  listOf,
  login,
  name,
  secret,
  text,
  variable,
  webAddress,
} from "./shape-parts.ts";
import { stages } from "./shape-stages.ts";
import { verifyShape } from "./shape-verify.ts";
import { versionsShape } from "./shape-versions.ts";

export const someEnvironment = "at least one environment and how to deploy it";

export const approvalsShape = {
  count: z
    .int({ error: "a whole number, at least 1" })
    .min(1, { error: "a whole number, at least 1" })
    .max(20, { error: "at most 20" })
    .optional()
    .describe("How many different people must approve. Default: 1."),
  from: listOf(groupOrLogin, "a list of groups or GitHub logins: those who may approve")
    .min(1, { error: "at least one group or GitHub login" })
    .describe("Groups or GitHub logins of those who may approve."),
  requester: flag.optional().describe("Whether whoever asked or merged may approve it too. Default: false."),
  authors: flag.optional().describe("Whether the authors of what ships may approve it too. Default: false."),
  expires: duration.optional().describe("How long a request for approval stands. Default: 24h."),
};

export const hotfixShape = {
  from: listOf(groupOrLogin, "a list of groups or GitHub logins: those who may ask for a hotfix")
    .min(1, { error: "at least one group or GitHub login" })
    .describe("Groups or GitHub logins of those who may ask for a hotfix."),
};

const hours = text("days and hours such as Mon-Thu 09:00-16:00, or hours alone", hoursPattern);
const hoursOrList = "days and hours such as Mon-Thu 09:00-16:00, or a list of them";

export const windowShape = {
  allow: z
    .union([hours, listOf(hours, hoursOrList).min(1, { error: hoursOrList })], { error: hoursOrList })
    .describe(
      "When it may be deployed to: days and hours; hours that end earlier than they begin end on the next day.",
    ),
  timezone: text("a time zone such as Europe/Berlin, or UTC", /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/u).describe(
    "The time zone of the hours, by its name in the IANA database.",
  ),
};

export const rollbackShape = {
  stages: listOf(text("the name of a deploy stage", name), "a list of names of deploy stages")
    .min(1, { error: "at least one deploy stage" })
    .describe("The deploy stages that a rollback runs. Default: all but `migrate`."),
};

export const environmentShape = {
  branch: text("the name of a branch", /^[^\s~^:?*[\\]+$/u)
    .optional()
    .describe("Merges to this branch are deployed here."),
  auto: flag.optional().describe("false only offers a merge instead of deploying it. Default: true."),
  url: webAddress.optional().describe("Where the environment is seen."),
  timeout: duration.optional().describe("How long each stage may take. Default: 1h."),
  env: z
    .record(
      text("the name of a variable: letters, digits and _, not beginning with SIGNALBOX_", variable),
      z.string({ error: "text: put quotes around it" }),
      { error: "names with their values, such as {RAILS_ENV: staging}" },
    )
    .optional()
    .describe("Variables for the commands."),
  secrets: listOf(secret, "a list of names of secrets")
    .optional()
    .describe("Secrets for the commands, granted by the operator."),
  deploy: stages("a command, or a list of stages such as `- build: make build`").describe(
    "One command, or stages in order.",
  ),
  verify: verifyShape.optional().describe("What proves afterwards that it runs."),
  production: flag.optional().describe("Default: true for production, prod and live, else false."),
  after: text("the name of an environment above", name)
    .optional()
    .describe("The environment before this one. Default: the one above."),
  checks: listOf(text("the name of a GitHub check or status", /\S/u), "a list of names of GitHub checks or statuses")
    .optional()
    .describe("GitHub checks or statuses that must be green on the revision."),
  approvals: z
    .union(
      [z.literal("off"), z.strictObject(approvalsShape, { error: "`off`, or who approves: {count: 1, from: […]}" })],
      { error: "`off`, or who approves: {count: 1, from: […]}" },
    )
    .optional()
    .describe("Who must approve. Written in every production environment."),
  who: listOf(groupOrLogin, "a list of groups or GitHub logins: those who may ask")
    .optional()
    .describe("Groups or GitHub logins of those who may ask. Default: whoever can push."),
  queue: z.enum(["supersede", "queue"], { error: "supersede or queue" }).optional().describe("Default: supersede."),
  soak: duration
    .optional()
    .describe("How long the same content must have been live and healthy in the environment before, without a break."),
  window: z
    .strictObject(windowShape, { error: "hours and their zone: {allow: Mon-Thu 09:00-16:00, timezone: Europe/Berlin}" })
    .optional()
    .describe("When it may be deployed to. Default: always."),
  hotfix: z
    .strictObject(hotfixShape, { error: "who may ask for a hotfix: {from: […]}" })
    .optional()
    .describe("Who may ask for a hotfix, which passes freeze, soak, window and order. Default: nobody."),
  on_failure: z
    .enum(["rollback", "stop"], { error: "rollback or stop" })
    .optional()
    .describe("What follows when a deployment has changed the environment and then failed. Default: stop."),
  migrations: listOf(text("a path or a pattern, such as db/migrate/**", /^\S.{0,199}$/u), "a list of paths or patterns")
    .max(20, { error: "at most 20" })
    .optional()
    .describe("Where database migrations are: a request says how many files of them it brings."),
  announce: announceShape,
  rollback: z.strictObject(rollbackShape, { error: "the stages of a rollback: {stages: [deploy]}" }).optional(),
  ...branchShape,
};

const ruleLevel = z.enum(["required", "suggested", "off"], { error: "required, suggested or off" }).optional();

export const pullRequestsShape = {
  wip: listOf(text("a word", /\S/u), "a list of words")
    .optional()
    .describe("Words that hold a pull request when its title begins with one. A draft is always held."),
  closes: ruleLevel.describe("Whether the description must close an issue by a keyword. Default: required."),
  assignee: ruleLevel.describe("Whether somebody must be assigned. Default: suggested."),
  reviewer: ruleLevel.describe("Whether somebody must be asked to review, or have reviewed. Default: suggested."),
  version_bump: ruleLevel.describe(
    "Whether the version in the file that `versions.from` names must be greater than at the base. Default: off.",
  ),
  news: z
    .enum(["issues", "all", "off"], { error: "issues, all or off" })
    .optional()
    .describe("Who hears where a change is live: its issues, its pull request as well, or nobody. Default: issues."),
  exempt: listOf(login, "a list of GitHub logins").optional().describe("Authors whose pull requests are left alone."),
};

const channel = text(
  'a Slack channel in quotes, such as "#shop-deploys", or its id',
  /^(?:#[^\s#@,:<>&]{1,80}|[CG][A-Z0-9]{6,20})$/u,
)
  .optional()
  .describe("Where deployments are shown and approved.");

const versions = z
  .strictObject(versionsShape, { error: "where the version is written: {from: package.json}" })
  .optional()
  .describe("Where the service's version is written, what it looks like, and where candidates go.");

const environments = z
  .record(
    text("an environment's name: letters, digits, - _ and .", name),
    z.strictObject(environmentShape, { error: "how to deploy it, such as {deploy: make deploy}" }),
    { error: someEnvironment },
  )
  .describe("In promotion order.");

export const demoShape = demosShape(environmentShape);
const demos = z
  .strictObject(demoShape, { error: "which branches get a demo, and how: {branches: …, deploy: …, destroy: …}" })
  .optional()
  .describe("A throwaway instance for each branch that matches, made on push and destroyed with the branch.");

export const serviceShape = {
  paths: listOf(text("a path or a pattern, such as api/**", /^!?[^\s!].{0,199}$/u), "a list of paths or patterns")
    .min(1, { error: "at least one path or pattern" })
    .max(100, { error: "at most 100" })
    .optional()
    .describe(
      "The files that make the service: a merge deploys it only when it changes one of them. Default: all files.",
    ),
  channel,
  versions,
  environments,
  demos,
};

export const fileShape = {
  _extends: text("a repository that holds a pipeline file to start from", /\S/u)
    .optional()
    .describe("Another repository whose pipeline file this one starts from."),
  service: text("a service's name: letters, digits, - _ and .", name)
    .optional()
    .describe("Default: the repository's name."),
  channel,
  pull_requests: z.strictObject(pullRequestsShape, { error: "the rules for pull requests, by name" }).optional(),
  versions,
  people: z
    .record(login, text("a Slack user's id, such as U012ABCDEF", /^[UW][A-Z0-9]{2,20}$/u), {
      error: "GitHub logins with Slack ids, such as {alice: U012ABCDEF}",
    })
    .optional()
    .describe("GitHub login: Slack user id, for whoever has not linked them."),
  groups: z
    .record(
      text("a group's name: letters, digits, - _ and .", name),
      listOf(groupOrLogin, "a list of GitHub logins and groups"),
      {
        error: "groups by name, such as {release-managers: [alice, bob]}",
      },
    )
    .optional()
    .describe(
      "Groups to be named in `approvals.from`, `who` and `hotfix.from`: GitHub logins, other groups, teams on GitHub (`team:acme/sre`) and user groups in Slack (`usergroup:S0123`).",
    ),
  environments: environments.optional(),
  demos,
  services: z
    .record(
      text("a service's name: letters, digits, - _ and .", name),
      z.strictObject(serviceShape, { error: 'what the service is, such as {paths: ["api/**"], environments: {…}}' }),
      { error: 'services by name, such as {api: {paths: ["api/**"], environments: {…}}}' },
    )
    .optional()
    .describe(
      "Several services of one repository, instead of `service` and `environments`. `channel` and `versions` beside it are those of every service that names none of its own.",
    ),
};

export const pipelineFileSchema = z.strictObject(fileShape, { error: "keys and their values" });

/** A file whose shape is right. */
export type PipelineFile = z.infer<typeof pipelineFileSchema>;
export type ServiceEntry = NonNullable<PipelineFile["services"]>[string];
export type EnvironmentEntry = ServiceEntry["environments"][string];
export type DemosEntry = NonNullable<ServiceEntry["demos"]>;
export type StagesEntry = EnvironmentEntry["deploy"];
/** What carries one stage out. */
export type DeployerEntry = Exclude<StagesEntry, readonly unknown[]>;
export type VerifyEntry = NonNullable<EnvironmentEntry["verify"]>;
