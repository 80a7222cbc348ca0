/**
 * How one commit relates to another, and who wrote what lies between. Authors decide whose approval does not count, so
 * all commits are paged through, not only those that GitHub lists first. Calls: 1 for each hundred commits.
 */
import type { ComparedRevisions, RepositoryRef } from "../../operations/ports.ts";
import { listedCommits } from "../../operations/ships.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { ownerAndRepo } from "../repository-name.ts";

const perPage = 100;
/** 5,000 commits: what ships after that is not looked at commit by commit any more. */
const mostPages = 50;

export type ListedCommit = {
  readonly sha: string;
  readonly login: string | undefined;
  readonly email: string | undefined;
  readonly message: string;
};

export async function compareRevisions(
  github: GitHub,
  repository: RepositoryRef,
  base: string,
  head: string,
): Promise<ComparedRevisions> {
  const octokit = await github.installation(repository.installationId);
  const commits: ListedCommit[] = [];
  const files: string[] = [];
  for (let page = 1; ; page++) {
    const answer = await orUndefined(
      octokit.rest.repos.compareCommitsWithBasehead({
        ...ownerAndRepo(repository.fullName),
        basehead: `${base}...${head}`,
        per_page: perPage,
        page,
      }),
    );
    // One of them is gone, or they have no common ancestor.
    if (answer === undefined) return { comparison: "unknown", commits: 0, shas: [], authors: [] };
    const { status, total_commits: total, commits: listed, files: changed = [] } = answer.data;
    // GitHub lists the files of the whole comparison on its first page, and on no other.
    if (page === 1) files.push(...changed.map((file) => file.filename));
    for (const { sha, author, commit } of listed) {
      const login = author !== null && "login" in author ? author.login : undefined;
      commits.push({ sha, login, email: commit.author?.email, message: commit.message });
    }
    if (listed.length === 0 || commits.length >= total || page === mostPages) {
      return {
        comparison: status,
        commits: total,
        shas: commits.slice(0, listedCommits).map((commit) => commit.sha),
        authors: authorsOf(commits),
        files,
      };
    }
  }
}

/**
 * Logins of authors and of co-authors whose login is known: from the no-reply address that GitHub gives, or because the
 * same address is the author of another of these commits.
 */
export function authorsOf(commits: readonly ListedCommit[]): readonly string[] {
  const loginByEmail = new Map<string, string>();
  const found = new Map<string, string>();
  const add = (login: string | undefined) => {
    if (login !== undefined && !found.has(login.toLowerCase())) found.set(login.toLowerCase(), login);
  };
  for (const { login, email } of commits) {
    if (login !== undefined && email !== undefined) loginByEmail.set(email.toLowerCase(), login);
  }
  for (const { login, email, message } of commits) {
    add(login ?? (email && loginOfNoReply(email)));
    for (const [, coAuthor] of message.matchAll(/^co-authored-by:[^<\n]*<([^<>\s]+)>\s*$/gim)) {
      if (coAuthor !== undefined) add(loginOfNoReply(coAuthor) ?? loginByEmail.get(coAuthor.toLowerCase()));
    }
  }
  return [...found.values()];
}

/** `12345+alice@users.noreply.github.com`, or without the number; on GitHub Enterprise another host follows. */
function loginOfNoReply(email: string): string | undefined {
  return /^(?:\d+\+)?([a-z\d](?:[a-z\d-]{0,38})(?:\[bot\])?)@users\.noreply\./i.exec(email)?.[1];
}
