/** A repository's row as what operations and GitHub's adapters name it by. Pure. */
import type { RepositoryRef } from "./ports.ts";

export type RepositoryColumns = {
  readonly id: number;
  readonly full_name: string;
  readonly installation_id: number;
  readonly default_branch: string;
};

export function refOf(row: RepositoryColumns): RepositoryRef {
  const { id, full_name: fullName, installation_id: installationId, default_branch: defaultBranch } = row;
  return { id, fullName, installationId, defaultBranch };
}
