/** The git database: trees and blobs. */
import { z } from "zod";
import { type TreeEntry, typeOf } from "../git/objects.ts";
import { editTree, isGoodPath, type TreeEdit } from "../git/tree-edits.ts";
import type { Hub } from "../hub/hub.ts";
import type { Repository } from "../hub/state.ts";
import { notFound, unprocessable } from "../problem.ts";
import { repositoryUrl } from "../render/repository.ts";
import { type Answer, parseBody, type Route, repositoryRoute } from "../server/route.ts";
import { fullSha } from "./git-data.ts";

type ListedEntry = TreeEntry & { readonly path: string; readonly size?: number };

async function listTree(
  repository: Repository,
  name: string,
  recursive: boolean,
  prefix = "",
): Promise<readonly ListedEntry[]> {
  const tree = await repository.git.tree(name);
  const listed: ListedEntry[] = [];
  for (const entry of tree?.entries ?? []) {
    const path = `${prefix}${entry.name}`;
    const blob = entry.type === "blob" ? await repository.git.blob(entry.sha) : undefined;
    listed.push({ ...entry, path, ...(blob === undefined ? {} : { size: blob.content.length }) });
    if (recursive && entry.type === "tree") {
      listed.push(...(await listTree(repository, entry.sha, true, `${path}/`)));
    }
  }
  return listed;
}

const treeWish = z.object({
  base_tree: z.string().optional(),
  tree: z.array(
    z.object({
      path: z.string().min(1),
      mode: z.enum(["100644", "100755", "040000", "160000", "120000"]),
      sha: fullSha.nullish(),
      content: z.string().optional(),
    }),
  ),
});

async function treeAnswer(
  hub: Hub,
  repository: Repository,
  name: string,
  recursive: boolean,
  status = 200,
): Promise<Answer> {
  const tree = await repository.git.tree(`${repository.git.refs.get(`refs/heads/${name}`) ?? name}^{tree}`);
  if (tree === undefined) throw notFound();
  const url = repositoryUrl(hub, repository);
  const listed = await listTree(repository, tree.sha, recursive);
  return {
    status,
    body: {
      sha: tree.sha,
      url: `${url}/git/trees/${tree.sha}`,
      tree: listed.map(({ path, mode, type, sha: entry, size }) => ({
        path,
        mode,
        type,
        sha: entry,
        ...(size === undefined ? {} : { size }),
        url: `${url}/git/${type === "tree" ? "trees" : "blobs"}/${entry}`,
      })),
      truncated: false,
    },
  };
}

export const gitTreeRoutes: readonly Route[] = [
  repositoryRoute("GET", "/git/trees/*sha", (call, hub) => {
    const recursive = call.query.get("recursive");
    return treeAnswer(hub, call.repository, call.param("sha"), recursive !== null && recursive !== "");
  }),
  repositoryRoute("POST", "/git/trees", async (call, hub) => {
    const { repository } = call;
    const wish = parseBody(treeWish, call);
    const edits: TreeEdit[] = [];
    for (const entry of wish.tree) {
      if (entry.sha === undefined && entry.content === undefined) {
        throw unprocessable("Must supply either tree.sha or tree.content");
      }
      const { path, mode, content } = entry;
      if (!isGoodPath(path)) throw unprocessable("tree.path contains a malformed path component");
      const sha = content === undefined ? (entry.sha ?? null) : repository.git.write("blob", Buffer.from(content));
      const type = typeOf(mode);
      if (sha !== null && type !== "commit" && (await repository.git.object(sha))?.type !== type) {
        throw unprocessable(`tree.sha ${sha} is not a valid ${type}`);
      }
      edits.push({ path, entry: sha === null ? null : { mode, sha } });
    }
    const base = wish.base_tree === undefined ? undefined : await repository.git.tree(`${wish.base_tree}^{tree}`);
    if (wish.base_tree !== undefined && base === undefined) throw unprocessable("base_tree is not a valid tree oid");
    return treeAnswer(hub, repository, await editTree(repository.git, base?.sha, edits), false, 201);
  }),
  repositoryRoute("POST", "/git/blobs", async (call, hub) => {
    const wish = parseBody(
      z.object({ content: z.string(), encoding: z.enum(["utf-8", "base64"]).default("utf-8") }),
      call,
    );
    const content = Buffer.from(wish.content, wish.encoding === "base64" ? "base64" : "utf8");
    const made = call.repository.git.write("blob", content);
    return { status: 201, body: { sha: made, url: `${repositoryUrl(hub, call.repository)}/git/blobs/${made}` } };
  }),
  repositoryRoute("GET", "/git/blobs/:sha", async (call, hub) => {
    const blob = await call.repository.git.blob(call.param("sha"));
    if (blob === undefined) throw notFound();
    const url = `${repositoryUrl(hub, call.repository)}/git/blobs/${blob.sha}`;
    return {
      body: {
        sha: blob.sha,
        url,
        size: blob.content.length,
        encoding: "base64",
        content: blob.content.toString("base64"),
      },
    };
  }),
];
