/** What a file of the right shape means: plain data with every default filled in. */
import type {
  ApprovalPolicy,
  DemosPolicy,
  EnvironmentPolicy,
  Pipeline,
  PullRequestPolicy,
  ServicePolicy,
  StageDefinition,
} from "../pipeline.ts";
import { readEvery, type SchedulePolicy, weekdays } from "../schedule.ts";
import { readHours, type WindowPolicy } from "../windows.ts";
import { readActions } from "./deployers/actions.ts";
import { readCheck, readCheckName } from "./deployers/check.ts";
import { readDeployment } from "./deployers/deployment.ts";
import { readGitLab } from "./deployers/gitlab.ts";
import { readPin } from "./deployers/pin.ts";
import { duration, given } from "./meaning-parts.ts";
import type { DemosEntry, DeployerEntry, EnvironmentEntry, PipelineFile, ServiceEntry, StagesEntry } from "./schema.ts";
import { announcementsOf } from "./shape-announce.ts";
import { changesEnvironment, isProduction } from "./stage-entries.ts";
import { verifyStages } from "./verify-meaning.ts";
import { versionPolicy } from "./version-meaning.ts";

const hour = 3_600_000;

/** `repository` is `owner/name`: the service is called by its name unless the file says otherwise. */
export function meaningOf(file: PipelineFile, repository: string): Pipeline {
  const { channel, versions, environments = {}, demos } = file;
  const only = file.service ?? repository.split("/").at(-1) ?? repository;
  const whole = { ...given("channel", channel), ...given("versions", versions) };
  const services = file.services ?? { [only]: { environments, ...given("demos", demos) } };
  return {
    pullRequests: pullRequestPolicy(file.pull_requests),
    people: file.people ?? {},
    groups: file.groups ?? {},
    services: Object.entries(services).map(([name, entry]) => servicePolicy(name, { ...whole, ...entry })),
  };
}

function servicePolicy(name: string, entry: ServiceEntry): ServicePolicy {
  const environments: EnvironmentPolicy[] = [];
  for (const [environment, one] of Object.entries(entry.environments)) {
    const policy = environmentPolicy(environment, one, environments.at(-1)?.name);
    // What counts as the same content is part of what was approved there.
    environments.push({ ...policy, ...given("paths", entry.paths) });
  }
  return {
    name,
    ...given("channel", entry.channel),
    versions: versionPolicy(entry.versions),
    environments,
    ...(entry.demos === undefined ? {} : { demos: demosPolicy(entry.demos, entry.paths) }),
  };
}

function demosPolicy(entry: DemosEntry, paths: ServiceEntry["paths"]): DemosPolicy {
  const { branches, ttl, most = 20, destroy, ...environment } = entry;
  return {
    branches: typeof branches === "string" ? [branches] : branches,
    ttl: duration(ttl) ?? 14 * 24 * hour,
    most,
    template: { ...environmentPolicy("demo", environment, undefined), ...given("paths", paths) },
    destroy: deployStages(destroy, "destroy"),
  };
}

function pullRequestPolicy(entry: PipelineFile["pull_requests"]): PullRequestPolicy {
  return {
    wip: entry?.wip ?? ["WIP", "Work in progress", "🚧"],
    closes: entry?.closes ?? "required",
    assignee: entry?.assignee ?? "suggested",
    reviewer: entry?.reviewer ?? "suggested",
    versionBump: entry?.version_bump ?? "off",
    news: entry?.news ?? "issues",
    exempt: entry?.exempt ?? [],
  };
}

