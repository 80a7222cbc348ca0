/** `gitlab: {project, token, …}`: a pipeline of a GitLab project that carries the stage out. */
import * as z from "zod";
import type { GitLabDeployer } from "../../deployers.ts";
import { secret, text, webAddress } from "../shape-parts.ts";

const variableName = text(
  "the name of a variable: letters, digits and _, not beginning with SIGNALBOX_",
  /^(?!SIGNALBOX_)[A-Za-z_][A-Za-z0-9_]{0,99}$/u,
);

export const gitlabShape = {
  project: text("a project's path such as acme/deploy, or its number", /^(?:\d+|[^\s/]+(?:\/[^\s/]+)+)$/u).describe(
    "The project, as group/name or by its number.",
  ),
  ref: text("the name of a branch or tag", /^[^\s~^:?*[\\]+$/u)
    .optional()
    .describe("The branch or tag of that project whose pipeline runs. Default: its default branch."),
  url: webAddress.optional().describe("The address of GitLab. Default: https://gitlab.com."),
  token: secret.describe("The secret that holds an access token with the scope `api`, granted by the operator."),
  variables: z
    .record(variableName, z.string({ error: "text: put quotes around it" }), {
      error: "names with their values, such as {TARGET: eu}",
    })
    .optional()
    .describe("Variables for the pipeline, besides SIGNALBOX_SHA and the like."),
};

export const gitlabEntry = z.strictObject(gitlabShape, { error: "a project and a token: {project: …, token: …}" });

export function readGitLab(entry: z.infer<typeof gitlabEntry>): GitLabDeployer {
  const { project, ref, url, token, variables } = entry;
  return {
    ...{ kind: "gitlab", project, url: (url ?? "https://gitlab.com").replace(/\/+$/u, ""), token },
    ...(ref === undefined ? {} : { ref }),
    variables: variables ?? {},
  };
}
