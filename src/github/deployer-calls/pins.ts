/** What pinning a version into another repository asks of GitHub. Each is 1 call, but for `repository`, which is 2. */
import { z } from "zod";
import type { PinCalls, PinPullRequest } from "../../deployers/github-calls.ts";
import type { RepositoryRef } from "../../operations/ports.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { ownerAndRepo } from "../repository-name.ts";
import { parsed } from "./parsed.ts";

const sha = z.string().regex(/^[0-9a-f]{40}$/u);
const repositoryShape = z.object({ id: z.number(), full_name: z.string(), default_branch: z.string() });
const fileShape = z.object({ type: z.literal("file"), sha, encoding: z.string(), content: z.string() });
const commitShape = z.object({ sha, html_url: z.string() });
const commitsShape = z.array(commitShape.extend({ commit: z.object({ message: z.string() }) }));
const pullShape = z.object({
  number: z.number(),
  html_url: z.string(),
  state: z.enum(["open", "closed"]),
  merged_at: z.string().nullable(),
  merged_by: z.object({ login: z.string() }).nullish(),
});
/** Where a pin may be among the newest commits to its file. */
const commitsBack = 50;

function pullOf(data: unknown, what: string): PinPullRequest {
  const pull = parsed(pullShape, data, what);
  const state = pull.merged_at !== null ? "merged" : pull.state;
  return { number: pull.number, url: pull.html_url, state, by: pull.merged_by?.login };
}

function textOf({ encoding, content }: z.infer<typeof fileShape>): string | undefined {
  // Files beyond 1 MB come without their content.
  if (encoding !== "base64") return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(content, "base64"));
  } catch {
    return undefined;
  }
}

export function createPinCalls(github: GitHub): PinCalls {
  const reach = async (repository: RepositoryRef) => ({
    octokit: await github.installation(repository.installationId),
    at: ownerAndRepo(repository.fullName),
  });
  const calls: PinCalls = {
    async repository(fullName) {
      const app = await github.app();
      const at = ownerAndRepo(fullName);
      const installation = await orUndefined(app.rest.apps.getRepoInstallation(at));
      if (installation === undefined || (installation.data.suspended_at ?? null) !== null) return undefined;
      const installationId = installation.data.id;
      const octokit = await github.installation(installationId);
      const answer = await orUndefined(octokit.rest.repos.get(at));
      if (answer === undefined) return undefined;
      const found = parsed(repositoryShape, answer.data, fullName);
      return { id: found.id, fullName: found.full_name, defaultBranch: found.default_branch, installationId };
    },
    async head(repository, branch) {
      const { octokit, at } = await reach(repository);
      const answer = await orUndefined(octokit.rest.git.getRef({ ...at, ref: `heads/${branch}` }));
      return answer && parsed(z.object({ object: z.object({ sha }) }), answer.data, branch).object.sha;
    },
    async file(repository, branch, path) {
      const { octokit, at } = await reach(repository);
      const ref = `refs/heads/${branch}`;
      const answer = await orUndefined(octokit.rest.repos.getContent({ ...at, path, ref }));
      if (answer === undefined) return undefined;
      const found = parsed(fileShape, answer.data, path);
      return { blob: found.sha, text: textOf(found) };
    },
    async write(repository, { branch, path, blob, text, message }) {
      const { octokit, at } = await reach(repository);
      const content = Buffer.from(text, "utf8").toString("base64");
      const wish = { ...at, branch, path, message, content, sha: blob };
      const { data } = await octokit.rest.repos.createOrUpdateFileContents(wish);
      const { commit } = parsed(z.object({ commit: commitShape }), data, path);
      return { sha: commit.sha, url: commit.html_url };
    },
    async commitWith(repository, branch, path, line) {
      const { octokit, at } = await reach(repository);
      const wish = { ...at, sha: branch, path, per_page: commitsBack };
      const answer = await orUndefined(octokit.rest.repos.listCommits(wish), [404, 409]);
      const listed = parsed(commitsShape, answer?.data ?? [], path);
      const found = listed.find(({ commit }) => commit.message.split("\n").includes(line));
      return found && { sha: found.sha, url: found.html_url };
    },
    async makeBranch(repository, branch, head) {
      const { octokit, at } = await reach(repository);
      await octokit.rest.git.createRef({ ...at, ref: `refs/heads/${branch}`, sha: head });
    },
    async deleteBranch(repository, branch) {
      const { octokit, at } = await reach(repository);
      await orUndefined(octokit.rest.git.deleteRef({ ...at, ref: `heads/${branch}` }), [404, 422]);
    },
    async openPullRequest(repository, wish) {
      const { octokit, at } = await reach(repository);
      const { data } = await octokit.rest.pulls.create({ ...at, ...wish });
      return pullOf(data, wish.head);
    },
    async pullRequestFrom(repository, branch) {
      const { octokit, at } = await reach(repository);
      const head = `${at.owner}:${branch}`;
      const { data } = await octokit.rest.pulls.list({ ...at, head, state: "all", per_page: 1 });
      const [newest] = parsed(z.array(z.unknown()), data, branch);
      return newest === undefined ? undefined : pullOf(newest, branch);
    },
    async pullRequest(repository, number) {
      const { octokit, at } = await reach(repository);
      const answer = await orUndefined(octokit.rest.pulls.get({ ...at, pull_number: number }));
      return answer && pullOf(answer.data, `#${number}`);
    },
    async close(repository, number) {
      const { octokit, at } = await reach(repository);
      await octokit.rest.pulls.update({ ...at, pull_number: number, state: "closed" });
    },
  };
  return calls;
}
