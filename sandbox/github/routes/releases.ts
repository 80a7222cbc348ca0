/** Releases and their generated notes. */
import { z } from "zod";
import { moveRefs } from "../acts/refs.ts";
import { noCommit } from "../git/bare-repository.ts";
import { isAncestor } from "../git/history.ts";
import { type Hub, pullsOf } from "../hub/hub.ts";
import type { Account, Release, Repository } from "../hub/state.ts";
import { invalidField, notFound } from "../problem.ts";
import { releaseJson } from "../render/deployment.ts";
import { htmlUrl } from "../render/repository.ts";
import {
  listAnswer,
  optionalText,
  parseBody,
  type RepositoryCall,
  type Route,
  repositoryRoute,
} from "../server/route.ts";
import { findCommit } from "./revision.ts";

const fields = z.object({
  tag_name: z.string().min(1).optional(),
  target_commitish: z.string().optional(),
  name: optionalText,
  body: z.string().max(125_000, "body is too long (maximum is 125000 characters)").nullish(),
  draft: z.boolean().optional(),
  prerelease: z.boolean().optional(),
  generate_release_notes: z.boolean().default(false),
});
const notesWish = z.object({
  tag_name: z.string(),
  target_commitish: z.string().optional(),
  previous_tag_name: z.string().optional(),
});

function releaseAt(call: RepositoryCall): Release {
  const found = call.repository.releases.get(call.numberParam("id"));
  if (found === undefined) throw notFound();
  return found;
}

function published(repository: Repository): readonly Release[] {
  return [...repository.releases.values()].filter(({ draft }) => !draft);
}

/** A release that is published makes its tag, where there is none yet. */
async function publish(hub: Hub, repository: Repository, by: Account, release: Release): Promise<void> {
  await repository.git.exclusive(async () => {
    const ref = `refs/tags/${release.tagName}`;
    if (repository.git.refs.has(ref)) return;
    const target = await findCommit(repository, release.target);
    if (target === undefined) throw invalidField("Release", "target_commitish", "invalid");
    await moveRefs(hub, repository, by, [{ ref, before: noCommit, after: target.sha }]);
  });
  release.publishedAt = hub.now();
}

function tell(hub: Hub, repository: Repository, by: Account, release: Release, actions: readonly string[]): void {
  for (const action of actions) {
    hub.emit(repository, "release", by, { action, release: releaseJson(hub, repository, release) });
  }
}

async function notes(hub: Hub, repository: Repository, wish: z.infer<typeof notesWish>) {
  const { tag_name: tag } = wish;
  const head =
    (await findCommit(repository, tag)) ??
    (await findCommit(repository, wish.target_commitish ?? repository.defaultBranch));
  const earlier = published(repository).findLast(({ tagName }) => tagName !== tag)?.tagName;
  const from = wish.previous_tag_name ?? earlier;
  const base = from === undefined ? undefined : await findCommit(repository, from);
  const inside = await Promise.all(
    pullsOf(repository).map(async (issue) => {
      const sha = issue.pull.merged?.sha;
      if (sha === undefined || head === undefined || !(await isAncestor(repository.git, sha, head.sha))) return [];
      return base !== undefined && (await isAncestor(repository.git, sha, base.sha)) ? [] : [issue];
    }),
  );
  const html = htmlUrl(hub, repository);
  const lines = inside.flat().map((one) => `* ${one.title} by @${one.author.login} in ${html}/pull/${one.number}`);
  const range = from === undefined ? `commits/${tag}` : `compare/${from}...${tag}`;
  const changed = lines.length === 0 ? "" : `## What's Changed\n${lines.join("\n")}\n\n\n`;
  return { name: tag, body: `${changed}**Full Changelog**: ${html}/${range}` };
}

export const releaseRoutes: readonly Route[] = [
  repositoryRoute("GET", "/releases", (call, hub) =>
    listAnswer(hub, call, [...call.repository.releases.values()].toReversed(), (one) =>
      releaseJson(hub, call.repository, one),
    ),
  ),
  repositoryRoute("POST", "/releases/generate-notes", async (call, hub) => ({
    body: await notes(hub, call.repository, parseBody(notesWish, call)),
  })),
  repositoryRoute("POST", "/releases", async (call, hub) => {
    const { repository, by } = call;
    const wish = parseBody(fields.extend({ tag_name: z.string().min(1) }), call);
    if (published(repository).some(({ tagName }) => tagName === wish.tag_name)) {
      throw invalidField("Release", "tag_name", "already_exists");
    }
    const target = wish.target_commitish ?? repository.defaultBranch;
    const made = wish.generate_release_notes
      ? await notes(hub, repository, { tag_name: wish.tag_name, target_commitish: target })
      : undefined;
    const release: Release = {
      id: hub.nextId(),
      tagName: wish.tag_name,
      target,
      name: wish.name ?? made?.name ?? null,
      body: made === undefined ? (wish.body ?? null) : [wish.body, made.body].filter((one) => one != null).join("\n\n"),
      draft: wish.draft ?? false,
      prerelease: wish.prerelease ?? false,
      author: by,
      createdAt: hub.now(),
      publishedAt: null,
    };
    if (!release.draft) await publish(hub, repository, by, release);
    repository.releases.set(release.id, release);
    tell(hub, repository, by, release, release.draft ? ["created"] : ["created", "published", "released"]);
    return { status: 201, body: releaseJson(hub, repository, release) };
  }),
  repositoryRoute("GET", "/releases/latest", ({ repository }, hub) => {
    const latest = published(repository).findLast(({ prerelease }) => !prerelease);
    if (latest === undefined) throw notFound();
    return { body: releaseJson(hub, repository, latest) };
  }),
  repositoryRoute("GET", "/releases/tags/*tag", (call, hub) => {
    const found = published(call.repository).find(({ tagName }) => tagName === call.param("tag"));
    if (found === undefined) throw notFound();
    return { body: releaseJson(hub, call.repository, found) };
  }),
  repositoryRoute("GET", "/releases/:id", (call, hub) => ({
    body: releaseJson(hub, call.repository, releaseAt(call)),
  })),
  repositoryRoute("PATCH", "/releases/:id", async (call, hub) => {
    const { repository, by } = call;
    const release = releaseAt(call);
    const wish = parseBody(fields, call);
    const publishing = release.draft && wish.draft === false;
    release.tagName = wish.tag_name ?? release.tagName;
    release.target = wish.target_commitish ?? release.target;
    release.name = wish.name ?? release.name;
    release.body = wish.body ?? release.body;
    release.prerelease = wish.prerelease ?? release.prerelease;
    release.draft = wish.draft ?? release.draft;
    if (publishing) await publish(hub, repository, by, release);
    tell(hub, repository, by, release, publishing ? ["published", "released"] : ["edited"]);
    return { body: releaseJson(hub, repository, release) };
  }),
  repositoryRoute("DELETE", "/releases/:id", (call, hub) => {
    const release = releaseAt(call);
    call.repository.releases.delete(release.id);
    tell(hub, call.repository, call.by, release, ["deleted"]);
    return { status: 204 };
  }),
];
