/** Finds the commit that a caller names: a branch, a tag, a full or abbreviated SHA, in GitHub's order. */
import type { Commit } from "../git/objects.ts";
import type { Repository } from "../hub/state.ts";

export async function findCommit(repository: Repository, name: string): Promise<Commit | undefined> {
  const { git } = repository;
  const names = [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`, name];
  const ref = names.map((one) => git.refs.get(one)).find((sha) => sha !== undefined);
  if (ref === undefined && name === "HEAD") return findCommit(repository, repository.defaultBranch);
  if (ref === undefined && !/^[0-9a-f]{4,40}$/i.test(name)) return undefined;
  // A tag may be an object of its own; git looks through it to the commit.
  const object = await git.object(`${ref ?? name.toLowerCase()}^{commit}`);
  return object === undefined ? undefined : git.commit(object.sha);
}
