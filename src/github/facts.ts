/** `GitHubPort` for the operations, over the one client. Each file in `facts/` says what its calls are. */
import type { GitHubPort } from "../operations/ports.ts";
import type { GitHub } from "./client.ts";
import { readChecks } from "./facts/checks.ts";
import { compareRevisions } from "./facts/comparison.ts";
import { createContentReader } from "./facts/content.ts";
import { readDeploymentState } from "./facts/deployment.ts";
import { createFileReader } from "./facts/file.ts";
import { readInBulk } from "./facts/in-bulk.ts";
import { readPermission } from "./facts/permission.ts";
import { readPipelineSources } from "./facts/pipeline-file.ts";
import { readPipelineFiles } from "./facts/pipeline-files.ts";
import {
  changesFile,
  findMergedPullRequest,
  listChangedFiles,
  listOpenPullRequests,
  readIssue,
  readPullRequest,
  readReviewers,
} from "./facts/pull-request.ts";
import { listTags, recentCommits } from "./facts/recent.ts";
import { readRepository } from "./facts/repository.ts";
import { readRequiresCheck } from "./facts/required-check.ts";
import { findBranch, findRevision, readTree } from "./facts/revision.ts";
import { createTeamReader } from "./facts/team.ts";
import { readWorkflows } from "./facts/workflows.ts";
import { ownerAndRepo } from "./repository-name.ts";

export function createGitHubFacts(github: GitHub): GitHubPort {
  return {
    repository: (told) => readRepository(github, told),
    revision: (repository, name) => findRevision(github, repository, name),
    branchHead: (repository, branch) => findBranch(github, repository, branch),
    tree: (repository, sha) => readTree(github, repository, sha),
    content: createContentReader(github),
    compare: (repository, base, head) => compareRevisions(github, repository, base, head),
    checks: (repository, sha) => readChecks(github, repository, sha),
    permission: (repository, login) => readPermission(github, repository, login),
    teamMembers: createTeamReader(github),
    pipelineSources: (repository, at, known) => readPipelineSources(github, repository, at, known),
    inBulk: (questions) => readInBulk(github, questions),
    pipelineFiles: (repositories) => readPipelineFiles(github, repositories),
    workflows: (repository) => readWorkflows(github, repository),
    issue: (repository, named) => readIssue(github, repository, named),
    pullRequest: (repository, number) => readPullRequest(github, repository, number),
    openPullRequests: (repository) => listOpenPullRequests(github, repository),
    reviewersOf: (repository, number) => readReviewers(github, repository, number),
    changesFile: (repository, number, path) => changesFile(github, repository, number, path),
    changedFiles: (repository, number) => listChangedFiles(github, repository, number),
    fileAt: createFileReader(github),
    requiresCheck: (repository, branch, check) => readRequiresCheck(github, repository, branch, check),
    ownLogin: () => github.login(),
    mergedPullRequest: (repository, branch, sha) => findMergedPullRequest(github, repository, branch, sha),
    deploymentState: (repository, deployment) => readDeploymentState(github, repository, deployment),
    recentCommits: (repository, branch) => recentCommits(github, repository, branch),
    tags: (repository) => listTags(github, repository),
    async refNames(repository) {
      const octokit = await github.installation(repository.installationId);
      const at = { ...ownerAndRepo(repository.fullName), per_page: 100 };
      const [branches, tags] = await Promise.all([
        octokit.rest.repos.listBranches(at),
        octokit.rest.repos.listTags(at),
      ]);
      return [...branches.data, ...tags.data].map(({ name }) => name);
    },
    async gitAccess(repository) {
      const token = await github.contentsToken(repository.installationId, repository.id);
      const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
      return {
        url: `${github.githubUrl}/${repository.fullName}.git`,
        extraHeader: `Authorization: basic ${basic}`,
      };
    },
  };
}
