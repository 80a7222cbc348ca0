/** `owner/name` as the two parameters that GitHub's API takes. */

export type OwnerAndRepo = { readonly owner: string; readonly repo: string };

export function ownerAndRepo(fullName: string): OwnerAndRepo {
  const [owner, repo, ...more] = fullName.split("/");
  if (!owner || !repo || more.length > 0) throw new Error(`not a repository's full name: ${JSON.stringify(fullName)}`);
  return { owner, repo };
}

export function sameRepository(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