function environmentPolicy(name: string, entry: EnvironmentEntry, above: string | undefined): EnvironmentPolicy {
  const written = deployStages(entry.deploy);
  const release = entry.release === "off" ? undefined : entry.release;
  const deploy = release === "before" ? [releaseStage(written), ...written] : written;
  const verify = entry.verify === undefined ? [] : verifyStages(entry.verify);
  const withoutMigrations = written.map((stage) => stage.name).filter((stage) => stage !== "migrate");
  return {
    name,
    ...given("branch", entry.branch),
    auto: entry.auto ?? true,
    ...given("url", entry.url),
    timeout: duration(entry.timeout) ?? hour,
    env: entry.env ?? {},
    secrets: entry.secrets ?? [],
    deploy,
    verify,
    production: isProduction(name, entry),
    ...given("after", entry.after ?? above),
    checks: (entry.checks ?? []).map(readCheckName),
    ...given("approvals", approvalPolicy(entry.approvals)),
    who: entry.who ?? [],
    queue: entry.queue ?? "supersede",
    ...given("soak", duration(entry.soak)),
    ...given("window", windowPolicy(entry.window)),
    ...given("hotfix", entry.hotfix),
    ...(entry.on_failure === "rollback" ? { onFailure: "rollback" } : {}),
    ...given("release", release),
    ...given("schedule", schedulePolicy(entry.schedule)),
    ...given("backMerge", entry.back_merge),
    rollbackStages: entry.rollback?.stages ?? withoutMigrations,
    ...(entry.snapshot === false ? { snapshot: false } : {}),
    ...given("migrations", entry.migrations),
    ...(entry.announce === undefined ? {} : { announce: announcementsOf(entry.announce) }),
  };
}

/** It comes before all others, under a name that none of them has. */
function releaseStage(written: readonly StageDefinition[]): StageDefinition {
  const names = written.map(({ name }) => name);
  const name = ["release", "github-release", "release-on-github"].find((one) => !names.includes(one)) ?? "notes";
  return { name, deployer: { kind: "release" }, changesEnvironment: false };
}

/**
 * A policy as it was stored, with what this version knows besides: keys that came later have their defaults, so that a
 * policy of an older version can still be asked.
 */
export function withDefaults(stored: EnvironmentPolicy): EnvironmentPolicy {
  return { ...environmentPolicy(stored.name, { deploy: "true" }, undefined), ...stored };
}

function approvalPolicy(entry: EnvironmentEntry["approvals"]): ApprovalPolicy | undefined {
  if (entry === undefined || entry === "off") return undefined;
  return {
    count: entry.count ?? 1,
    from: entry.from,
    requester: entry.requester ?? false,
    authors: entry.authors ?? false,
    expires: duration(entry.expires) ?? 24 * hour,
  };
}

function schedulePolicy(entry: EnvironmentEntry["schedule"]): SchedulePolicy | undefined {
  const every = entry && readEvery(entry.every);
  if (entry === undefined || every === undefined) return undefined;
  const { on, at, timezone, from } = entry;
  const named = typeof on === "string" ? [on] : typeof on === "object" ? on : [];
  const [hour = 0, minute = 0] = at.split(":").map(Number);
  return {
    ...every,
    days: every.unit === "week" ? named.map((day) => weekdays.indexOf(day) + 1) : [],
    ...(typeof on === "number" ? { monthDay: on } : {}),
    at: hour * 60 + minute,
    timezone,
    ...given("from", from),
  };
}

function windowPolicy(entry: EnvironmentEntry["window"]): WindowPolicy | undefined {
  if (entry === undefined) return undefined;
  const allow = typeof entry.allow === "string" ? [entry.allow] : entry.allow;
  return { allow, hours: allow.flatMap((text) => readHours(text) ?? []), timezone: entry.timezone };
}

function deployStages(entry: StagesEntry, only = "deploy"): readonly StageDefinition[] {
  const named = Array.isArray(entry) ? entry.flatMap((item) => Object.entries(item)) : [[only, entry] as const];
  return named.map(([name, value]) => ({
    name,
    deployer: deployerOf(value),
    changesEnvironment: changesEnvironment(name),
  }));
}

function deployerOf(entry: DeployerEntry): StageDefinition["deployer"] {
  if (typeof entry === "string") return { kind: "run", run: entry };
  if (entry.http !== undefined) return { kind: "http", url: entry.http.url, ...given("secret", entry.http.secret) };
  if (entry.check !== undefined) return readCheck(entry.check);
  if (entry.deployment !== undefined) return readDeployment(entry.deployment);
  if (entry.actions !== undefined) return readActions(entry.actions);
  if (entry.gitlab !== undefined) return readGitLab(entry.gitlab);
  if (entry.pin !== undefined) return readPin(entry.pin);
  // The rules have refused an entry with neither.
  return { kind: "run", run: entry.run ?? "", ...given("confirm", entry.confirm) };
}
