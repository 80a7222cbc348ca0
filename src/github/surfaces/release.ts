/**
 * `github.release`: the release that an environment's `release` asks for, with notes of what its deployment brings, and
 * that of a finished version, with notes of what it brings since the one before. It is made once and never written again:
 * what people make of it is theirs. A release that its tag has already, whoever made it, is taken for it as it is. After
 * a crash it is found by its hidden marker, since a deployment's tag is chosen only when it is made.
 */
import { notesOf } from "../../operations/noted.ts";
import type { RepositoryRef } from "../../operations/ports.ts";
import { optional } from "../../optional.ts";
import type { ServicePolicy } from "../../policy/pipeline.ts";
import { type ReleaseTag, releaseTag } from "../../policy/release-tag.ts";
import { readVersion } from "../../policy/versions/read-version.ts";
import type { External, Rendering, Surface } from "../../projections/surface.ts";
import { createFileReader } from "../facts/file.ts";
import { orUndefined } from "../failures.ts";
import { listAllTags } from "../versions/tags.ts";
import { releaseNotesText } from "../wording-release-notes.ts";
import { type Ground, loadRepository, reach } from "./ground.ts";
import { loadReleaseRow } from "./release-rows.ts";
import { readReleaseSubject } from "./subject.ts";

export type ReleaseContent = {
  readonly repositoryId: number;
  readonly sha: string;
  /** Of a version, whose tag stands already; for a deployment it is chosen. */
  readonly tag?: string;
  readonly versions: ServicePolicy["versions"];
  /** Before the name of a tag that is made of the date. */
  readonly prefix: string;
  readonly marker: string;
  readonly body: string;
};

export function createReleaseSurface(ground: Ground): Surface<ReleaseContent> {
  const fileAt = createFileReader(ground.github);

  const target = async ({ repositoryId }: ReleaseContent) =>
    await reach(ground, await loadRepository(ground, repositoryId));

  async function written({ sha, versions: { from } }: ReleaseContent, repository: RepositoryRef) {
    if (from.kind !== "file") return undefined;
    const found = readVersion(from, await fileAt(repository, sha, from.path));
    return "version" in found ? found.version : undefined;
  }

  /** The tag, and that no other commit has one of this name. */
  async function chosen(content: ReleaseContent): Promise<ReleaseTag> {
    const { octokit, at, repository } = await target(content);
    const { sha, versions, prefix } = content;
    const [listed, version] = await Promise.all([listAllTags(ground.github, repository), written(content, repository)]);
    const tags = [...listed];
    const day = new Date(ground.context.clock.now()).toISOString().slice(0, 10);
    for (;;) {
      const tag = releaseTag({ sha, tags, versions, prefix, day, ...optional("written", version) });
      if (tags.some(({ name }) => name === tag.name)) return tag;
      // Somebody may have set it since they were listed.
      const taken = await orUndefined(octokit.rest.git.getRef({ ...at, ref: `tags/${tag.name}` }));
      if (taken === undefined) return tag;
      tags.push({ name: tag.name, sha: taken.data.object.type === "commit" ? taken.data.object.sha : "" });
    }
  }

  return {
    surface: "github.release",

    async render(subject): Promise<Rendering<ReleaseContent> | undefined> {
      const row = await loadReleaseRow(ground, readReleaseSubject(subject));
      const service = row?.pipeline?.services.find(({ name }) => name === row.service);
      if (row === undefined || service === undefined) return undefined;
      const marker = `<!-- signalbox:release:${subject} -->`;
      const ships = row.ships ?? { comparison: "unknown", commits: 0, authors: [], pullRequests: [] };
      const notes = releaseNotesText(await notesOf(ground.db, row.repository_id, ships), row.repository);
      return {
        content: {
          repositoryId: row.repository_id,
          sha: row.sha,
          ...optional("tag", row.tag),
          versions: service.versions,
          prefix: (row.pipeline?.services.length ?? 1) > 1 ? `${service.name}-` : "",
          marker,
          body: `${marker}\n${notes}`,
        },
      };
    },

    async find(_subject, content): Promise<External | undefined> {
      const { octokit, at } = await target(content);
      const { data } = await octokit.rest.repos.listReleases({ ...at, per_page: 100 });
      const found = data.find(({ body }) => body?.includes(content.marker) === true);
      return found && { release: found.id, tag: found.tag_name, url: found.html_url };
    },

    async create(_subject, content) {
      const { octokit, at } = await target(content);
      const tag = content.tag === undefined ? await chosen(content) : { name: content.tag, prerelease: false };
      const known = await orUndefined(octokit.rest.repos.getReleaseByTag({ ...at, tag: tag.name }));
      if (known !== undefined) return { release: known.data.id, tag: tag.name, url: known.data.html_url };
      const made = await octokit.rest.repos.createRelease({
        ...at,
        tag_name: tag.name,
        target_commitish: content.sha,
        name: tag.name,
        body: content.body,
        prerelease: tag.prerelease,
      });
      return { release: made.data.id, tag: tag.name, url: made.data.html_url };
    },
  };
}
