/**
 * GitLab's REST API, as far as pipelines need it. Source: docs.gitlab.com, “Pipelines API” and “Jobs API”. Everything it
 * answers is parsed; what has another shape is no answer.
 */
import { z } from "zod";
import type { Context } from "../../context.ts";
import { ask } from "../outbound.ts";

const timeoutMs = 12_000;
/** A page of a hundred jobs, or the trace of one. */
const answerBytes = 4 * 1024 * 1024;

const link = z
  .string()
  .max(2_000)
  .optional()
  .transform((text) => (text !== undefined && /^https?:\/\//u.test(text) ? text : undefined));

export const pipelineShape = z.object({ id: z.number().int(), status: z.string().max(100), web_url: link });
export type GitLabPipeline = z.output<typeof pipelineShape>;

export const jobsShape = z.array(
  z.object({
    id: z.number().int(),
    name: z.string(),
    status: z.string(),
    allow_failure: z.boolean().optional(),
    web_url: link,
  }),
);
export const projectShape = z.object({ default_branch: z.string().min(1) });
export const pipelinesShape = z.array(z.object({ id: z.number().int() }));
export const variablesShape = z.array(z.object({ key: z.string(), value: z.string() }));
const errorShape = z.object({ message: z.unknown().optional(), error: z.unknown().optional() });

export type Said<T> =
  | { readonly kind: "said"; readonly what: T }
  /** It answered no: the request changed nothing. */
  | { readonly kind: "refused"; readonly status: number; readonly message: string }
  /** It was never asked. */
  | { readonly kind: "not-asked"; readonly message: string }
  /** Whatever was asked for may have been done. */
  | { readonly kind: "silent"; readonly message: string };

export type GitLabCalls = {
  get<T extends z.ZodType>(path: string, shape: T): Promise<Said<z.output<T>>>;
  post<T extends z.ZodType>(path: string, shape: T, body?: object): Promise<Said<z.output<T>>>;
  /** A text as it is. */
  text(path: string): Promise<Said<string>>;
};

type Target = { readonly url: string; readonly project: string; readonly token: string };

export function gitlabCalls(context: Context, outbound: readonly string[], target: Target): GitLabCalls {
  const root = `${target.url}/api/v4/projects/${encodeURIComponent(target.project)}`;
  const { host } = new URL(target.url);

  async function call(method: "GET" | "POST", path: string, body?: object): Promise<Said<string>> {
    const answer = await ask(context, outbound, {
      method,
      url: `${root}${path}`,
      headers: {
        "PRIVATE-TOKEN": target.token,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs,
      answerBytes,
    });
    if (answer.kind === "not-sent") return { kind: "not-asked", message: answer.message };
    if (answer.kind === "no-answer") return { kind: "silent", message: answer.message };
    const { status } = answer;
    if (status >= 200 && status < 300) return { kind: "said", what: answer.body };
    const message = `${host} answered ${status}${reasonIn(answer.body)}`;
    return status >= 500 ? { kind: "silent", message } : { kind: "refused", status, message };
  }

  function parsed<T extends z.ZodType>(answer: Said<string>, shape: T): Said<z.output<T>> {
    if (answer.kind !== "said") return answer;
    const read = readJson(answer.what, shape);
    return read === undefined
      ? { kind: "silent", message: `${host} answered with what is no answer of a GitLab` }
      : { kind: "said", what: read.value };
  }

  return {
    get: async (path, shape) => parsed(await call("GET", path), shape),
    post: async (path, shape, body) => parsed(await call("POST", path, body), shape),
    text: async (path) => await call("GET", path),
  };
}

function readJson<T extends z.ZodType>(text: string, shape: T): { readonly value: z.output<T> } | undefined {
  try {
    const read = shape.safeParse(JSON.parse(text));
    return read.success ? { value: read.data } : undefined;
  } catch {
    return undefined;
  }
}

/** What GitLab says of a refusal, in one of its shapes; nothing when it says nothing. */
function reasonIn(body: string): string {
  const read = readJson(body, errorShape)?.value;
  const said = read?.message ?? read?.error;
  if (said === undefined) return "";
  return `: ${(typeof said === "string" ? said : JSON.stringify(said)).slice(0, 300)}`;
}
