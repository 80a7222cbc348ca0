/** Schedules that asked for nothing → sentences. */
import type { ScheduleNote, ScheduleSkip } from "../operations/schedule-said.ts";
import { listInWords, timeInWords } from "./phrases.ts";

export function wordScheduleNote({ service, environment, before, why, next }: ScheduleNote): string {
  const again = next === undefined ? "" : ` It comes next at ${timeInWords(next)}.`;
  return `The schedule of ${service} ${environment} promoted nothing: ${reason(why, before)}.${again}`;
}

function reason(why: ScheduleSkip, before: string): string {
  switch (why.code) {
    case "frozen":
      return `${why.by} froze it until ${timeInWords(why.until)}`;
    case "nothing-new":
      return `it has all that is live in ${before}`;
    case "nothing-live":
      return `nothing is live in ${before}`;
    case "too-late":
      return `its time, ${timeInWords(why.at)}, passed while I was away`;
    case "stopped":
      return `stopped by ${listInWords(why.verdict.gates.filter(({ result }) => result === "block").map(({ gate }) => gate))}`;
    case "pushed-onto":
      return `somebody has pushed onto ${why.number === undefined ? "the pull request" : `pull request #${why.number}`}, which has to be merged or closed first`;
    case "no-branch":
      return `the branch ${why.branch} does not exist`;
  }
}
