/**
 * Whether a branch requires a check, by its rulesets or by classic protection. Both are asked for where an App that reads
 * contents may ask: `/rules/branches/{branch}`, and the branch itself, since `/protection` is for administrators alone.
 * Calls: 1 when a ruleset requires it, else 2.
 */
import * as z from "zod";
import type { RepositoryRef } from "../../operations/ports.ts";
import type { GitHub } from "../client.ts";
import { orUndefined } from "../failures.ts";
import { ownerAndRepo } from "../repository-name.ts";

const rules = z.array(
  z.object({
    type: z.string(),
    parameters: z.object({ required_status_checks: z.array(z.object({ context: z.string() })).optional() }).optional(),
  }),
);

const branchShape = z.object({
  protected: z.boolean(),
  protection: z
    .object({
      required_status_checks: z
        .object({
          contexts: z.array(z.string()).optional(),
          checks: z.array(z.object({ context: z.string() })).optional(),
        })
        .optional(),
    })
    .optional(),
});

/** Undefined when GitHub would not tell: then nothing may be said against the branch. */
export async function readRequiresCheck(
  github: GitHub,
  repository: RepositoryRef,
  branch: string,
  check: string,
): Promise<boolean | undefined> {
  const octokit = await github.installation(repository.installationId);
  const at = { ...ownerAndRepo(repository.fullName), branch };
  const ruled = await orUndefined(octokit.rest.repos.getBranchRules({ ...at, per_page: 100 }), [403, 404]);
  const required = rules.safeParse(ruled?.data).data?.flatMap((rule) => rule.parameters?.required_status_checks ?? []);
  if (required?.some(({ context }) => context === check) === true) return true;
  const answer = await orUndefined(octokit.rest.repos.getBranch(at), [403, 404]);
  const found = branchShape.safeParse(answer?.data).data;
  if (found === undefined || required === undefined) return undefined;
  const classic = found.protection?.required_status_checks;
  const named = [...(classic?.contexts ?? []), ...(classic?.checks ?? []).map(({ context }) => context)];
  if (named.includes(check)) return true;
  // A protected branch whose protection is not shown may require it.
  return found.protected && found.protection === undefined ? undefined : false;
}
