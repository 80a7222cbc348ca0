/** The stages of `deploy` and `verify`, and what may carry one out. Each deployer with keys of its own has a file. */
import * as z from "zod";
import { actionsEntry } from "./deployers/actions.ts";
import { checkEntry } from "./deployers/check.ts";
import { deploymentEntry } from "./deployers/deployment.ts";
import { gitlabEntry } from "./deployers/gitlab.ts";
import { pinEntry } from "./deployers/pin.ts";
import { command, listOf, name, secret, text, webAddress } from "./shape-parts.ts";

export const httpShape = {
  url: webAddress.describe("Where the stage is asked for by a POST, signed where `secret` is set."),
  secret: secret.optional().describe("The secret that signs the request, granted by the operator."),
};

export const deployerShape = {
  run: command.optional().describe("A command, run in a checkout of the revision."),
  confirm: command
    .optional()
    .describe(
      "A command that proves, after `run` succeeded, that it had its effect; the stage fails when this command does.",
    ),
  http: z.strictObject(httpShape, { error: "a url, and a secret if the request is signed" }).optional(),
  check: checkEntry.optional(),
  actions: actionsEntry.optional(),
  deployment: deploymentEntry.optional(),
  gitlab: gitlabEntry.optional(),
  pin: pinEntry.optional(),
};

/** Each names one deployer; `confirm` only stands beside `run`. */
export const deployerKeys = Object.keys(deployerShape).filter((key) => key !== "confirm");

const oneDeployer = `a command, or one deployer such as {http: …}: ${deployerKeys.join(", ")}`;

const deployer = z.strictObject(deployerShape, { error: oneDeployer });

const stage = z.record(
  text("a stage's name: letters, digits, - _ and .", name),
  z.union([command, deployer], { error: oneDeployer }),
  { error: "a stage, such as `build: make build`" },
);

export function stages(expected: string) {
  return z.union([command, listOf(stage, expected).min(1, { error: expected }), deployer], { error: expected });
}
