/** Everything that the bot writes to GitHub, by the name of its surface, for the projection engine. */
import type { Surfaces } from "../projections/surface.ts";
import { createHolding } from "./holding.ts";
import { createBackMergeSurface } from "./surfaces/back-merge.ts";
import { createCheckSurface } from "./surfaces/check.ts";
import { createCommentSurface } from "./surfaces/comment.ts";
import { createDeploymentSurface } from "./surfaces/deployment.ts";
import { createEnvironmentCheckSurface } from "./surfaces/environment-check.ts";
import type { Ground } from "./surfaces/ground.ts";
import { createIssueClosedSurface } from "./surfaces/issue-closed.ts";
import { createMergeGroupCheckSurface } from "./surfaces/merge-group-check.ts";
import { createNewsSurface } from "./surfaces/news.ts";
import { createPromotionSurface } from "./surfaces/promotion.ts";
import { createProtectionSurface } from "./surfaces/protection.ts";
import { createReleaseSurface } from "./surfaces/release.ts";
import { createReplySurface } from "./surfaces/reply.ts";
import { createRevertSurface } from "./surfaces/revert.ts";
import { createVersionPullSurface } from "./surfaces/version-pull.ts";

export function createGitHubSurfaces(ground: Ground): Surfaces {
  const holding = createHolding(ground.context, ground.github);
  const surfaces = [
    createCheckSurface(ground),
    createMergeGroupCheckSurface(ground),
    { ...createCommentSurface(ground), heldUntil: holding.comments },
    createDeploymentSurface(ground),
    createEnvironmentCheckSurface(ground),
    { ...createIssueClosedSurface(ground), heldUntil: holding.comments },
    createReplySurface(ground),
    createRevertSurface(ground),
    createPromotionSurface(ground),
    createReleaseSurface(ground),
    createProtectionSurface(ground),
    createBackMergeSurface(ground),
    createVersionPullSurface(ground),
    { ...createNewsSurface(ground), heldUntil: holding.news },
  ];
  return new Map(surfaces.map((surface) => [surface.surface, surface]));
}
