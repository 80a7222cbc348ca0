/**
 * Which branch or tag a workflow is dispatched on. GitHub takes no commit there, and runs what the branch stands at in
 * that moment; so one is chosen that stands at the revision. Where none does (the branch has moved on), the revision can
 * only be told as an input, and the run is then of a newer workflow, which checks the revision out by itself.
 */

import type { ActionsDeployer } from "../../policy/deployers.ts";
import type { Sha } from "../../policy/model.ts";
import type { Attempt } from "../contract.ts";
import type { ActionsCalls } from "../github-calls.ts";

export type ChosenRef =
  | {
      readonly kind: "ref";
      readonly ref: string;
      readonly head: Sha;
      /** Whether the run itself has to be of the revision. */
      readonly exact: boolean;
    }
  | { readonly kind: "none"; readonly why: string };

/** Whether the workflow is told the revision, and may so run on another one. */
export function tellsRevision({ inputs }: ActionsDeployer): boolean {
  return Object.values(inputs).some((value) => value.includes("{sha}"));
}

/** Calls: 1 to 3. */
export async function chooseRef(
  actions: ActionsCalls,
  attempt: Attempt,
  definition: ActionsDeployer,
): Promise<ChosenRef> {
  const { repository, sha } = attempt;
  const wanted = definition.ref ?? attempt.ref ?? repository.defaultBranch;
  const head = await actions.headOf(repository, wanted);
  if (head === sha) return { kind: "ref", ref: wanted, head, exact: true };
  if (definition.ref === undefined) {
    const [branch] = await actions.branchesAt(repository, sha);
    if (branch !== undefined) return { kind: "ref", ref: branch, head: sha, exact: true };
  }
  if (head === undefined) return { kind: "none", why: `There is no branch or tag ${wanted}.` };
  if (tellsRevision(definition)) return { kind: "ref", ref: wanted, head, exact: false };
  const short = sha.slice(0, 7);
  return {
    kind: "none",
    why: `${wanted} stands at ${head.slice(0, 7)} and not at ${short}, and GitHub begins a workflow on a branch or tag only. Give the workflow an input with {sha} to let it check ${short} out by itself.`,
  };
}
