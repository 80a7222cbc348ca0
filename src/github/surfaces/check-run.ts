/**
 * Writes check runs, as GitHub lets them be written: a completed one is not reopened, so going back to "in progress"
 * makes a new one, which GitHub shows in its place; marks on lines are only ever added, at most fifty in a request.
 */
import { createHash } from "node:crypto";
import type { External } from "../../projections/surface.ts";
import { fitting } from "../markdown.ts";
import { type Ground, loadRepository, reach } from "./ground.ts";

/** A mark on a line of a file, in GitHub's shape. */
export type Mark = {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: "failure";
  readonly title: string;
  readonly message: string;
};

/** A button under the check, in GitHub's shape: at most 20, 40 and 20 characters. */
export type Button = { readonly label: string; readonly description: string; readonly identifier: string };

export type CheckRunContent = {
  readonly status: "in_progress" | "completed";
  readonly conclusion?: "success" | "failure" | "neutral";
  readonly title: string;
  readonly summary: string;
  readonly marks?: readonly Mark[];
  readonly buttons?: readonly Button[];
};

export type CheckRunPlace = { readonly repositoryId: number; readonly headSha: string; readonly name: string };

/** "Checks runs" in GitHub's REST reference: the API limits annotations to 50 per request. */
const marksAtOnce = 50;

/** `subject` is written as the run's external id, by which it is found again. */
export async function createCheckRun(
  ground: Ground,
  { repositoryId, headSha, name }: CheckRunPlace,
  subject: string,
  content: CheckRunContent,
): Promise<External> {
  const { octokit, at } = await reach(ground, await loadRepository(ground, repositoryId));
  const marks = content.marks ?? [];
  const made = await octokit.rest.checks.create({
    ...at,
    name,
    head_sha: headSha,
    external_id: subject,
    ...written(content, marks.slice(0, marksAtOnce)),
  });
  for (let from = marksAtOnce; from < marks.length; from += marksAtOnce) {
    const more = written(content, marks.slice(from, from + marksAtOnce));
    await octokit.rest.checks.update({ ...at, check_run_id: made.data.id, ...more });
  }
  return { checkRun: made.data.id, status: content.status, marks: marks.length, marked: hashOf(marks) };
}

/** The newest that we made for this subject, with how many marks it has. */
export async function findCheckRun(
  ground: Ground,
  { repositoryId, headSha, name }: CheckRunPlace,
  subject: string,
): Promise<External | undefined> {
  const { octokit, at } = await reach(ground, await loadRepository(ground, repositoryId));
  const runs = await octokit.rest.checks.listForRef({
    ...at,
    ref: headSha,
    check_name: name,
    app_id: ground.github.appId,
    filter: "all",
    per_page: 100,
  });
  const ours = runs.data.check_runs.filter((run) => run.external_id === subject);
  const newest = ours.reduce<(typeof ours)[number] | undefined>((a, b) => (a && a.id > b.id ? a : b), undefined);
  return newest && { checkRun: newest.id, status: newest.status, marks: newest.output.annotations_count };
}

export async function updateCheckRun(
  ground: Ground,
  place: CheckRunPlace,
  subject: string,
  external: External,
  content: CheckRunContent,
): Promise<External> {
  const marks = content.marks ?? [];
  const reopens = external["status"] === "completed" && content.status !== "completed";
  const had = Number(external["marks"] ?? 0);
  const stand = had === marks.length && [undefined, hashOf(marks)].includes(external["marked"]?.toString());
  // Marks that no longer hold, or of which a crash left only some, cannot be taken away: a new run has the right ones.
  if (reopens || (!stand && had > 0)) return await createCheckRun(ground, place, subject, content);
  const { octokit, at } = await reach(ground, await loadRepository(ground, place.repositoryId));
  const id = { ...at, check_run_id: Number(external["checkRun"]) };
  const batches = stand ? [] : marks;
  await octokit.rest.checks.update({ ...id, ...written(content, batches.slice(0, marksAtOnce)) });
  for (let from = marksAtOnce; from < batches.length; from += marksAtOnce) {
    await octokit.rest.checks.update({ ...id, ...written(content, batches.slice(from, from + marksAtOnce)) });
  }
  return { ...external, status: content.status, marks: marks.length, marked: hashOf(marks) };
}

function written({ status, conclusion, title, summary, buttons }: CheckRunContent, marks: readonly Mark[]) {
  const output = { title, summary: fitting([summary]), ...(marks.length === 0 ? {} : { annotations: [...marks] }) };
  const said = { status, output, actions: [...(buttons ?? [])] };
  return conclusion === undefined ? said : { ...said, conclusion };
}

function hashOf(marks: readonly Mark[]): string {
  return createHash("sha256").update(JSON.stringify(marks)).digest("hex").slice(0, 16);
}
