/** The git database: refs, commits, annotated tags. */
import { z } from "zod";
import { refuseProtected, refuseRestricted } from "../acts/protection.ts";
import { moveRefs, signatureOf } from "../acts/refs.ts";
import { noCommit } from "../git/bare-repository.ts";
import { isAncestor } from "../git/history.ts";
import { tagContent } from "../git/objects.ts";
import { isGoodRef, isInTheWay } from "../git/ref-files.ts";
import { commitTree } from "../git/writing.ts";
import type { Hub } from "../hub/hub.ts";
import type { Repository } from "../hub/state.ts";
import { notFound, Problem, unprocessable } from "../problem.ts";
import { time } from "../render/account.ts";
import { gitCommitJson, refJson } from "../render/commit.ts";
import { repositoryUrl } from "../render/repository.ts";
import { type Answer, listAnswer, parseBody, type Route, repositoryRoute } from "../server/route.ts";

export const fullSha = z.string().regex(/^[0-9a-f]{40}$/, "must be a full SHA");
const person = z.object({ name: z.string(), email: z.string(), date: z.iso.datetime({ offset: true }).optional() });

async function refAnswer(hub: Hub, repository: Repository, ref: string, status = 200): Promise<Answer> {
  const at = repository.git.refs.get(ref);
  const object = at === undefined ? undefined : await repository.git.object(at);
  if (object === undefined) throw notFound();
  return { status, body: refJson(hub, repository, ref, object.sha, object.type) };
}

const getRef = (path: string): Route =>
  repositoryRoute("GET", path, (call, hub) => refAnswer(hub, call.repository, `refs/${call.param("ref")}`));

