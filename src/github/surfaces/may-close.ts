/**
 * Whether a person may close issues in a repository, asked before the bot acts there on the strength of a description
 * that was written somewhere else.
 */

import { type RepositoryColumns, refOf } from "../../operations/repository-ref.ts";
import { readPermission } from "../facts/permission.ts";
import type { Ground } from "./ground.ts";

const mayClose = ["triage", "write", "maintain", "admin"];

export async function mayCloseIn(
  ground: Ground,
  repository: RepositoryColumns | undefined,
  login: string,
): Promise<boolean> {
  if (repository === undefined) return false;
  const permission = await readPermission(ground.github, refOf(repository), login);
  return mayClose.includes(permission);
}
