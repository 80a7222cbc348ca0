/** Files and folders by path, and commits that write one file. */
import { z } from "zod";
import { commitToBranch } from "../acts/commits.ts";
import { refuseProtected } from "../acts/protection.ts";
import { signatureOf } from "../acts/refs.ts";
import { isGoodPath } from "../git/tree-edits.ts";
import type { Hub } from "../hub/hub.ts";
import type { Repository } from "../hub/state.ts";
import { notFound, Problem, unprocessable } from "../problem.ts";
import { gitCommitJson } from "../render/commit.ts";
import { htmlUrl, repositoryUrl } from "../render/repository.ts";
import { type Answer, parseBody, type RepositoryCall, type Route, repositoryRoute } from "../server/route.ts";
import { findCommit } from "./revision.ts";

function entryJson(
  hub: Hub,
  repository: Repository,
  ref: string,
  entry: { readonly type: string; readonly path: string; readonly sha: string; readonly size: number },
) {
  const path = entry.path.split("/").map(encodeURIComponent).join("/");
  const kind = entry.type === "dir" ? "tree" : "blob";
  const url = `${repositoryUrl(hub, repository)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${repositoryUrl(hub, repository)}/git/${kind}s/${entry.sha}`;
  const html = `${htmlUrl(hub, repository)}/${kind}/${ref}/${path}`;
  return {
    name: entry.path.split("/").at(-1) ?? "",
    path: entry.path,
    sha: entry.sha,
    size: entry.size,
    url,
    html_url: html,
    git_url: git,
    download_url: kind === "blob" ? `${htmlUrl(hub, repository)}/raw/${ref}/${path}` : null,
    type: entry.type,
    _links: { self: url, git, html },
  };
}

/** GitHub breaks the text after each sixtieth letter. */
function base64(content: Buffer): string {
  return content.toString("base64").replace(/.{1,60}/g, "$&\n");
}

async function getContents(call: RepositoryCall, hub: Hub, path: string): Promise<Answer> {
  const { repository } = call;
  const ref = call.query.get("ref") ?? repository.defaultBranch;
  const commit = await findCommit(repository, ref);
  if (commit === undefined) throw new Problem(404, `No commit found for the ref ${ref}`);
  const clean = path.replace(/^\/+|\/+$/g, "");
  const blob = clean === "" ? undefined : await repository.git.blob(`${commit.sha}:${clean}`);
  if (blob !== undefined) {
    if (/application\/vnd\.github\.(v3\.)?raw/.test(call.accept)) {
      return { text: { type: "application/vnd.github.v3.raw; charset=utf-8", content: blob.content } };
    }
    const entry = { type: "file", path: clean, sha: blob.sha, size: blob.content.length };
    return {
      body: { ...entryJson(hub, repository, ref, entry), content: base64(blob.content), encoding: "base64" },
    };
  }
  const tree = await repository.git.tree(clean === "" ? commit.tree : `${commit.sha}:${clean}`);
  if (tree === undefined) throw notFound();
  const listed = await Promise.all(
    tree.entries.map(async (entry) => {
      const size = entry.type === "blob" ? ((await repository.git.blob(entry.sha))?.content.length ?? 0) : 0;
      const type = entry.type === "tree" ? "dir" : entry.type === "commit" ? "submodule" : "file";
      return entryJson(hub, repository, ref, {
        type,
        path: clean === "" ? entry.name : `${clean}/${entry.name}`,
        sha: entry.sha,
        size,
      });
    }),
  );
  return { body: listed };
}

const person = z.object({ name: z.string(), email: z.string() });
const writeWish = z.object({
  message: z.string(),
  content: z.string().optional(),
  sha: z.string().optional(),
  branch: z.string().optional(),
  author: person.optional(),
  committer: person.optional(),
});

async function writeContents(call: RepositoryCall, hub: Hub, content: Buffer | null): Promise<Answer> {
  const { repository, by } = call;
  const wish = parseBody(writeWish, call);
  const path = call.param("path");
  if (!isGoodPath(path)) throw unprocessable("path contains a malformed path component");
  const branch = wish.branch ?? repository.defaultBranch;
  const tip = repository.git.refs.get(`refs/heads/${branch}`);
  if (tip === undefined) throw new Problem(404, `Branch ${branch} not found`);
  const current = await repository.git.blob(`${tip}:${path}`);
  if (content === null && current === undefined) throw notFound();
  if (current !== undefined && wish.sha === undefined)
    throw unprocessable(`Invalid request.\n\n"sha" wasn't supplied.`);
  if (wish.sha !== undefined && wish.sha !== current?.sha) throw new Problem(409, `${path} does not match ${wish.sha}`);
  const signature = (said: z.infer<typeof person> | undefined) => ({ ...signatureOf(hub, by), ...said });
  const what = content === null ? "delete" : current === undefined ? "create" : "update";
  const sha = await commitToBranch(hub, repository, by, {
    branch,
    message: wish.message,
    changes: [{ path, content }],
    author: signature(wish.author ?? wish.committer),
    committer: signature(wish.committer ?? wish.author),
    check: (made, parent) => {
      if (parent !== tip) throw new Problem(409, `is at ${parent} but expected ${tip}`);
      refuseProtected(repository, branch, made, 409, `Could not ${what} file: `);
    },
  });
  const commit = await repository.git.commit(sha);
  const blob = content === null ? undefined : await repository.git.blob(`${sha}:${path}`);
  const entry = blob === undefined ? null : { type: "file", path, sha: blob.sha, size: blob.content.length };
  return {
    status: what === "create" ? 201 : 200,
    body: {
      content: entry === null ? null : entryJson(hub, repository, branch, entry),
      commit: commit === undefined ? null : gitCommitJson(hub, repository, commit),
    },
  };
}

export const contentRoutes: readonly Route[] = [
  repositoryRoute("GET", "/contents", (call, hub) => getContents(call, hub, "")),
  repositoryRoute("GET", "/contents/*path", (call, hub) => getContents(call, hub, call.param("path"))),
  repositoryRoute("PUT", "/contents/*path", (call, hub) => {
    const { content } = parseBody(z.object({ content: z.string() }), call);
    if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) throw unprocessable("content is not valid Base64");
    return writeContents(call, hub, Buffer.from(content, "base64"));
  }),
  repositoryRoute("DELETE", "/contents/*path", (call, hub) => {
    // The deletion's fields may come in the query, because some clients send no body with it.
    const body = call.body ?? Object.fromEntries(call.query);
    return writeContents({ ...call, body }, hub, null);
  }),
];
