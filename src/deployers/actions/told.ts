/** What GitHub says of a run, as people are told it. Pure. */
import type { Observation } from "../contract.ts";
import type { WorkflowJob, WorkflowRun } from "../github-calls.ts";
import { lastBytes, plainLine } from "../run/plain-text.ts";

const longestTail = 16 * 1024;

function line({ name, status, conclusion, failedSteps, url }: WorkflowJob): string {
  const at = failedSteps.length === 0 ? "" : ` at ${failedSteps.join(", ")}`;
  const link = url === undefined ? "" : ` ${url}`;
  return `${plainLine(`${name}: ${conclusion ?? status}${at}`, 300)}${link}`;
}

/** The jobs, one in a line; the log itself stays on GitHub. */
export function jobsTold(jobs: readonly WorkflowJob[]): {
  readonly outputTail?: string;
  readonly outputBytes?: number;
} {
  if (jobs.length === 0) return {};
  const text = `${jobs.map(line).join("\n")}\n`;
  return { outputTail: lastBytes(text, longestTail), outputBytes: Buffer.byteLength(text) };
}

export function progress(jobs: readonly WorkflowJob[], status: string): string {
  if (jobs.length === 0) return `the run is ${plainLine(status, 40)}`;
  const done = jobs.filter((job) => job.status === "completed").length;
  const now = jobs.filter((job) => job.status === "in_progress").map((job) => job.name);
  const running = now.length === 0 ? "" : `; ${now.join(", ")} ${now.length === 1 ? "runs" : "run"}`;
  return plainLine(`${done} of ${jobs.length} jobs done${running}`, 300);
}

function failedIn(jobs: readonly WorkflowJob[]): string {
  const failed = jobs.filter(({ conclusion }) => conclusion === "failure");
  const named = failed.map(({ name, failedSteps: [step] }) => (step === undefined ? name : `${name} at “${step}”`));
  return named.length === 0 ? "" : `: ${named.join(", ")}`;
}

/** How a run that has ended ended; https://docs.github.com/rest/checks/runs names the conclusions. */
export function ended(run: WorkflowRun, jobs: readonly WorkflowJob[]): Pick<Observation, "state" | "message"> {
  switch (run.conclusion) {
    case "success":
    case "neutral":
      return { state: "success", message: `the run ended with ${run.conclusion}` };
    case "failure":
      return { state: "failure", message: plainLine(`the run failed${failedIn(jobs)}`, 500) };
    case "cancelled":
      return { state: "cancelled", message: "the run was cancelled" };
    case "skipped":
      return { state: "failure", message: "the run was skipped: none of its jobs ran" };
    case "timed_out":
      return { state: "error", message: "the run took longer than GitHub lets it" };
    case "startup_failure":
      return { state: "error", message: "GitHub could not begin the run: its workflow file has a mistake" };
    default:
      return { state: "error", message: plainLine(`the run ended with ${run.conclusion ?? "no conclusion"}`, 200) };
  }
}
