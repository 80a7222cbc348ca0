/**
 * `github.version-release`: the release of a version that was finished, with GitHub's notes of what was merged since the
 * one before. Subject: the step's row. One that is there already, whoever made it, is left as it is.
 */
import type { External, Rendering, Surface } from "../../projections/surface.ts";
import { orUndefined } from "../failures.ts";
import { type Ground, loadRepository, loadRepositoryNamed, reach } from "./ground.ts";

export type VersionReleaseContent = { readonly repository: string; readonly tag: string };

export function createVersionReleaseSurface(ground: Ground): Surface<VersionReleaseContent> {
  async function find(content: VersionReleaseContent): Promise<External | undefined> {
    const { octokit, at } = await reach(ground, await loadRepositoryNamed(ground, content.repository));
    const found = await orUndefined(octokit.rest.repos.getReleaseByTag({ ...at, tag: content.tag }));
    return found && { release: found.data.id };
  }
  return {
    surface: "github.version-release",

    async render(subject): Promise<Rendering<VersionReleaseContent> | undefined> {
      const row = await ground.db
        .selectFrom("candidate")
        .innerJoin("service", "service.id", "candidate.service_id")
        .select(["candidate.tag", "candidate.step", "candidate.sha", "service.repository_id"])
        .where("candidate.id", "=", Number(subject))
        .executeTakeFirst();
      if (row === undefined || row.step !== "finish" || row.sha === null) return undefined;
      const repository = await loadRepository(ground, row.repository_id);
      return repository && { content: { repository: repository.full_name, tag: row.tag } };
    },

    find: (_subject, content) => find(content),
    async create(_subject, content) {
      const there = await find(content);
      if (there !== undefined) return there;
      const { octokit, at } = await reach(ground, await loadRepositoryNamed(ground, content.repository));
      const made = await octokit.rest.repos.createRelease({
        ...at,
        tag_name: content.tag,
        name: content.tag,
        generate_release_notes: true,
      });
      return { release: made.data.id };
    },
  };
}
