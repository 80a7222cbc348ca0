/**
 * `github.merge-group-check`: the check run `signalbox/ready` on the head of a merge queue's group. It says what the
 * group's pull request is worth; nothing is "in progress" there, since the queue would wait for it.
 */
import { z } from "zod";
import { readyCheckName } from "../../operations/branch-guard.ts";
import type { Rendering, Surface } from "../../projections/surface.ts";
import { groupSummary, groupTitle } from "../wording-pull-request.ts";
import { type CheckRunContent, createCheckRun, findCheckRun, updateCheckRun } from "./check-run.ts";
import { type Ground, loadPullRequest, loadRepository } from "./ground.ts";

const parts = z.object({
  repositoryId: z.coerce.number().int().positive(),
  headSha: z.string().regex(/^[0-9a-f]{40}$/),
});

function placeOf(subject: string) {
  const [repositoryId, headSha] = subject.split("/");
  return { ...parts.parse({ repositoryId, headSha }), name: readyCheckName };
}

export function createMergeGroupCheckSurface(ground: Ground): Surface<CheckRunContent> {
  return {
    surface: "github.merge-group-check",

    async render(subject): Promise<Rendering<CheckRunContent> | undefined> {
      const { repositoryId, headSha } = placeOf(subject);
      const group = await ground.db
        .selectFrom("merge_group")
        .selectAll()
        .where("repository_id", "=", repositoryId)
        .where("head_sha", "=", headSha)
        .where("gone_at", "is", null)
        .executeTakeFirst();
      if (group === undefined || (await loadRepository(ground, repositoryId)) === undefined) return undefined;
      const number = group.pull_request ?? undefined;
      const row = number === undefined ? undefined : await loadPullRequest(ground, repositoryId, number);
      const readiness = row?.readiness ?? undefined;
      return {
        content: {
          status: "completed",
          conclusion: readiness?.state === "success" ? "success" : "failure",
          title: groupTitle(number, readiness),
          summary: groupSummary(number, readiness),
        },
      };
    },

    find: (subject) => findCheckRun(ground, placeOf(subject), subject),
    create: (subject, content) => createCheckRun(ground, placeOf(subject), subject, content),
    update: (external, content, subject) => updateCheckRun(ground, placeOf(subject), subject, external, content),
  };
}
