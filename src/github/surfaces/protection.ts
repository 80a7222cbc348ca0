/**
 * `github.protection`: what GitHub is answered about a workflow run that it holds before an environment. Subject: the
 * request's row. While it waits GitHub is told why, without an answer; the answer comes once and cannot be taken back.
 *
 * GitHub takes at most ten reports of one request ("Creating custom deployment protection rules" in its documentation),
 * so only the first few changes of what it waits for are told. After a crash nothing is looked for: the same answer given
 * twice is one answer, and a report told twice is the same report.
 */
import type { External, Rendering, Surface } from "../../projections/surface.ts";
import { protectionLines, sentenceForProtectionRefusal } from "../../wording/protection.ts";
import { orUndefined } from "../failures.ts";
import { prose } from "../markdown.ts";
import { type Ground, loadRepository, reach } from "./ground.ts";

export type ProtectionContent = {
  readonly run: number;
  readonly environment: string;
  readonly state: "waiting" | "approved" | "rejected";
  readonly comment: string;
};

/** Leaves room for the answer, and for a report that a crash repeats. */
const mostReports = 7;
/** The run was called off, or somebody let it through by hand: GitHub waits for no answer any more. */
const over = [404, 409, 422];

export function createProtectionSurface(ground: Ground): Surface<ProtectionContent> {
  const load = async (subject: string) =>
    await ground.db.selectFrom("protection_request").selectAll().where("id", "=", Number(subject)).executeTakeFirst();

  async function tell(subject: string, content: ProtectionContent, reports: number): Promise<External> {
    const { run, environment, state, comment } = content;
    if (state === "waiting" && reports >= mostReports) return { state, reports };
    const row = await load(subject);
    const { octokit, at } = await reach(ground, row && (await loadRepository(ground, row.repository_id)));
    const named = { ...at, run_id: run, environment_name: environment, comment };
    const told = await orUndefined(
      octokit.rest.actions.reviewCustomGatesForRun(state === "waiting" ? named : { ...named, state }),
      over,
    );
    return { state: told === undefined ? "over" : state, reports: reports + 1 };
  }

  return {
    surface: "github.protection",

    async render(subject): Promise<Rendering<ProtectionContent> | undefined> {
      const row = await load(subject);
      // A run that has ended waits for nothing.
      if (row === undefined || row.ended !== null) return undefined;
      if ((await loadRepository(ground, row.repository_id)) === undefined) return undefined;
      const named = { run: row.run_id, environment: row.environment };
      if (row.refusal !== null) {
        const comment = prose(sentenceForProtectionRefusal(row.refusal));
        return { content: { ...named, state: "rejected", comment } };
      }
      const view =
        row.deployment_id === null ? undefined : await ground.loadDeploymentView(ground.db, row.deployment_id);
      if (view === undefined) return undefined;
      const comment = protectionLines(view, row.started_by_us)
        .map((line) => prose(line))
        .join("\n\n");
      // What has started may go on; what ended without having started may not.
      const started = row.started_by_us || view.startedAt !== undefined;
      const state = started ? "approved" : view.outcome === undefined ? "waiting" : "rejected";
      return { content: { ...named, state, comment } };
    },

    async find() {
      return undefined;
    },

    create: (subject, content) => tell(subject, content, 0),

    async update(external, content, subject) {
      if (external["state"] !== "waiting") return external;
      return await tell(subject, content, Number(external["reports"]));
    },
  };
}
