/** Who is who: groups to logins, Slack people to logins. Pure look-ups in the pipeline file in force. */
import { sameLogin } from "../policy/logins.ts";
import type { Pipeline } from "../policy/pipeline.ts";

/** Group names and logins to distinct logins, in the order in which they stand. */
export function resolvePeople(pipeline: Pipeline, names: readonly string[]): readonly string[] {
  return [...new Set(names.flatMap((name) => pipeline.groups[name] ?? [name]))];
}

/** The GitHub login of a Slack person, as the pipeline file's `people` says. */
export function loginOf(pipeline: Pipeline, slackUser: string): string | undefined {
  return Object.entries(pipeline.people).find(([, user]) => user === slackUser)?.[0];
}

/** The Slack person of a GitHub login; GitHub compares logins without regard to case. */
export function slackUserOf(pipeline: Pipeline, login: string): string | undefined {
  return Object.entries(pipeline.people).find(([candidate]) => sameLogin(candidate, login))?.[1];
}
