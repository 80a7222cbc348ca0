/** Check runs and statuses of one name on a commit. Calls: 2 for up to a hundred statuses. */
import { z } from "zod";
import type { CheckCalls, NamedCheck } from "../../deployers/github-calls.ts";
import { optional } from "../../optional.ts";
import type { GitHub } from "../client.ts";
import { latestRuns, paged, stateOfRun, stateOfStatus } from "../facts/checks.ts";
import { webUrl } from "../markdown.ts";
import { ownerAndRepo } from "../repository-name.ts";
import { parsed } from "./parsed.ts";

const runs = z.object({
  check_runs: z.array(
    z.object({
      id: z.number(),
      name: z.string(),
      status: z.string(),
      conclusion: z.string().nullable(),
      html_url: z.string().nullable(),
      app: z.object({ id: z.number(), name: z.string() }).nullable(),
      output: z.object({ title: z.string().nullable() }),
    }),
  ),
});

const statuses = z.object({
  statuses: z.array(
    z.object({
      context: z.string(),
      state: z.string(),
      description: z.string().nullable(),
      target_url: z.string().nullable(),
    }),
  ),
});

export function createCheckCalls(github: GitHub): CheckCalls {
  return {
    async named(repository, sha, name) {
      const octokit = await github.installation(repository.installationId);
      const at = { ...ownerAndRepo(repository.fullName), ref: sha, per_page: 100 };
      const wanted = { ...at, check_name: name, filter: "latest" } as const;
      const what = `checks of ${sha}`;
      const [madeRuns, madeStatuses] = await Promise.all([
        paged(async (page) => {
          const { data } = await octokit.rest.checks.listForRef({ ...wanted, page });
          return parsed(runs, data, what).check_runs;
        }),
        paged(async (page) => {
          const { data } = await octokit.rest.repos.getCombinedStatusForRef({ ...at, page });
          return parsed(statuses, data, what).statuses;
        }),
      ]);
      return [
        ...latestRuns(madeRuns.filter((run) => run.name === name)).map(
          (run): NamedCheck => ({
            by: run.app?.name ?? "an App",
            state: stateOfRun(run.status, run.conclusion),
            word: run.conclusion ?? run.status,
            ...optional("title", run.output.title ?? undefined),
            ...optional("url", webUrl(run.html_url ?? undefined)),
          }),
        ),
        ...madeStatuses
          .filter(({ context }) => context === name)
          .map(
            (status): NamedCheck => ({
              by: "a commit status",
              state: stateOfStatus(status.state),
              word: status.state,
              ...optional("title", status.description ?? undefined),
              ...optional("url", webUrl(status.target_url ?? undefined)),
            }),
          ),
      ];
    },
  };
}
