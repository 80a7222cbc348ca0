/** `deployment: {}`: a GitHub Deployment that a worker of the team's own answers with statuses. */
import * as z from "zod";
import type { DeploymentDeployer } from "../../deployers.ts";
import { text } from "../shape-parts.ts";

export const deploymentShape = {
  environment: text("the name of an environment on GitHub", /^\S(?:.{0,253}\S)?$/u)
    .optional()
    .describe("The environment on GitHub. Default: the one that is deployed to."),
  payload: z
    .record(
      text("a name", /^(?!signalbox$)[A-Za-z_][A-Za-z0-9_-]{0,99}$/u),
      z.string({ error: "text: put quotes around it" }),
      {
        error: "names with their values, such as {region: eu}",
      },
    )
    .optional()
    .describe("What the worker is told in the Deployment's payload."),
};

export const deploymentEntry = z.strictObject(deploymentShape, { error: "{}, or an environment and a payload" });

export function readDeployment({ environment, payload }: z.infer<typeof deploymentEntry>): DeploymentDeployer {
  return { kind: "deployment", payload: payload ?? {}, ...(environment === undefined ? {} : { environment }) };
}
