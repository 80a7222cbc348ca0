/** Questions that a thing to try asks of what can be seen. */
import type { SandboxRepositoryView } from "./contract.ts";
import type { Act } from "./page/play.ts";
import type { Seen } from "./scene.ts";
import type { SandboxMessage } from "./slack-contract.ts";

const readyCheck = "signalbox/ready";
const approvingEmoji = /^(white_check_mark|heavy_check_mark|\+1|ship|shipit)(::|$)/;

/** What was typed, and what was said. */
type Spoken = Pick<Seen, "acts" | "messages" | "botUser">;

const timeOf = (message: SandboxMessage) => Number(message.ts) * 1000;

/** Commands that were typed on the page, oldest first. */
export function commands(seen: Pick<Seen, "acts">, pattern: RegExp): readonly Extract<Act, { kind: "command" }>[] {
  return seen.acts.filter((act) => act.kind === "command").filter((act) => pattern.test(act.text.trim()));
}

/** Something (that says this) which the bot told this person alone, or the channel, after a moment. */
export function answeredAfter(seen: Omit<Spoken, "acts">, user: string, at: number, saying = /(?:)/u): boolean {
  return seen.messages.some(
    (one) =>
      one.user === seen.botUser &&
      timeOf(one) >= at &&
      saying.test(one.text) &&
      (one.ephemeralFor === undefined ? one.threadTs === undefined : one.ephemeralFor === user),
  );
}

/** A message of the bot in a channel, for all to read, after a moment. */
export function postedAfter(seen: Seen, at: number): boolean {
  return seen.messages.some(
    (one) => one.user === seen.botUser && !one.threadTs && one.ephemeralFor === undefined && timeOf(one) >= at,
  );
}

/** A message of the bot in the thread of this one, after a moment. */
export function repliedAfter(seen: Seen, ts: string, at: number): boolean {
  return seen.messages.some((one) => one.user === seen.botUser && one.threadTs === ts && timeOf(one) >= at);
}

/** Whether a command that holds production was taken on, and a later one for production was stopped by that. */
export function heldProduction(
  seen: Spoken,
  hold: { readonly typed: RegExp; readonly answered: RegExp; readonly gate: "freeze" | "lock" },
): boolean {
  const stopped = new RegExp(`^Stopped: [^]*Blocks: ${hold.gate}\\b`, "u");
  return commands(seen, hold.typed).some(
    (held) =>
      answeredAfter(seen, held.user, held.at, hold.answered) &&
      commands(seen, /^\/(deploy|promote) production/).some(
        (act) => act.at > held.at && answeredAfter(seen, act.user, act.at, stopped),
      ),
  );
}

/** Whether a command like this was typed, and answered to whoever typed it. */
export function wasAnswered(seen: Seen, pattern: RegExp): boolean {
  return commands(seen, pattern).some((act) => answeredAfter(seen, act.user, act.at));
}

/** The revisions with which the deployments of a place ended, in order. */
export function served(seen: Seen, place: string): readonly string[] {
  return seen.world.runs.filter((run) => run.environment === place && run.what === "done").map((run) => run.sha);
}

/** The revision that a place serves now. */
export function serving(seen: Seen, place: string): string | undefined {
  return seen.world.environments.find((one) => one.name === place)?.serving?.sha;
}

/** The newest run of `signalbox/ready`. */
export function readiness(checks: SandboxRepositoryView["pullRequests"][number]["checkRuns"]) {
  return checks.findLast((check) => check.name === readyCheck);
}

export function isApproving(act: Act): act is Extract<Act, { kind: "react" }> {
  return act.kind === "react" && approvingEmoji.test(act.emoji);
}

/** Somebody of this name said yes, by reaction or button. */
export function approved(seen: Seen, user: string): boolean {
  return seen.acts.some(
    (act) => (isApproving(act) || (act.kind === "click" && act.actionId === "approve")) && act.user === user,
  );
}

/** Whether the newest revision that a place serves was served there before, with another in between. */
export function wentBack(seen: Seen, place: string): boolean {
  const shas = served(seen, place);
  const last = shas.at(-1);
  const before = shas.slice(0, -1);
  return last !== undefined && before.includes(last) && before.at(-1) !== last;
}

/** A deployment to this environment that ended as one of these. */
export function ended(repository: SandboxRepositoryView, environment: string, ...states: readonly string[]): boolean {
  return repository.deployments.some(
    (one) => one.environment === environment && one.statuses.some(({ state }) => states.includes(state)),
  );
}