const refRoutes: readonly Route[] = [
  getRef("/git/ref/*ref"),
  getRef("/git/refs/*ref"),
  repositoryRoute("GET", "/git/matching-refs/*ref", (call, hub) => {
    const { repository } = call;
    const prefix = `refs/${call.param("ref")}`;
    const found = [...repository.git.refs]
      .filter(([ref]) => ref.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return listAnswer(hub, call, found, async ([ref, at]) => {
      const object = await repository.git.object(at);
      return refJson(hub, repository, ref, at, object?.type ?? "commit");
    });
  }),
  repositoryRoute("POST", "/git/refs", async (call, hub) => {
    const { repository, by } = call;
    const wish = parseBody(z.object({ ref: z.string(), sha: fullSha }), call);
    if (!isGoodRef(wish.ref) || !/^refs\/(heads|tags)\//.test(wish.ref))
      throw unprocessable("Reference name is invalid");
    await repository.git.exclusive(async () => {
      if (repository.git.refs.has(wish.ref)) throw unprocessable("Reference already exists");
      refuseRestricted(repository, wish.ref);
      if (isInTheWay(repository.git.refs, wish.ref)) throw unprocessable("Reference update failed");
      const object = await repository.git.object(wish.sha);
      if (object === undefined) throw unprocessable("Object does not exist");
      if (wish.ref.startsWith("refs/heads/") && object.type !== "commit") throw unprocessable("Object is not a commit");
      await moveRefs(hub, repository, by, [{ ref: wish.ref, before: noCommit, after: wish.sha }]);
    });
    return refAnswer(hub, repository, wish.ref, 201);
  }),
  repositoryRoute("PATCH", "/git/refs/*ref", async (call, hub) => {
    const { repository, by } = call;
    const wish = parseBody(z.object({ sha: fullSha, force: z.boolean().default(false) }), call);
    const ref = `refs/${call.param("ref")}`;
    await repository.git.exclusive(async () => {
      const before = repository.git.refs.get(ref);
      if (before === undefined) throw unprocessable("Reference does not exist");
      const object = await repository.git.object(wish.sha);
      if (object === undefined) throw unprocessable("Object does not exist");
      if (ref.startsWith("refs/heads/") && object.type !== "commit") throw unprocessable("Object is not a commit");
      if (before === wish.sha) return;
      if (!wish.force && ref.startsWith("refs/heads/") && !(await isAncestor(repository.git, before, wish.sha))) {
        throw unprocessable("Update is not a fast forward");
      }
      refuseProtected(repository, ref.replace("refs/heads/", ""), wish.sha, 422);
      await moveRefs(hub, repository, by, [{ ref, before, after: wish.sha }]);
    });
    return refAnswer(hub, repository, ref);
  }),
  repositoryRoute("DELETE", "/git/refs/*ref", async (call, hub) => {
    const { repository, by } = call;
    const ref = `refs/${call.param("ref")}`;
    await repository.git.exclusive(async () => {
      const before = repository.git.refs.get(ref);
      if (before === undefined) throw unprocessable("Reference does not exist");
      if (ref === `refs/heads/${repository.defaultBranch}`) throw unprocessable("Cannot delete the default branch");
      await moveRefs(hub, repository, by, [{ ref, before, after: noCommit }]);
    });
    return { status: 204 };
  }),
];

const commitRoutes: readonly Route[] = [
  repositoryRoute("GET", "/git/commits/:sha", async ({ repository, param }, hub) => {
    const commit = await repository.git.commit(param("sha"));
    if (commit === undefined) throw notFound();
    return { body: gitCommitJson(hub, repository, commit) };
  }),
  repositoryRoute("POST", "/git/commits", async (call, hub) => {
    const { repository, by } = call;
    const schema = z.object({
      message: z.string(),
      tree: fullSha,
      parents: z.array(fullSha).default([]),
      author: person.optional(),
      committer: person.optional(),
    });
    const wish = parseBody(schema, call);
    if ((await repository.git.object(wish.tree))?.type !== "tree") throw unprocessable("Tree SHA does not exist");
    for (const parent of wish.parents) {
      if ((await repository.git.commit(parent)) === undefined)
        throw unprocessable("Parent SHA does not exist or is not a commit object");
    }
    const signature = (said: z.infer<typeof person> | undefined) =>
      said === undefined
        ? undefined
        : {
            name: said.name,
            email: said.email,
            seconds: Math.floor((said.date === undefined ? hub.now() : Date.parse(said.date)) / 1000),
          };
    const author = signature(wish.author) ?? signatureOf(hub, by);
    const committer = signature(wish.committer) ?? author;
    const made = commitTree(repository.git, { ...wish, author, committer });
    const commit = await repository.git.commit(made);
    if (commit === undefined) throw new Error(`The commit ${made} was made and cannot be read.`);
    return { status: 201, body: gitCommitJson(hub, repository, commit) };
  }),
];

const tagRoutes: readonly Route[] = [
  repositoryRoute("GET", "/git/tags/:sha", async ({ repository, param }, hub) => {
    const body = await tagJson(hub, repository, param("sha"));
    if (body === undefined) throw notFound();
    return { body };
  }),
  repositoryRoute("POST", "/git/tags", async (call, hub) => {
    const { repository, by } = call;
    const schema = z.object({
      tag: z.string().min(1),
      message: z.string(),
      object: fullSha,
      type: z.enum(["commit", "tree", "blob"]),
      tagger: person.optional(),
    });
    const wish = parseBody(schema, call);
    if ((await repository.git.object(wish.object))?.type !== wish.type) throw new Problem(422, "Object does not exist");
    const own = signatureOf(hub, by);
    const tagger = wish.tagger === undefined ? own : { ...own, name: wish.tagger.name, email: wish.tagger.email };
    const { object, type, tag: name, message } = wish;
    const made = repository.git.write("tag", tagContent({ object, type, name, message, tagger }));
    return { status: 201, body: await tagJson(hub, repository, made) };
  }),
];

async function tagJson(hub: Hub, repository: Repository, name: string) {
  const tag = await repository.git.tag(name);
  if (tag === undefined) return undefined;
  const url = repositoryUrl(hub, repository);
  return {
    node_id: tag.sha,
    sha: tag.sha,
    url: `${url}/git/tags/${tag.sha}`,
    tag: tag.name,
    message: tag.message,
    tagger: { name: tag.tagger.name, email: tag.tagger.email, date: time(tag.tagger.seconds * 1000) },
    object: { sha: tag.object, type: tag.type, url: `${url}/git/commits/${tag.object}` },
  };
}

export const gitDataRoutes: readonly Route[] = [...refRoutes, ...commitRoutes, ...tagRoutes];
