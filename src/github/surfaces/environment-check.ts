/**
 * `github.environment-check`: the check run `signalbox/<environment>` on the head of a pull request into the
 * environment's branch, one for each head, and on the head of a merge queue's group that stands for it. There nothing is
 * "in progress", since the queue would wait for it.
 */
import { optional } from "../../optional.ts";
import type { Rendering, Surface } from "../../projections/surface.ts";
import { environmentCheckSummary, environmentCheckTitle } from "../wording-environment-check.ts";
import { type CheckRunContent, createCheckRun, findCheckRun, updateCheckRun } from "./check-run.ts";
import { type Ground, loadPullRequest, loadRepository } from "./ground.ts";
import { type EnvironmentCheckSubject, readEnvironmentCheckSubject } from "./subject.ts";

/** Which run it is: what it is called stands in what it says, since a service is named only where there are several. */
type EnvironmentCheckContent = CheckRunContent & { readonly name: string };

export function createEnvironmentCheckSurface(ground: Ground): Surface<EnvironmentCheckContent> {
  const place = (subject: string, { name }: EnvironmentCheckContent) => {
    const { repositoryId, headSha } = readEnvironmentCheckSubject(subject);
    return { repositoryId, headSha, name };
  };

  return {
    surface: "github.environment-check",

    async render(subject): Promise<Rendering<EnvironmentCheckContent> | undefined> {
      const about = readEnvironmentCheckSubject(subject);
      const pull = await loadPullRequest(ground, about.repositoryId, about.number);
      const gate = await loadGate(ground, about);
      if (pull === undefined || gate === undefined || gate.head_sha !== pull.head_sha) return undefined;
      const queued = about.headSha !== pull.head_sha;
      // An older head keeps what it last said; nobody looks at it any more.
      if (queued && !(await isInQueue(ground, about))) return undefined;
      if (gate.verdict === null || (await loadRepository(ground, about.repositoryId)) === undefined) return undefined;
      const { verdict, refused, ended, untouched } = gate;
      const said = { environment: gate.name, auto: gate.auto, verdict, refused, ended };
      const check = { ...said, ...optional("untouched", untouched) };
      const title = environmentCheckTitle(check);
      const content = { name: gate.checkName, title, summary: environmentCheckSummary(check) };
      const conclusion =
        ended === "elsewhere" || (ended === "merged" && verdict.outcome !== "go")
          ? "neutral"
          : verdict.outcome === "go"
            ? "success"
            : verdict.outcome === "stop" || queued
              ? "failure"
              : undefined;
      return conclusion === undefined
        ? { content: { ...content, status: "in_progress" } }
        : { content: { ...content, status: "completed", conclusion } };
    },

    find: (subject, content) => findCheckRun(ground, place(subject, content), subject),
    create: (subject, content) => createCheckRun(ground, place(subject, content), subject, content),
    update: (external, content, subject) => updateCheckRun(ground, place(subject, content), subject, external, content),
  };
}

async function isInQueue({ db }: Ground, { repositoryId, number, headSha }: EnvironmentCheckSubject): Promise<boolean> {
  const group = await db
    .selectFrom("merge_group")
    .select("head_sha")
    .where("repository_id", "=", repositoryId)
    .where("pull_request", "=", number)
    .where("head_sha", "=", headSha)
    .where("gone_at", "is", null)
    .executeTakeFirst();
  return group !== undefined;
}

/** The verdict with the environment's name; its check is told apart by the service where the repository has several. */
async function loadGate({ db }: Ground, { repositoryId, number, environment }: EnvironmentCheckSubject) {
  const row = await db
    .selectFrom("pull_request_gate as gate")
    .innerJoin("environment", "environment.id", "gate.environment_id")
    .innerJoin("service", "service.id", "environment.service_id")
    .innerJoin("repository", "repository.id", "service.repository_id")
    .leftJoin("pipeline_file", "pipeline_file.id", "repository.pipeline_file_id")
    .where("gate.repository_id", "=", repositoryId)
    .where("gate.number", "=", number)
    .where("gate.environment_id", "=", environment)
    .select(["gate.head_sha", "gate.verdict", "gate.refused", "gate.ended", "gate.outside"])
    .select(["environment.name", "service.name as service", "pipeline_file.pipeline"])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { service, pipeline, outside, ...gate } = row;
  const services = pipeline?.services ?? [];
  const policy = services
    .find((candidate) => candidate.name === service)
    ?.environments.find((candidate) => candidate.name === gate.name);
  const suffix = services.length > 1 ? ` (${service})` : "";
  const untouched = outside?.untouched === true ? { untouched: service } : {};
  return { ...gate, ...untouched, auto: policy?.auto ?? true, checkName: `signalbox/${gate.name}${suffix}` };
}
