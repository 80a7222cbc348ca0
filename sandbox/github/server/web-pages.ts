/**
 * The few pages that links from Slack and from comments lead to, plain and readable, so that no link of the sandbox
 * is dead. They only show: whatever people do, they do on the sandbox's own page.
 */

import { commitsOf, compareCommits } from "../git/history.ts";
import type { Hub } from "../hub/hub.ts";
import type { Issue, Repository } from "../hub/state.ts";
import { findCommit } from "../routes/revision.ts";
import { escapeHtml, htmlPage } from "./html.ts";

type Page = { readonly title: string; readonly parts: readonly string[] };

const paragraph = (text: string) => `<p>${escapeHtml(text)}</p>`;
const written = (text: string) => `<pre>${escapeHtml(text)}</pre>`;
const list = (items: readonly string[]) => `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join("")}</ul>`;

function issuePage(repository: Repository, issue: Issue): Page {
  const { pull } = issue;
  const state = pull?.merged == null ? (pull?.draft === true ? "draft" : issue.state) : "merged";
  const runs = [...repository.checkRuns.values()].filter(({ headSha }) => headSha === pull?.headSha);
  return {
    title: `${issue.title} #${issue.number}`,
    parts: [
      paragraph(`${state}, opened by ${issue.author.login}`),
      ...(pull === undefined ? [] : [paragraph(`${pull.headRef} into ${pull.baseRef}`)]),
      ...(issue.body === null || issue.body === "" ? [] : [written(issue.body)]),
      ...(runs.length === 0
        ? []
        : [list(runs.map((run) => `${run.name}: ${run.title ?? run.conclusion ?? run.status}`))]),
      ...issue.comments.flatMap((comment) => [paragraph(`${comment.author.login} wrote:`), written(comment.body)]),
    ],
  };
}

async function comparePage(repository: Repository, range: string): Promise<Page | undefined> {
  const [base, head] = await Promise.all(range.split("...").map((name) => findCommit(repository, name)));
  if (base === undefined || head === undefined) return undefined;
  const compared = await compareCommits(repository.git, base.sha, head.sha);
  const commits = await commitsOf(repository.git, compared?.ahead ?? []);
  const lines = commits.map(
    (commit) => `${commit.sha.slice(0, 7)} ${commit.message.split("\n")[0]} (${commit.author.name})`,
  );
  return { title: `Comparing ${range}`, parts: [paragraph(`${commits.length} commits`), list(lines)] };
}

/** `runs/<run>`, also with `/job/<job>`. */
function runOfPage(repository: Repository, rest: string): Page | undefined {
  const [, run, job] = /^runs\/(\d+)(?:\/job\/(\d+))?$/u.exec(rest) ?? [];
  const found = repository.actions.runs.get(Number(run));
  if (found === undefined) return undefined;
  const jobs = found.attempts.flatMap((attempt) => attempt.jobs);
  const shown = job === undefined ? (found.attempts.at(-1)?.jobs ?? []) : jobs.filter(({ id }) => id === Number(job));
  return {
    title: found.title,
    parts: [
      paragraph(`${found.conclusion ?? found.status}, attempt ${found.attempt}, by ${found.actor.login}`),
      ...(found.problem === undefined ? [] : [paragraph(found.problem)]),
      ...shown.flatMap((one) => [paragraph(`${one.name}: ${one.conclusion ?? one.status}`), written(one.log)]),
    ],
  };
}

async function findPage(repository: Repository, kind: string, rest: string): Promise<Page | undefined> {
  if (kind === "pull" || kind === "issues") {
    const issue = repository.issues.get(Number(rest));
    return issue === undefined ? undefined : issuePage(repository, issue);
  }
  if (kind === "compare") return comparePage(repository, rest);
  if (kind === "runs") {
    const run = repository.checkRuns.get(Number(rest));
    if (run === undefined) return undefined;
    const state = run.conclusion ?? run.status;
    return {
      title: run.name,
      parts: [paragraph(`${state}: ${run.title ?? ""}`), written(run.summary ?? ""), written(run.text ?? "")],
    };
  }
  if (kind === "actions") return runOfPage(repository, rest);
  if (kind === "commit" || kind === "tree" || kind === "") {
    const commit = await findCommit(repository, rest === "" ? repository.defaultBranch : rest);
    if (commit === undefined) return undefined;
    return { title: commit.sha.slice(0, 7), parts: [paragraph(`by ${commit.author.name}`), written(commit.message)] };
  }
  return undefined;
}

/** The page at a path, as HTML; undefined when the path is none of a page. */
export async function webPage(hub: Hub, pathname: string): Promise<string | undefined> {
  if (/%(?![0-9a-f]{2})/i.test(pathname)) return undefined;
  const parts = pathname.slice(1).split("/").map(decodeURIComponent);
  const [owner = "", name = "", kind = "", ...rest] = parts;
  const repository = hub.repositories.get(`${owner}/${name}`.toLowerCase());
  const page = repository === undefined ? undefined : await findPage(repository, kind, rest.join("/"));
  if (repository === undefined || page === undefined) return undefined;
  const title = `${page.title} · ${repository.fullName}`;
  const style =
    "body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;background:#8881;padding:.75rem}";
  return htmlPage(title, style, `<h1>${escapeHtml(title)}</h1>${page.parts.join("")}`);
}
