/**
 * What other people, other Apps, GitHub's own Actions and an organisation's owners do on the sandbox's GitHub, each
 * followed by GitHub's own webhooks.
 */
import type { SandboxGitHub } from "../contract.ts";
import { addDeploymentStatus, createDeployment } from "./acts/deployments.ts";
import { openPullFromFork, pushToFork } from "./acts/forks.ts";
import { changeInstallation, installationOn } from "./acts/installations.ts";
import { deleteComment, findComment } from "./acts/issues.ts";
import { advanceQueue, enqueue } from "./acts/merge-queue.ts";
import { fileWrite } from "./acts/repositories.ts";
import { completeRun, startRun } from "./acts/runs.ts";
import { type Hub, pullOf } from "./hub/hub.ts";
import type { Repository, WorkflowRun } from "./hub/state.ts";
import { notFound } from "./problem.ts";
import { findCommit } from "./routes/revision.ts";

type AutomationActs = Pick<
  SandboxGitHub,
  | "deployAs"
  | "answerDeployment"
  | "runWorkflow"
  | "endRun"
  | "runs"
  | "openPullRequestFromFork"
  | "pushToFork"
  | "enqueue"
  | "advanceQueue"
  | "deleteComment"
  | "setTeam"
  | "changeInstallation"
>;

function runOf(repository: Repository, id: number): WorkflowRun {
  const run = repository.runs.get(id);
  if (run === undefined) throw notFound();
  return run;
}

export function createAutomationActs(hub: Hub): AutomationActs {
  const at = (fullName: string) => hub.repository(fullName);
  const commitAt = async (repository: Repository, name: string) => {
    const commit = await findCommit(repository, name);
    if (commit === undefined) throw new Error(`${repository.fullName} has no commit "${name}".`);
    return commit;
  };

  return {
    async deployAs(fullName, by, { environment, revision, states = ["success"] }) {
      const repository = at(fullName);
      const account = hub.person(by);
      const { sha } = await commitAt(repository, revision);
      const deployment = createDeployment(hub, repository, account, {
        ...{ sha, ref: revision, task: "deploy", payload: {}, environment, description: null },
        ...{ transient: false, production: environment === "production" },
      });
      for (const state of states) {
        const wish = { state, description: "", logUrl: "", environmentUrl: "", environment };
        addDeploymentStatus(hub, repository, deployment, account, wish, true);
      }
      return deployment.id;
    },
    answerDeployment(fullName, by, id, { state, description = "", logUrl = "", environmentUrl = "" }) {
      const deployment = at(fullName).deployments.get(id);
      if (deployment === undefined) throw notFound();
      const wish = { state, description, logUrl, environmentUrl, environment: deployment.environment };
      addDeploymentStatus(hub, at(fullName), deployment, hub.person(by), wish, true);
    },
    async runWorkflow(fullName, by, { environment, revision, guarded = true }) {
      const repository = at(fullName);
      const { sha } = await commitAt(repository, revision);
      return startRun(hub, repository, hub.person(by), { sha, branch: revision, environment, guarded }).id;
    },
    endRun(fullName, run, conclusion) {
      completeRun(hub, at(fullName), runOf(at(fullName), run), conclusion);
    },
    runs: (fullName) =>
      [...at(fullName).runs.values()].map(({ id, sha, status, conclusion, deployment, reports }) => ({
        ...{ id, sha, status, conclusion, environment: deployment.environment, deployment: deployment.id },
        reports: [...reports],
      })),
    async openPullRequestFromFork(fullName, by, { title, body, branch, changes, base }) {
      const repository = at(fullName);
      const files = changes.map(({ path, content }) => fileWrite(path, content));
      const wish = { title, body, branch, changes: files, base: base ?? repository.defaultBranch };
      return (await openPullFromFork(hub, repository, hub.person(by), wish)).number;
    },
    async pushToFork(fullName, by, number, { message, changes }) {
      const files = changes.map(({ path, content }) => fileWrite(path, content));
      return pushToFork(hub, at(fullName), pullOf(at(fullName), number), hub.person(by), { message, changes: files });
    },
    async enqueue(fullName, by, number) {
      const { headRef, headSha } = await enqueue(hub, at(fullName), pullOf(at(fullName), number), hub.person(by));
      return { headRef, headSha };
    },
    advanceQueue: (fullName) => advanceQueue(hub, at(fullName)),
    async deleteComment(fullName, by, id) {
      const found = findComment(at(fullName), id);
      if (found === undefined) throw notFound();
      deleteComment(hub, at(fullName), found.issue, found.comment, hub.person(by));
    },
    setTeam(organization, slug, logins) {
      hub.teams.set(`${organization}/${slug}`.toLowerCase(), [...logins]);
    },
    changeInstallation(owner, by, action) {
      changeInstallation(hub, installationOn(hub, owner), hub.person(by), action);
    },
  };
}
