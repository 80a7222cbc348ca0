/** `actions: deploy.yml`, or `actions: {workflow, inputs, ref}`: a workflow of GitHub Actions in the repository itself. */
import * as z from "zod";
import type { ActionsDeployer } from "../../deployers.ts";
import { entriesOf, valueAt } from "../found.ts";
import type { Path } from "../places.ts";
import type { Finding } from "../shape-mistakes.ts";
import { text } from "../shape-parts.ts";
import { templateMistakes } from "../template-rules.ts";

const workflow = text("the name of a file under .github/workflows, such as deploy.yml", /^[^\s/\\][^/\\]*\.ya?ml$/u);

export const actionsShape = {
  workflow: workflow.describe("The workflow's file under .github/workflows."),
  inputs: z
    .record(
      text("the name of an input", /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/u),
      z.string({ error: "text: put quotes around it" }),
      { error: "inputs with their values, such as {environment: staging}" },
    )
    .optional()
    .describe("What the workflow is given; {sha}, {version}, {environment} and others are filled in."),
  ref: text("the name of a branch or tag", /^[^\s~^:?*[\\]+$/u)
    .optional()
    .describe("The branch or tag whose workflow runs. Default: one that stands at the revision."),
};

const oneOf = "a workflow's file such as deploy.yml, or {workflow: deploy.yml, inputs: {…}}";

export const actionsEntry = z.union([workflow, z.strictObject(actionsShape, { error: oneOf })], { error: oneOf });

export function readActions(entry: z.infer<typeof actionsEntry>): ActionsDeployer {
  if (typeof entry === "string") return { kind: "actions", workflow: entry, inputs: {} };
  const { workflow: file, inputs, ref } = entry;
  return { kind: "actions", workflow: file, inputs: inputs ?? {}, ...(ref === undefined ? {} : { ref }) };
}

/** What an input's value may name. */
export const inputPlaces = [
  "sha",
  "short_sha",
  "version",
  "ref",
  "service",
  "environment",
  "kind",
  "deployment",
  "previous_sha",
  "previous_version",
  "requested_by",
] as const;

export function actionsMistakes(path: Path, value: Readonly<Record<string, unknown>>): readonly Finding[] {
  const at: Path = [...path, "actions", "inputs"];
  return entriesOf(valueAt(value, ["actions", "inputs"])).flatMap(([name, input]) =>
    templateMistakes([...at, name], input, inputPlaces),
  );
}
