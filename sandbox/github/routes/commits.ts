/** Commits, comparisons and merges of branches. */
import { z } from "zod";
import { mergeBranch } from "../acts/commits.ts";
import { refuseProtected } from "../acts/protection.ts";
import { changedFiles, commitsOf, compareCommits, isAncestor, log } from "../git/history.ts";
import { emptyTree } from "../git/objects.ts";
import { pullsOf } from "../hub/hub.ts";
import type { Repository } from "../hub/state.ts";
import { notFound, Problem, unprocessable } from "../problem.ts";
import { commitJson, fileJson } from "../render/commit.ts";
import { listedPullJson } from "../render/issue.ts";
import { htmlUrl, repositoryUrl } from "../render/repository.ts";
import { listAnswer, optionalText, parseBody, type Route, repositoryRoute } from "../server/route.ts";
import { refsUnder } from "./repositories.ts";
import { findCommit } from "./revision.ts";

/** GitHub shows at most so many commits and files of a comparison on one page. */
const commitsOfComparison = 250;
const filesOfComparison = 300;

async function findSide(repository: Repository, name: string) {
  const at = name.indexOf(":");
  const owner = at < 0 ? undefined : name.slice(0, at);
  if (owner !== undefined && owner.toLowerCase() !== repository.owner.login.toLowerCase()) throw notFound();
  const commit = await findCommit(repository, name.slice(at + 1));
  if (commit === undefined) throw notFound();
  return commit;
}

export const commitRoutes: readonly Route[] = [
  repositoryRoute("GET", "/commits", async (call, hub) => {
    const { repository, query } = call;
    const start = await findCommit(repository, query.get("sha") ?? repository.defaultBranch);
    if (start === undefined) throw notFound();
    const path = query.get("path");
    const since = query.get("since");
    const until = query.get("until");
    const shas = await log(repository.git, start.sha, {
      ...(path === null || path === "" ? {} : { path }),
      ...(since === null ? {} : { since }),
      ...(until === null ? {} : { until }),
    });
    return listAnswer(hub, call, shas, async (sha) => {
      const commit = await repository.git.commit(sha);
      return commit === undefined ? null : commitJson(hub, repository, commit);
    });
  }),
  repositoryRoute("GET", "/commits/:sha/branches-where-head", (call, hub) => {
    const { repository } = call;
    const heads = refsUnder(repository, "refs/heads/").filter(({ sha }) => sha === call.param("sha"));
    return listAnswer(hub, call, heads, ({ name, sha }) => ({
      name,
      commit: { sha, url: `${repositoryUrl(hub, repository)}/commits/${sha}` },
      protected: repository.requiredChecks.has(name),
    }));
  }),
  repositoryRoute("GET", "/commits/*sha/pulls", async (call, hub) => {
    const { repository } = call;
    const commit = await findCommit(repository, call.param("sha"));
    if (commit === undefined) throw unprocessable(`No commit found for SHA: ${call.param("sha")}`);
    const inside = await Promise.all(
      pullsOf(repository).map(async (issue) => {
        const { pull } = issue;
        if (pull.merged?.sha === commit.sha || pull.headSha === commit.sha) return [issue];
        const mine =
          (await isAncestor(repository.git, commit.sha, pull.headSha)) &&
          !(await isAncestor(repository.git, commit.sha, pull.baseSha));
        return mine ? [issue] : [];
      }),
    );
    return listAnswer(hub, call, inside.flat(), (issue) => listedPullJson(hub, repository, issue));
  }),
  repositoryRoute("GET", "/compare/*basehead", async (call, hub) => {
    const { repository } = call;
    const [base = "", head = ""] = call.param("basehead").split("...");
    const [from, to] = await Promise.all([findSide(repository, base), findSide(repository, head)]);
    const compared = await compareCommits(repository.git, from.sha, to.sha);
    if (compared === undefined) throw new Problem(404, `No common ancestor between ${base} and ${head}.`);
    const { ahead, behind, mergeBase } = compared;
    const page = Math.max(1, Number(call.query.get("page") ?? 1) || 1);
    const perPage = Math.min(
      commitsOfComparison,
      Number(call.query.get("per_page") ?? commitsOfComparison) || commitsOfComparison,
    );
    const [mergeBaseCommit, commits, files] = await Promise.all([
      repository.git.commit(mergeBase),
      commitsOf(repository.git, ahead.slice((page - 1) * perPage, page * perPage)),
      page === 1 ? changedFiles(repository.git, mergeBase, to.sha) : [],
    ]);
    const url = `${repositoryUrl(hub, repository)}/compare/${base}...${head}`;
    const html = `${htmlUrl(hub, repository)}/compare/${base}...${head}`;
    const status = behind > 0 ? (ahead.length > 0 ? "diverged" : "behind") : ahead.length > 0 ? "ahead" : "identical";
    // The commits are paged, the rest of a comparison is not.
    const paged = await listAnswer(
      hub,
      call,
      ahead,
      () => null,
      () => null,
      commitsOfComparison,
    );
    return {
      headers: paged.headers ?? {},
      body: {
        url,
        html_url: html,
        permalink_url: html,
        diff_url: `${html}.diff`,
        patch_url: `${html}.patch`,
        base_commit: commitJson(hub, repository, from),
        merge_base_commit: mergeBaseCommit === undefined ? null : commitJson(hub, repository, mergeBaseCommit),
        status,
        ahead_by: ahead.length,
        behind_by: behind,
        total_commits: ahead.length,
        commits: commits.map((commit) => commitJson(hub, repository, commit)),
        files: files.slice(0, filesOfComparison).map((file) => fileJson(hub, repository, to.sha, file)),
      },
    };
  }),
  repositoryRoute("POST", "/merges", async (call, hub) => {
    const { repository, by } = call;
    const wish = parseBody(z.object({ base: z.string(), head: z.string(), commit_message: optionalText }), call);
    const head = await findCommit(repository, wish.head);
    if (head === undefined) throw new Problem(404, "Head does not exist");
    const sha = await mergeBranch(hub, repository, by, {
      base: wish.base,
      theirs: head.sha,
      message: wish.commit_message ?? `Merge ${wish.head} into ${wish.base}`,
      check: (made) => refuseProtected(repository, wish.base, made, 409),
    });
    const commit = sha === undefined ? undefined : await repository.git.commit(sha);
    return commit === undefined ? { status: 204 } : { status: 201, body: commitJson(hub, repository, commit) };
  }),
];

/** Comes last of all routes under `/commits/`, because a ref may have slashes in it. */
export const oneCommitRoute: Route = repositoryRoute("GET", "/commits/*ref", async (call, hub) => {
  const { repository } = call;
  const commit = await findCommit(repository, call.param("ref"));
  if (commit === undefined) throw unprocessable(`No commit found for SHA: ${call.param("ref")}`);
  if (/application\/vnd\.github\.(v3\.)?sha/.test(call.accept)) {
    return { text: { type: "application/vnd.github.v3.sha; charset=utf-8", content: commit.sha } };
  }
  const files = await changedFiles(repository.git, commit.parents[0] ?? emptyTree, commit.sha);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return {
    body: {
      ...commitJson(hub, repository, commit),
      stats: { total: additions + deletions, additions, deletions },
      files: files.map((file) => fileJson(hub, repository, commit.sha, file)),
    },
  };
});
