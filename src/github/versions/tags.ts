/** All tags of a repository, and the commit that one leads to, also through an annotated one. */
import { OutsideError, type RepositoryRef, type TagName } from "../../operations/ports.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { ownerAndRepo } from "../repository-name.ts";

const perPage = 100;
/** 20,000 tags. With more, the next number cannot be told from all of them, and none is taken. */
const mostPages = 200;

/** Calls: 1 for each hundred tags. */
export async function listAllTags(github: GitHub, repository: RepositoryRef): Promise<readonly TagName[]> {
  const octokit = await github.installation(repository.installationId);
  const tags: TagName[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const { data } = await octokit.rest.repos.listTags({
      ...ownerAndRepo(repository.fullName),
      per_page: perPage,
      page,
    });
    for (const { name, commit } of data) tags.push({ name, sha: commit.sha });
    if (data.length < perPage) return tags;
  }
  throw new OutsideError(`${repository.fullName} has more than ${mostPages * perPage} tags`);
}

/** Calls: 1, and 1 more for an annotated tag. */
export async function readTag(github: GitHub, repository: RepositoryRef, tag: string): Promise<string | undefined> {
  const octokit = await github.installation(repository.installationId);
  const at = ownerAndRepo(repository.fullName);
  const found = await orUndefined(octokit.rest.git.getRef({ ...at, ref: `tags/${tag}` }));
  if (found === undefined || found.data.ref !== `refs/tags/${tag}`) return undefined;
  const { object } = found.data;
  if (object.type === "commit") return object.sha;
  const annotated = await octokit.rest.git.getTag({ ...at, tag_sha: object.sha });
  return annotated.data.object.sha;
}
