/** Keys of an environment that say how changes come to its branch, and when. */
import * as z from "zod";
import { flag } from "./shape-parts.ts";

export const branchShape = {
  snapshot: flag
    .optional()
    .describe(
      "Where the environment has a branch and one before it, promoting opens a pull request: from a branch made at what is live in the environment before (true), or from that environment's own branch (false). Default: true.",
    ),
  release: z
    .enum(["before", "after", "off"], { error: "before, after or off" })
    .optional()
    .describe(
      "A release on GitHub, with notes of what changed: before it deploys, as the first stage, or after, once it is live. Default: off.",
    ),
};
