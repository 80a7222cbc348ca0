/** The title and description of a pull request that promotes, in markdown. Pure. */

import type { ReleaseNotes } from "../policy/release-notes.ts";
import { shortSha } from "../wording/phrases.ts";
import { code, plainLine, prose } from "./markdown.ts";
import { releaseNotesText } from "./wording-release-notes.ts";

export type PromotionWords = {
  readonly service: string;
  readonly repository: string;
  readonly environment: string;
  readonly before: string;
  readonly sha: string;
  readonly snapshot: boolean;
  readonly branch: string;
  readonly requested_by: string | null;
  readonly notes: ReleaseNotes;
};

export function promotionTitle({ service, environment, before }: PromotionWords): string {
  return plainLine(`Promote ${service} from ${before} to ${environment}`);
}

export function promotionBody(promotion: PromotionWords): string {
  const { environment, before, sha, snapshot, branch, requested_by: by, notes, repository } = promotion;
  const asked = by === null ? "as its schedule asks" : `as ${prose(by)} asked`;
  const what = `This brings what is live in ${code(before)} (${code(shortSha(sha))}) to ${code(environment)}, ${asked}.`;
  const how = snapshot
    ? `Its branch was made at that revision, so what is merged meanwhile is not in it. Patches go onto this branch. The merge deploys ${code(environment)}.`
    : `It comes from ${code(branch)} itself, so what is pushed there meanwhile is in it too. The merge deploys ${code(environment)}.`;
  return [`${what} ${how}`, releaseNotesText(notes, repository)].join("\n\n");
}
