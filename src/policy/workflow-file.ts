/** What a workflow file of GitHub Actions says of what may set it off. Pure; whatever it does not know it leaves alone. */
import { parse } from "yaml";

export type WorkflowFile = {
  /** The inputs of `workflow_dispatch`; undefined when it cannot be dispatched. */
  readonly inputs: ReadonlyMap<string, { readonly required: boolean }> | undefined;
  readonly listensToDeployments: boolean;
};

/** Larger files are not workflows. */
const longest = 500_000;

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** Undefined when the text is no workflow that could be read. */
export function readWorkflowFile(text: string): WorkflowFile | undefined {
  if (text.length > longest) return undefined;
  let data: unknown;
  try {
    data = parse(text, { maxAliasCount: 100, logLevel: "silent" });
  } catch {
    return undefined;
  }
  const top = new Map(entries(data));
  const on = top.get("on");
  const names = typeof on === "string" ? [on] : Array.isArray(on) ? on.map(String) : entries(on).map(([name]) => name);
  const dispatch = entries(on).find(([name]) => name === "workflow_dispatch")?.[1];
  const declared = entries(entries(dispatch).find(([name]) => name === "inputs")?.[1]);
  return {
    inputs: names.includes("workflow_dispatch")
      ? new Map(declared.map(([name, input]) => [name, { required: isRequired(input) }]))
      : undefined,
    listensToDeployments: names.includes("deployment"),
  };
}

/** With a default, GitHub takes a required input for given. */
function isRequired(input: unknown): boolean {
  const keys = new Map(entries(input));
  return keys.get("required") === true && !keys.has("default");
}

/** The input by which a run is known as an attempt's; a workflow that declares it is given the token. */
export const tokenInput = "signalbox";

/** What keeps the workflow from being dispatched with these inputs, as a phrase; undefined when nothing does. */
export function whyNotDispatched(file: WorkflowFile, given: readonly string[]): string | undefined {
  const { inputs } = file;
  if (inputs === undefined) return "it has no workflow_dispatch trigger";
  const strange = given.filter((name) => !inputs.has(name));
  if (strange.length > 0) return `it takes no input called ${strange.join(", ")}`;
  const missing = [...inputs].filter(
    ([name, { required }]) => required && !given.includes(name) && name !== tokenInput,
  );
  return missing.length === 0 ? undefined : `it requires the input ${missing.map(([name]) => name).join(", ")}`;
}
