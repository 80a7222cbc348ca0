/** GitHub Deployments that a worker answers. Each is 1 call. */
import { z } from "zod";
import type { DeploymentCalls } from "../../deployers/github-calls.ts";
import type { RepositoryRef } from "../../operations/ports.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { webUrl } from "../markdown.ts";
import { ownerAndRepo } from "../repository-name.ts";
import { readOurPayload } from "../stage-payload.ts";
import { parsed } from "./parsed.ts";

const madeShape = z.object({ id: z.number() });
const listedShape = z.array(z.object({ id: z.number(), payload: z.unknown() }));
const statusesShape = z.array(
  z.object({
    state: z.string(),
    description: z.string().nullable(),
    log_url: z.string().nullish(),
    environment_url: z.string().nullish(),
    creator: z.object({ login: z.string() }).nullable(),
  }),
);

export function createDeploymentCalls(github: GitHub): DeploymentCalls {
  const reach = async (repository: RepositoryRef) => ({
    octokit: await github.installation(repository.installationId),
    at: ownerAndRepo(repository.fullName),
  });
  return {
    async create(repository, { sha, environment, production, description, payload }) {
      const { octokit, at } = await reach(repository);
      const { data } = await octokit.rest.repos.createDeployment({
        ...{ ...at, ref: sha, environment, production_environment: production, description, payload },
        ...{ auto_merge: false, required_contexts: [] },
      });
      return parsed(madeShape, data, `a Deployment of ${sha}`).id;
    },
    async find(repository, { sha, token }) {
      const { octokit, at } = await reach(repository);
      const { data } = await octokit.rest.repos.listDeployments({ ...at, sha, per_page: 100 });
      const listed = parsed(listedShape, data, `Deployments of ${sha}`);
      return listed.find(({ payload }) => {
        const our = readOurPayload(payload);
        return our?.stage === true && our.token === token;
      })?.id;
    },
    async statuses(repository, deployment) {
      const { octokit, at } = await reach(repository);
      const wish = { ...at, deployment_id: deployment, per_page: 100 };
      const [answer, own] = await Promise.all([
        orUndefined(octokit.rest.repos.listDeploymentStatuses(wish)),
        github.login(),
      ]);
      return (
        answer &&
        parsed(statusesShape, answer.data, `Deployment ${deployment}`).map((status) => ({
          ...{ state: status.state, description: status.description ?? "" },
          logUrl: webUrl(status.log_url ?? undefined),
          environmentUrl: webUrl(status.environment_url ?? undefined),
          own: status.creator?.login === own,
        }))
      );
    },
    async callOff(repository, deployment, description) {
      const { octokit, at } = await reach(repository);
      const wish = { ...at, deployment_id: deployment, state: "inactive", description } as const;
      await octokit.rest.repos.createDeploymentStatus(wish);
    },
  };
}
