/**
 * `github.deployment`: a GitHub Deployment for each of ours that has started, and its statuses, so that the repository's
 * environments page is true. GitHub is told and never asked: it must not merge (`auto_merge`) nor judge checks
 * (`required_contexts`), since the policy has decided already.
 */
import { createHash } from "node:crypto";
import type { DeploymentView } from "../../operations/views.ts";
import { optional } from "../../optional.ts";
import type { External, Rendering, Surface } from "../../projections/surface.ts";
import { sentenceForOutcome } from "../../wording/outcome.ts";
import { statusSentence } from "../../wording/phrases.ts";
import { plainLine, webUrl } from "../markdown.ts";
import { readOurPayload } from "../stage-payload.ts";
import { type Ground, loadRepositoryNamed, reach } from "./ground.ts";
import { readDeploymentSubject } from "./subject.ts";

/** GitHub cuts nothing: it refuses a longer description. */
const longestDescription = 140;

type StatusContent = {
  readonly state: "in_progress" | "success" | "failure" | "error" | "inactive";
  readonly description: string;
  readonly logUrl?: string;
  readonly environmentUrl?: string;
};

export type DeploymentContent = {
  readonly repository: string;
  readonly sha: string;
  readonly environment: string;
  readonly production: boolean;
  /** It will not be there for long: GitHub then ends none of its deployments by itself. */
  readonly transient: boolean;
  readonly deployment: number;
  /** Tells this deployment's from that of another bot, or of a database that was lost, which counts from 1 as well. */
  readonly token: string;
  readonly status: StatusContent;
  /** GitHub's number of the one that a stage has made: that is shown to, and none is made. */
  readonly made?: number;
};

export function createDeploymentSurface(ground: Ground): Surface<DeploymentContent> {
  const target = async (content: DeploymentContent) =>
    await reach(ground, await loadRepositoryNamed(ground, content.repository));

  /** The Deployment's last status is kept by its hash, so that one is posted only when it changed. */
  async function post(id: number, content: DeploymentContent, last: unknown): Promise<External> {
    const { state, description, logUrl, environmentUrl } = content.status;
    const status = hashOf(JSON.stringify(content.status));
    if (status !== last) {
      const { octokit, at } = await target(content);
      await octokit.rest.repos.createDeploymentStatus({
        ...at,
        deployment_id: id,
        state,
        description,
        ...optional("log_url", logUrl),
        ...optional("environment_url", environmentUrl),
      });
    }
    return { deployment: id, status };
  }

  return {
    surface: "github.deployment",

    async render(subject): Promise<Rendering<DeploymentContent> | undefined> {
      const view = await ground.loadDeploymentView(ground.db, readDeploymentSubject(subject));
      // What a workflow carries out has a Deployment of its own, which GitHub made for it.
      if (view === undefined || view.startedAt === undefined || view.kind === "external") return undefined;
      // Taking a demo away deploys nothing: what was live there is shown as inactive.
      if (view.kind === "destroy") return undefined;
      const repository = await loadRepositoryNamed(ground, view.repository);
      if (repository === undefined) return undefined;
      // A worker would take a second Deployment for a second order, and what is written to its own for an answer.
      const made = view.madeByStage?.githubDeployment;
      if (view.madeByStage !== undefined && made === undefined) return undefined;
      return {
        content: {
          repository: view.repository,
          sha: view.revision.sha,
          environment: view.environmentOnGitHub ?? view.environment,
          production: view.production,
          transient: view.demo !== undefined,
          deployment: view.id,
          token: hashOf(`${repository.id}/${view.id}/${view.revision.sha}/${view.requestedAt}`),
          status: statusOf(view),
          ...optional("made", made),
        },
      };
    },

    async find(_subject, content) {
      // Its last status may have been posted already; posting it again changes nothing for whoever looks.
      if (content.made !== undefined) return { deployment: content.made };
      const { octokit, at } = await target(content);
      const { sha, environment } = content;
      const found = await octokit.rest.repos.listDeployments({ ...at, sha, environment, per_page: 100 });
      const ours = found.data.find(({ payload }) => readOurPayload(payload)?.token === content.token);
      return ours && { deployment: ours.id };
    },

    async create(_subject, content) {
      if (content.made !== undefined) return await post(content.made, content, undefined);
      const { octokit, at } = await target(content);
      const made = await octokit.rest.repos.createDeployment({
        ...at,
        ref: content.sha,
        environment: content.environment,
        production_environment: content.production,
        transient_environment: content.transient,
        auto_merge: false,
        required_contexts: [],
        description: plainLine(`Deployment ${content.deployment} of Signalbox`, longestDescription),
        payload: { signalbox: { deployment: content.deployment, token: content.token } },
      });
      if (!("id" in made.data)) throw new Error("GitHub merged instead of making a Deployment");
      await ground.context.faults.at("github.deployment-made");
      return await post(made.data.id, content, undefined);
    },

    async update(external, content) {
      return await post(Number(external["deployment"]), content, external["status"]);
    },
  };
}

/** What GitHub's few states can say of ours; only what has started gets here. */
function statusOf(view: DeploymentView): StatusContent {
  const sentence =
    view.outcome === undefined
      ? `Deployment ${view.id} ${statusSentence(view.status)}.`
      : sentenceForOutcome(view.outcome);
  return {
    state: stateOf(view),
    description: plainLine(sentence, longestDescription),
    ...optional("logUrl", webUrl(view.stages.findLast((stage) => stage.logUrl !== undefined)?.logUrl)),
    ...optional("environmentUrl", webUrl(view.environmentUrl)),
  };
}

function stateOf({ status, demo }: DeploymentView): StatusContent["state"] {
  if (demo?.gone === true) return "inactive";
  switch (status) {
    case "success":
    case "failure":
    case "error":
      return status;
    // GitHub has no word for it; `inactive` claims neither that it runs nor that it broke.
    case "cancelled":
    case "rejected":
    case "expired":
    case "superseded":
      return "inactive";
    case "requested":
    case "waiting":
    case "queued":
    case "in_progress":
    case "verifying":
      return "in_progress";
  }
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 24);
}
