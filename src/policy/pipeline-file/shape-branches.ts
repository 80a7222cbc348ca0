/** Keys of an environment that say how changes come to its branch, and when. */
import { flag } from "./shape-parts.ts";

export const branchShape = {
  snapshot: flag
    .optional()
    .describe(
      "Where the environment has a branch and one before it, promoting opens a pull request: from a branch made at what is live in the environment before (true), or from that environment's own branch (false). Default: true.",
    ),
};
