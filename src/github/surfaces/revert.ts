/**
 * `github.revert`: a pull request that reverts one which was rolled back, made by GitHub itself as its own button makes
 * it, and from then on left to people. Source: docs.github.com/graphql, mutation `revertPullRequest`.
 */
import { z } from "zod";
import { OutsideError } from "../../operations/ports.ts";
import type { External, Rendering, Surface } from "../../projections/surface.ts";
import { GitHubRefusal, safe } from "../failures.ts";
import { plainLine } from "../markdown.ts";
import { type Ground, loadPullRequest, loadRepository, reach } from "./ground.ts";
import { readRevertSubject } from "./subject.ts";

export type RevertContent = {
  readonly repositoryId: number;
  readonly number: number;
  readonly base: string;
  readonly title: string;
  readonly body: string;
};

const mutation = `mutation ($input: RevertPullRequestInput!) {
  revertPullRequest(input: $input) { revertPullRequest { number } }
}`;
const answer = z.object({ revertPullRequest: z.object({ revertPullRequest: z.object({ number: z.int() }) }) });
/** GraphQL refuses with status 200 and a list of errors. */
const refusal = z.object({ errors: z.array(z.object({ type: z.string().optional(), message: z.string() })).min(1) });

function markerOf(number: number): string {
  return `<!-- signalbox:revert:${number} -->`;
}

export function createRevertSurface(ground: Ground): Surface<RevertContent> {
  const target = async ({ repositoryId }: RevertContent) =>
    await reach(ground, await loadRepository(ground, repositoryId));

  /** Also one that somebody has merged or closed: what was asked for once is not made again. */
  async function find(content: RevertContent): Promise<External | undefined> {
    const { octokit, at } = await target(content);
    const listed = await octokit.rest.pulls.list({
      ...at,
      base: content.base,
      state: "all",
      sort: "created",
      direction: "desc",
      per_page: 100,
    });
    const found = listed.data.find(({ body }) => body?.includes(markerOf(content.number)) === true);
    return found && { number: found.number };
  }

  return {
    surface: "github.revert",

    async render(subject): Promise<Rendering<RevertContent> | undefined> {
      const { repositoryId, number, deployment } = readRevertSubject(subject);
      const row = await loadPullRequest(ground, repositoryId, number);
      if (row === undefined || row.merged_at === null) return undefined;
      if ((await loadRepository(ground, repositoryId)) === undefined) return undefined;
      const title = plainLine(`Revert "${row.title}"`);
      const body = `${markerOf(number)}\nReverts #${number}, which rollback ${deployment} took out of service.`;
      return { content: { repositoryId, number, base: row.base_ref, title, body } };
    },

    find: async (_subject, content) => await find(content),

    async create(_subject, content) {
      // Two rollbacks may have taken it back.
      const there = await find(content);
      if (there !== undefined) return there;
      const { octokit, at } = await target(content);
      const { data } = await octokit.rest.pulls.get({ ...at, pull_number: content.number });
      const { title, body } = content;
      const made = await octokit
        .graphql(mutation, { input: { pullRequestId: data.node_id, title, body } })
        .catch((error: unknown) => {
          const [said] = refusal.safeParse(error).data?.errors ?? [];
          if (said === undefined) throw error;
          if (said.type === "RATE_LIMITED") throw new OutsideError("GitHub limits the bot: 200 to POST /graphql");
          throw new GitHubRefusal(
            `GitHub refused to revert pull request ${content.number}: ${safe(said.message)}`,
            422,
          );
        });
      return { number: answer.parse(made).revertPullRequest.revertPullRequest.number };
    },
  };
}
