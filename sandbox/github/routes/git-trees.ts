/** The git database: trees and blobs. */
import { z } from "zod";
import type { TreeEntry } from "../git/objects.ts";
import { writeBlob, writeTree } from "../git/writing.ts";
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
      type: z.enum(["blob", "tree", "commit"]).default("blob"),
      sha: fullSha.nullish(),
      content: z.string().optional(),
    }),
  ),
});

type Change = { readonly mode: string; readonly type: string; readonly sha: string | null };

/** Makes the tree that `changes` give on top of `base`, folder by folder. */
async function changeTree(
  repository: Repository,
  base: string | undefined,
  changes: ReadonlyMap<string, Change>,
): Promise<string> {
  const entries = new Map<string, { mode: string; type: string; sha: string; name: string }>();
  const tree = base === undefined ? undefined : await repository.git.tree(base);
  for (const entry of tree?.entries ?? []) entries.set(entry.name, { ...entry });
  const folders = new Map<string, Map<string, Change>>();
  for (const [path, change] of changes) {
    const [name = "", ...rest] = path.split("/");
    if (rest.length > 0) {
      const inside = folders.get(name) ?? new Map<string, Change>();
      folders.set(name, inside.set(rest.join("/"), change));
    } else if (change.sha === null) entries.delete(name);
    else entries.set(name, { mode: change.mode, type: change.type, sha: change.sha, name });
  }
  for (const [name, inside] of folders) {
    const before = entries.get(name);
    const made = await changeTree(repository, before?.type === "tree" ? before.sha : undefined, inside);
    const content = await repository.git.tree(made);
    if (content === undefined || content.entries.length === 0) entries.delete(name);
    else entries.set(name, { mode: "040000", type: "tree", sha: made, name });
  }
  return writeTree(repository.git, [...entries.values()]);
}

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
    const changes = new Map<string, Change>();
    for (const entry of wish.tree) {
      if (entry.sha === undefined && entry.content === undefined) {
        throw unprocessable("Must supply either tree.sha or tree.content");
      }
      const written =
        entry.content === undefined ? (entry.sha ?? null) : await writeBlob(repository.git, Buffer.from(entry.content));
      if (written !== null && entry.type !== "commit" && (await repository.git.object(written)) === undefined) {
        throw unprocessable(`tree.sha ${written} is not a valid ${entry.type}`);
      }
      changes.set(entry.path, { mode: entry.mode, type: entry.type, sha: written });
    }
    const base = wish.base_tree === undefined ? undefined : await repository.git.tree(`${wish.base_tree}^{tree}`);
    if (wish.base_tree !== undefined && base === undefined) throw unprocessable("base_tree is not a valid tree oid");
    return treeAnswer(hub, repository, await changeTree(repository, base?.sha, changes), false, 201);
  }),
  repositoryRoute("POST", "/git/blobs", async (call, hub) => {
    const wish = parseBody(
      z.object({ content: z.string(), encoding: z.enum(["utf-8", "base64"]).default("utf-8") }),
      call,
    );
    const made = await writeBlob(
      call.repository.git,
      Buffer.from(wish.content, wish.encoding === "base64" ? "base64" : "utf8"),
    );
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
