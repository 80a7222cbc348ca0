/**
 * `github.environment-check`: the check run `signalbox/<environment>` on the head of a pull request into the
 * environment's branch. One check run for each head; GitHub does not reopen a completed one, so going back to "in
 * progress" makes a new one, which GitHub then shows in its place.
 */
import { optional } from "../../optional.ts";
import type { Rendering, Surface } from "../../projections/surface.ts";
import { environmentCheckSummary, environmentCheckTitle } from "../wording-environment-check.ts";
import { type Ground, loadPullRequest, loadRepository, reach } from "./ground.ts";
import { type EnvironmentCheckSubject, readEnvironmentCheckSubject } from "./subject.ts";

export type EnvironmentCheckContent = {
  readonly name: string;
  readonly status: "in_progress" | "completed";
  readonly conclusion?: "success" | "failure" | "neutral";
  readonly title: string;
  readonly summary: string;
};

export function createEnvironmentCheckSurface(ground: Ground): Surface<EnvironmentCheckContent> {
  const target = async (subject: string) => {
    const { repositoryId, headSha } = readEnvironmentCheckSubject(subject);
    return { ...(await reach(ground, await loadRepository(ground, repositoryId))), headSha };
  };

  async function create(subject: string, content: EnvironmentCheckContent) {
    const { octokit, at, headSha } = await target(subject);
    const made = await octokit.rest.checks.create({
      ...at,
      name: content.name,
      head_sha: headSha,
      external_id: subject,
      ...written(content),
    });
    return { checkRun: made.data.id, status: content.status };
  }

  return {
    surface: "github.environment-check",

    async render(subject): Promise<Rendering<EnvironmentCheckContent> | undefined> {
      const about = readEnvironmentCheckSubject(subject);
      const pull = await loadPullRequest(ground, about.repositoryId, about.number);
      const gate = await loadGate(ground, about);
      // An older head keeps what it last said; nobody looks at it any more.
      if (pull?.head_sha !== about.headSha || gate === undefined || gate.head_sha !== about.headSha) return undefined;
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
            : verdict.outcome === "stop"
              ? "failure"
              : undefined;
      return conclusion === undefined
        ? { content: { ...content, status: "in_progress" } }
        : { content: { ...content, status: "completed", conclusion } };
    },

    async find(subject, content) {
      const { octokit, at, headSha } = await target(subject);
      const runs = await octokit.rest.checks.listForRef({
        ...at,
        ref: headSha,
        check_name: content.name,
        app_id: ground.github.appId,
        filter: "all",
        per_page: 100,
      });
      const ours = runs.data.check_runs.filter((run) => run.external_id === subject);
      const newest = ours.reduce<(typeof ours)[number] | undefined>((a, b) => (a && a.id > b.id ? a : b), undefined);
      return newest && { checkRun: newest.id, status: newest.status };
    },

    create,

    async update(external, content, subject) {
      if (external["status"] === "completed" && content.status !== "completed") return await create(subject, content);
      const { octokit, at } = await target(subject);
      await octokit.rest.checks.update({ ...at, check_run_id: Number(external["checkRun"]), ...written(content) });
      return { ...external, status: content.status };
    },
  };
}

function written({ status, conclusion, title, summary }: EnvironmentCheckContent) {
  const output = { title, summary };
  return conclusion === undefined ? { status, output } : { status, conclusion, output };
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
