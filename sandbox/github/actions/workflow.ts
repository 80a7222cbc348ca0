/**
 * Reads a workflow file as far as the sandbox runs one: jobs with `needs`, `if`, `env` and steps that `run` in bash or
 * use checkout and setup actions. What goes beyond is a problem that is said, never left out in silence.
 */
import { parse } from "yaml";
import { z } from "zod";

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const env = z.record(z.string(), scalar).default({});
const names = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const input = z
  .object({ required: z.boolean().default(false), default: scalar.optional() })
  .nullable()
  .transform((one) => one ?? { required: false });
const filter = z.object({ branches: names.optional(), tags: names.optional() }).nullable();
const events = z.object({
  workflow_dispatch: z.object({ inputs: z.record(z.string(), input).default({}) }).nullish(),
  push: filter.optional(),
  pull_request: filter.optional(),
  deployment: z.unknown().optional(),
});

const step = z.strictObject({
  name: z.string().optional(),
  id: z.string().optional(),
  if: scalar.optional(),
  uses: z.string().optional(),
  with: z.unknown().optional(),
  run: z.string().optional(),
  shell: z.literal("bash").optional(),
  env,
  "working-directory": z.string().optional(),
  "continue-on-error": z.boolean().default(false),
  "timeout-minutes": z.number().optional(),
});

const job = z.strictObject({
  name: z.string().optional(),
  "runs-on": z.unknown(),
  needs: names.default([]),
  if: scalar.optional(),
  env,
  permissions: z.unknown().optional(),
  "timeout-minutes": z.number().optional(),
  steps: z.array(step),
});

const workflow = z.strictObject({
  name: z.string().optional(),
  "run-name": z.string().optional(),
  on: z.union([z.string(), z.array(z.string()), events]),
  env,
  permissions: z.unknown().optional(),
  concurrency: z.unknown().optional(),
  jobs: z.record(z.string(), job),
});

export type Step = z.output<typeof step>;
export type Job = z.output<typeof job>;
export type Events = z.output<typeof events>;
export type Workflow = Omit<z.output<typeof workflow>, "on"> & { readonly on: Events };

export type ReadWorkflow = { readonly workflow: Workflow } | { readonly problem: string };

function eventsOf(on: z.output<typeof workflow>["on"]): Events {
  if (typeof on !== "string" && !Array.isArray(on)) return on;
  const listed = typeof on === "string" ? [on] : on;
  return events.parse(Object.fromEntries(listed.map((name) => [name, name === "workflow_dispatch" ? {} : null])));
}

export function readWorkflow(text: string): ReadWorkflow {
  let data: unknown;
  try {
    data = parse(text, { version: "1.2" });
  } catch (error) {
    return { problem: `Invalid workflow file: ${error instanceof Error ? error.message : "no YAML"}` };
  }
  const read = workflow.safeParse(data);
  if (!read.success) {
    const issue = read.error.issues[0];
    return {
      problem: `Invalid workflow file, or more than the sandbox runs: ${issue?.path.join(".")}: ${issue?.message}`,
    };
  }
  const unknown = Object.values(read.data.jobs)
    .flatMap(({ needs }) => needs)
    .find((name) => !Object.hasOwn(read.data.jobs, name));
  if (unknown !== undefined) return { problem: `Invalid workflow file: a job needs ${unknown}, which is not there` };
  return { workflow: { ...read.data, on: eventsOf(read.data.on) } };
}

/** As GitHub's filters read: `*` stays within a segment, `**` does not. */
export function fits(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => {
    const source = pattern
      .split(/(\*\*|\*)/u)
      .map((part) => (part === "**" ? ".*" : part === "*" ? "[^/]*" : part.replace(/[.+?^${}()|[\]\\]/gu, "\\$&")))
      .join("");
    return new RegExp(`^${source}$`, "u").test(name);
  });
}

/** Whether jobs need one another in a circle, in which none could begin. */
export function circular(workflow: Workflow): boolean {
  const done = new Set<string>();
  const keys = Object.keys(workflow.jobs);
  for (let found = true; found; ) {
    found = false;
    for (const key of keys) {
      if (done.has(key) || !(workflow.jobs[key]?.needs ?? []).every((one) => done.has(one))) continue;
      done.add(key);
      found = true;
    }
  }
  return done.size < keys.length;
}
