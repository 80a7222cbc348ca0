/**
 * `github.version-pull`: the pull request by which a version is written into, or merged to, a branch that takes no direct
 * commit. Subject: the step's row. Whoever closes it ends the step.
 */
import type { Rendering, Surface } from "../../projections/surface.ts";
import { askedToMergeText } from "../../wording/version.ts";
import { prose } from "../markdown.ts";
import { type Ground, loadRepository } from "./ground.ts";
import { findPull, type KeptPull, openPull } from "./kept-pull.ts";

export function createVersionPullSurface(ground: Ground): Surface<KeptPull> {
  return {
    surface: "github.version-pull",

    async render(subject): Promise<Rendering<KeptPull> | undefined> {
      const row = await ground.db
        .selectFrom("candidate")
        .innerJoin("service", "service.id", "candidate.service_id")
        .selectAll("candidate")
        .select("service.repository_id")
        .where("candidate.id", "=", Number(subject))
        .executeTakeFirst();
      const asked = row?.plan.asked;
      if (row === undefined || row.ended_at !== null || asked === undefined) return undefined;
      const repository = await loadRepository(ground, row.repository_id);
      if (repository === undefined) return undefined;
      const { title, body } = askedToMergeText(asked, row.version, row.tag, row.asked_by);
      const content = { repository: repository.full_name, head: asked.branch, base: asked.base };
      return { content: { ...content, title, body: prose(body) } };
    },

    async find(_subject, content) {
      const found = await findPull(ground, content);
      return found && { ...found, branch: content.head };
    },
    create: async (_subject, content) => ({ ...(await openPull(ground, content)), branch: content.head }),
    // The merge into the release branch follows the one of the files: another pull request, for another branch.
    async update(external, content) {
      if (external["branch"] === content.head) return external;
      return { ...(await openPull(ground, content)), branch: content.head };
    },
  };
}
