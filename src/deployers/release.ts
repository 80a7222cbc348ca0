/**
 * Waits until the release on GitHub stands that `release: before` asks for. The release itself is a surface, made once
 * and found again after a crash; to start here is to say that it is wanted, which may be said again.
 */
import { z } from "zod";
import type { StandingRelease } from "../operations/releases.ts";
import { byRelease } from "../operations/woken-by.ts";
import type { Attempt, Deployer } from "./contract.ts";

export type ReleaseDeployerOptions = {
  readonly clock: { now(): number };
  readonly releases: {
    want(deployment: number, installation: number): Promise<void>;
    standing(deployment: number): Promise<StandingRelease | undefined>;
  };
};

const handleShape = z.object({ deployment: z.number() });

const callTimeoutMs = 10_000;
/** News wakes at once; this is for what nobody tells of. */
const lookAgainMs = 30_000;

export function createReleaseDeployer({ clock, releases }: ReleaseDeployerOptions): Deployer {
  const started = ({ deployment }: Attempt) =>
    ({ kind: "started", handle: { deployment }, wokenBy: byRelease(deployment) }) as const;
  return {
    kind: "release",
    callTimeoutMs,
    callOutlivesMs: 0,
    async start(attempt) {
      await releases.want(attempt.deployment, attempt.repository.installationId);
      return started(attempt);
    },
    async observe(attempt, handle) {
      if (!handleShape.safeParse(handle).success) {
        return { state: "unknown", message: "its record cannot be read", proven: false };
      }
      const release = await releases.standing(attempt.deployment);
      if (release?.kind === "made") {
        return { state: "success", message: release.tag, logUrl: release.url, proven: true };
      }
      if (attempt.cancelAsked) return { state: "cancelled", proven: true };
      if (release?.kind === "refused") return { state: "failure", message: release.why, proven: true };
      if (clock.now() >= attempt.deadlineAt) {
        return { state: "error", message: "GitHub made no release before the deadline", proven: true };
      }
      return { state: "running", lookAgainMs };
    },
    /** What is observed next has ended; for a deployment that ended so, the surface makes no release any more. */
    async cancel() {},
    async find(attempt) {
      const release = await releases.standing(attempt.deployment);
      return release === undefined ? { kind: "impossible" } : started(attempt);
    },
  };
}
