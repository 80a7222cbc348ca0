/** What a pipeline on GitLab came to, told as an observation. Asks for the traces of failed jobs, and nothing else. */
import type { z } from "zod";
import { optional } from "../../optional.ts";
import type { Observation } from "../contract.ts";
import { lastBytes, plainLine, plainText } from "../run/plain-text.ts";
import type { GitLabCalls, GitLabPipeline, jobsShape } from "./api.ts";

type Jobs = z.output<typeof jobsShape>;

const ended = ["success", "failed", "canceled", "skipped"];
const tailBytes = 16 * 1024;
/** Jobs whose traces are shown. */
const mostShown = 3;

export function isActive(status: string): boolean {
  return !ended.includes(status);
}

/** Ids only grow. */
export function newestJob(jobs: Jobs): number {
  return Math.max(0, ...jobs.map(({ id }) => id));
}

function named(jobs: Jobs): string {
  return plainLine(jobs.map(({ name }) => name).join(", "), 200);
}

export function stillRuns({ id, status, web_url: logUrl }: GitLabPipeline, jobs: Jobs): Observation {
  const done = jobs.filter((job) => job.status === "success").length;
  const running = jobs.filter((job) => job.status === "running");
  const how = status === "manual" ? "waits for somebody to run a manual job" : `is ${plainLine(status, 40)}`;
  const at = running.length === 0 ? "" : `: ${named(running)}`;
  const message = `pipeline ${id} ${how}, ${done} of ${jobs.length} jobs done${at}`;
  return { state: "running", message, ...optional("logUrl", logUrl) };
}

export async function endedWith(
  calls: GitLabCalls,
  pipeline: GitLabPipeline,
  jobs: Jobs,
  late: boolean,
): Promise<Observation> {
  const { id, status, web_url: logUrl } = pipeline;
  const link = optional("logUrl", logUrl);
  switch (status) {
    case "success":
      return { state: "success", message: `pipeline ${id} succeeded`, proven: true, ...link };
    case "failed": {
      const failed = jobs.filter((job) => job.status === "failed" && job.allow_failure !== true);
      const message = failed.length === 0 ? `pipeline ${id} failed` : `pipeline ${id} failed: ${named(failed)}`;
      const outputTail = await tracesOf(calls, failed);
      return { state: "failure", message, proven: true, ...link, ...optional("outputTail", outputTail) };
    }
    case "canceled":
      return late
        ? { state: "error", message: `pipeline ${id} was stopped at its deadline`, proven: true, ...link }
        : { state: "cancelled", message: `pipeline ${id} was cancelled`, proven: true, ...link };
    default:
      return { state: "error", message: `GitLab skipped pipeline ${id}: none of its jobs ran`, proven: true, ...link };
  }
}

/** The names of failed jobs with the end of what each wrote; what cannot be read is left out. */
async function tracesOf(calls: GitLabCalls, failed: Jobs): Promise<string | undefined> {
  const shown = failed.slice(0, mostShown);
  const parts = await Promise.all(
    shown.map(async ({ id, name }) => {
      const trace = await calls.text(`/jobs/${id}/trace`);
      const text = trace.kind === "said" ? plainText(trace.what).replace(/^section_(?:start|end):\S*\n?/gmu, "") : "";
      return `${plainLine(name, 100)}:\n${lastBytes(text.trimEnd(), Math.floor(tailBytes / mostShown) - 120)}`;
    }),
  );
  return parts.length === 0 ? undefined : parts.join("\n\n");
}
