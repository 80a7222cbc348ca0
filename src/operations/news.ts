/**
 * What went live, or was taken back, with a deployment that succeeded: noted for each pull request in the transaction
 * that ended the deployment, so that the note exists exactly if the success does; and whoever follows the pull request
 * or the issues that it closes gets news, and so do authors (`live-news.ts`). Never asks
 * GitHub: what ships was found before the deployment started, from what was live then.
 */
import type { Transaction } from "kysely";
import type { Pipeline } from "../policy/pipeline.ts";
import { touch } from "../projections/touch.ts";
import type { Database, DeploymentRow } from "../store/schema.ts";
import type { Bot } from "./bot.ts";
import { tellAuthors } from "./live-news.ts";
import type { ServiceRef } from "./place.ts";
import { listedCommits } from "./ships.ts";

type LiveDeployment = Pick<
  DeploymentRow,
  "id" | "environment_id" | "sha" | "tree" | "version" | "ships" | "previous_sha" | "undoes_sha"
>;

/** Called with the environment's row locked; `before` is the SHA that was live until this deployment succeeded. */
export async function noteWhatIsLive(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  before: string | null,
  row: LiveDeployment,
  now: number,
): Promise<void> {
  const { repository } = service;
  const taken = before === row.sha ? [] : await takeBack(trx, repository.id, before, row, now);
  const brought = await bring(trx, repository.id, row, now);
  const numbers = [...new Set([...taken, ...brought])];
  if (numbers.length === 0) return;
  const pipeline = await pipelineInForce(trx, repository.id);
  if (pipeline === undefined || pipeline.pullRequests.news === "off") return;
  await tell(trx, bot, service, pipeline.pullRequests.news, numbers);
  await tellAuthors(trx, bot, service, pipeline, row, brought);
}

async function pipelineInForce(trx: Transaction<Database>, repository: number): Promise<Pipeline | undefined> {
  const row = await trx
    .selectFrom("repository")
    .innerJoin("pipeline_file", "pipeline_file.id", "repository.pipeline_file_id")
    .select("pipeline_file.pipeline")
    .where("repository.id", "=", repository)
    .executeTakeFirst();
  return row?.pipeline ?? undefined;
}

/** The pull requests whose merges lie between what was live and this, or, with nothing live before, the merge itself. */
async function bring(
  trx: Transaction<Database>,
  repository: number,
  { id, environment_id, sha, ships }: LiveDeployment,
  now: number,
): Promise<readonly number[]> {
  const shipped = ships === null || ships.comparison === "behind" ? [] : ships.pullRequests.map(({ number }) => number);
  const merges = await trx
    .selectFrom("pull_request")
    .select("number")
    .where("repository_id", "=", repository)
    .where((eb) => eb.or([eb("merge_sha", "=", sha), ...(shipped.length > 0 ? [eb("number", "in", shipped)] : [])]))
    .execute();
  if (merges.length === 0) return [];
  const since = { deployment_id: id, since: new Date(now), until: null, ended_by: null };
  const rows = await trx
    .insertInto("work_live")
    .values(merges.map(({ number }) => ({ repository_id: repository, number, environment_id, ...since })))
    // What was live already stays live since then; what had been taken back is live anew.
    .onConflict((conflict) =>
      conflict
        .columns(["repository_id", "number", "environment_id"])
        .doUpdateSet(since)
        .where("work_live.until", "is not", null),
    )
    .returning("number")
    .execute();
  return rows.map(({ number }) => number);
}

/**
 * Going back to a revision takes away all that came after it had come: what GitHub lists in between, and, where the list
 * may lack some, what the table knows to have come later. The table alone says too much: what the revision holds may
 * have been taken back and brought anew by another since. What this deployment itself brings is not among it.
 */
async function takeBack(
  trx: Transaction<Database>,
  repository: number,
  before: string | null,
  { id, environment_id, sha, tree, ships, previous_sha, undoes_sha }: LiveDeployment,
  now: number,
): Promise<readonly number[]> {
  // It was compared with what it undoes, else with what was live when it began: another may have gone live while it ran.
  const isCompared = before === (undoes_sha ?? previous_sha);
  // What holds all that was live takes nothing back.
  if (isCompared && ships?.comparison === "ahead") return [];
  const isWhole = isCompared && ships?.comparison === "behind" && ships.commits <= listedCommits;
  const listed = ships?.comparison === "behind" ? ships.pullRequests.map(({ number }) => number) : [];
  const came = isWhole ? undefined : await lastSuccess(trx, { id, environment_id, sha, tree });
  if (came === undefined && listed.length === 0) return [];
  const rows = await trx
    .updateTable("work_live")
    .set({ until: new Date(now), ended_by: id })
    .where("environment_id", "=", environment_id)
    .where("repository_id", "=", repository)
    .where("until", "is", null)
    .where((eb) =>
      eb.or([
        ...(came === undefined ? [] : [eb("since", ">", came)]),
        ...(listed.length === 0 ? [] : [eb("number", "in", listed)]),
      ]),
    )
    .returning("number")
    .execute();
  return rows.map(({ number }) => number);
}

/** When this content had last come to be live here before. */
async function lastSuccess(
  trx: Transaction<Database>,
  { id, environment_id, sha, tree }: Pick<LiveDeployment, "id" | "environment_id" | "sha" | "tree">,
): Promise<Date | undefined> {
  const earlier = await trx
    .selectFrom("deployment")
    .select("ended_at")
    .where("environment_id", "=", environment_id)
    .where("sha", "=", sha)
    .where("tree", "=", tree)
    .where("status", "=", "success")
    .where("id", "!=", id)
    .orderBy("ended_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return earlier?.ended_at ?? undefined;
}

async function tell(
  trx: Transaction<Database>,
  bot: Bot,
  service: ServiceRef,
  news: "issues" | "all",
  numbers: readonly number[],
): Promise<void> {
  const { repository } = service;
  const pulls = await trx
    .selectFrom("pull_request")
    .select(["number", "issues"])
    .where("repository_id", "=", repository.id)
    .where("number", "in", [...numbers])
    .orderBy("number")
    .execute();
  const issues = pulls.flatMap((pull) => pull.issues.filter(({ state }) => state === "open" || state === "closed"));
  const repositories = await idsOf(trx, repository.installationId, [
    ...new Set(issues.map((issue) => issue.repository.toLowerCase())),
  ]);
  const subjects = new Set<string>();
  for (const issue of issues) {
    const id = repositories.get(issue.repository.toLowerCase());
    if (id !== undefined) subjects.add(newsSubject(id, issue.number));
  }
  if (news === "all") for (const { number } of pulls) subjects.add(newsSubject(repository.id, number));
  const lane = `github/${repository.installationId}`;
  for (const subject of subjects) await touch(trx, bot.wake, { surface: "github.news", subject, lane });
}

/** The issue or pull request that the comment stands on, by its repository's id: a name may change. */
function newsSubject(repositoryId: number, number: number): string {
  return `${repositoryId}/${number}`;
}

async function idsOf(
  trx: Transaction<Database>,
  installation: number,
  names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (names.length === 0) return new Map();
  const rows = await trx
    .selectFrom("repository")
    .select(["id", "full_name"])
    .where((eb) => eb(eb.fn<string>("lower", ["full_name"]), "in", [...names]))
    .where("installation_id", "=", installation)
    .where("removed_at", "is", null)
    .execute();
  return new Map(rows.map(({ id, full_name }) => [full_name.toLowerCase(), id]));
}
