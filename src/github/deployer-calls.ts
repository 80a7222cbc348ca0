/** `GitHubCalls` for the deployers, over the one client. Each file in `deployer-calls/` says what its calls are. */
import type { GitHubCalls } from "../deployers/github-calls.ts";
import type { GitHub } from "./client.ts";
import { createActionsCalls } from "./deployer-calls/actions.ts";
import { createCheckCalls } from "./deployer-calls/checks.ts";
import { createDeploymentCalls } from "./deployer-calls/deployments.ts";
import { createPinCalls } from "./deployer-calls/pins.ts";
import { createFileReader } from "./facts/file.ts";

export function createGitHubCalls(github: GitHub): GitHubCalls {
  return {
    checks: createCheckCalls(github),
    pins: createPinCalls(github),
    actions: createActionsCalls(github, createFileReader(github)),
    deployments: createDeploymentCalls(github),
  };
}
