/** Commits, files and refs as GitHub writes them. */
import type { ChangedFile } from "../git/history.ts";
import type { Commit, Signature } from "../git/objects.ts";
import type { TouchedPaths } from "../git/walk.ts";
import { type Hub, nodeId } from "../hub/hub.ts";
import type { Repository } from "../hub/state.ts";
import { accountJson, type Json, time } from "./account.ts";
import { htmlUrl, repositoryUrl } from "./repository.ts";

function signatureJson(signature: Signature): Json {
  return { name: signature.name, email: signature.email, date: time(signature.seconds * 1000) };
}

function accountOf(hub: Hub, signature: Signature): Json | null {
  const account = hub.accountByEmail(signature.email);
  return account === undefined ? null : accountJson(hub, account);
}

const unsigned: Json = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

export function commitJson(hub: Hub, repository: Repository, commit: Commit): Json {
  const url = repositoryUrl(hub, repository);
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", Number.parseInt(commit.sha.slice(0, 10), 16)),
    commit: {
      author: signatureJson(commit.author),
      committer: signatureJson(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      url: `${url}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: unsigned,
    },
    url: `${url}/commits/${commit.sha}`,
    html_url: `${htmlUrl(hub, repository)}/commit/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    author: accountOf(hub, commit.author),
    committer: accountOf(hub, commit.committer),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${htmlUrl(hub, repository)}/commit/${sha}`,
    })),
  };
}

/** The shape of the git database's own routes. */
export function gitCommitJson(hub: Hub, repository: Repository, commit: Commit): Json {
  const url = repositoryUrl(hub, repository);
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", Number.parseInt(commit.sha.slice(0, 10), 16)),
    url: `${url}/git/commits/${commit.sha}`,
    html_url: `${htmlUrl(hub, repository)}/commit/${commit.sha}`,
    author: signatureJson(commit.author),
    committer: signatureJson(commit.committer),
    tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({ sha, url: `${url}/git/commits/${sha}` })),
    verification: unsigned,
  };
}

/** The shape of commits in a push. */
export function pushedCommitJson(
  hub: Hub,
  repository: Repository,
  commit: Commit,
  touched: TouchedPaths = { added: [], removed: [], modified: [] },
): Json {
  const person = (signature: Signature): Json => {
    const account = hub.accountByEmail(signature.email);
    const named = { name: signature.name, email: signature.email };
    return account === undefined ? named : { ...named, username: account.login };
  };
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: time(commit.committer.seconds * 1000),
    url: `${htmlUrl(hub, repository)}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: touched.added,
    removed: touched.removed,
    modified: touched.modified,
  };
}

export function fileJson(hub: Hub, repository: Repository, sha: string, file: ChangedFile): Json {
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${htmlUrl(hub, repository)}/blob/${sha}/${path}`,
    raw_url: `${htmlUrl(hub, repository)}/raw/${sha}/${path}`,
    contents_url: `${repositoryUrl(hub, repository)}/contents/${path}?ref=${sha}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previousPath === undefined ? {} : { previous_filename: file.previousPath }),
  };
}

export function refJson(hub: Hub, repository: Repository, ref: string, sha: string, type: string): Json {
  const url = repositoryUrl(hub, repository);
  const kind = type === "tag" ? "tags" : "commits";
  return {
    ref,
    node_id: nodeId("Ref", repository.id),
    url: `${url}/git/${ref}`,
    object: { type, sha, url: `${url}/git/${kind}/${sha}` },
  };
}
