/** `github.back-merge`: the pull request that brings back what one branch has and another lacks. Subject: the pair's row. */
import type { Rendering, Surface } from "../../projections/surface.ts";
import { backMergeText } from "../../wording/version.ts";
import { prose } from "../markdown.ts";
import { type Ground, loadRepository } from "./ground.ts";
import { findPull, type KeptPull, openPull, updatePull } from "./kept-pull.ts";

/** Raised each time it was found closed, so that it is written again. */
export type BackMergeContent = KeptPull & { readonly opening: number };

export function createBackMergeSurface(ground: Ground): Surface<BackMergeContent> {
  return {
    surface: "github.back-merge",

    async render(subject): Promise<Rendering<BackMergeContent> | undefined> {
      const row = await ground.db
        .selectFrom("back_merge")
        .selectAll()
        .where("id", "=", Number(subject))
        .where("removed_at", "is", null)
        .executeTakeFirst();
      if (row === undefined || row.lacking === null) return undefined;
      const repository = await loadRepository(ground, row.repository_id);
      if (repository === undefined) return undefined;
      const { title, lines } = backMergeText(row.source, row.target, row.lacking);
      const conflict = row.lacking.conflict ? mentions(row.lacking.authors) : [];
      const body = [...lines.map((line) => prose(line)), ...conflict].join("\n\n");
      const named = { repository: repository.full_name, head: row.source, base: row.target };
      return { content: { ...named, title, body, opening: row.opening } };
    },

    find: (_subject, content) => findPull(ground, content),
    create: (_subject, content) => openPull(ground, content),
    update: (external, content) => updatePull(ground, external, content),
  };
}

/** Those who have to look are told by GitHub; logins hold nothing that Markdown reads. */
function mentions(authors: readonly string[]): readonly string[] {
  const people = authors.filter((login) => /^[A-Za-z0-9-]+$/u.test(login));
  return people.length === 0 ? [] : [people.map((login) => `@${login}`).join(" ")];
}
