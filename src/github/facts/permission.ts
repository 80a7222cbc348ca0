/** What a person may do in a repository, as GitHub says now. Calls: 1. */
import type { RepositoryRef } from "../../operations/ports.ts";
import type { Permission } from "../../policy/model.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { ownerAndRepo } from "../repository-name.ts";

export async function readPermission(github: GitHub, repository: RepositoryRef, login: string): Promise<Permission> {
  if (!/^[a-z\d](?:[a-z\d-]{0,38}|[a-z\d_-]{0,60})(?:\[bot\])?$/i.test(login)) return "none";
  const octokit = await github.installation(repository.installationId);
  const answer = await orUndefined(
    octokit.rest.repos.getCollaboratorPermissionLevel({ ...ownerAndRepo(repository.fullName), username: login }),
  );
  if (answer === undefined) return "none";
  const { role_name: role, permission, user } = answer.data;
  return permissionOf(role, permission, user?.permissions);
}

type Flags = { readonly [Flag in "admin" | "maintain" | "push" | "triage" | "pull"]?: boolean };

/**
 * `permission` knows only admin, write, read and none (maintain is told as write, triage as read); `role_name` knows all
 * five, but may also be an organisation's own role, whose rights are then in the user's flags.
 */
export function permissionOf(role: string | undefined, legacy: string, flags: Flags | undefined): Permission {
  switch (role) {
    case "admin":
    case "maintain":
    case "write":
    case "triage":
    case "read":
    case "none":
      return role;
  }
  if (flags?.admin) return "admin";
  if (flags?.maintain) return "maintain";
  if (flags?.push) return "write";
  if (flags?.triage) return "triage";
  if (flags?.pull) return "read";
  return legacy === "admin" || legacy === "write" || legacy === "read" ? legacy : "none";
}
