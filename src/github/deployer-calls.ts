/** `GitHubCalls` for the deployers, over the one client. Each file in `deployer-calls/` says what its calls are. */
import type { GitHubCalls } from "../deployers/github-calls.ts";
import type { GitHub } from "./client.ts";
import { createCheckCalls } from "./deployer-calls/checks.ts";
import { createPinCalls } from "./deployer-calls/pins.ts";

export function createGitHubCalls(github: GitHub): GitHubCalls {
  return { checks: createCheckCalls(github), pins: createPinCalls(github) };
}
