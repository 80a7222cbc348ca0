/**
 * How each thing to try is known to have happened: from the state of both sides, the files that are
 * served, and what people did on the page. A thing once seen stays ticked. It never does anything itself.
 */
import type { SandboxRepositoryView } from "../contract.ts";
import type { SandboxMessage } from "../slack-contract.ts";
import type { WorldView } from "../world.ts";
import type { Act, BotState } from "./play.ts";
import { tripSteps } from "./trip-steps.ts";

export type Seen = {
  readonly repository: SandboxRepositoryView;
  readonly messages: readonly SandboxMessage[];
  readonly botUser: string;
  readonly world: WorldView;
  /** Whose modal is open, and for whom the bot published an App Home. */
  readonly modals: readonly string[];
  readonly homes: readonly string[];
  /** Somebody proved to the bot who they are on GitHub. */
  readonly provedLogin: boolean;
  readonly acts: readonly Act[];
  readonly bot: BotState;
};

const readyCheck = "signalbox/ready";
const approving = /^(white_check_mark|heavy_check_mark|\+1|ship|shipit)(::|$)/;

const time = (message: SandboxMessage) => Number(message.ts) * 1000;

function commands(seen: Seen, pattern: RegExp): readonly Extract<Act, { kind: "command" }>[] {
  return seen.acts.filter((act) => act.kind === "command").filter((act) => pattern.test(act.text.trim()));
}

/** Something that the bot told this person alone, or the channel, after a moment. */
function answeredAfter(seen: Seen, user: string, at: number): boolean {
  return seen.messages.some(
    (one) =>
      one.user === seen.botUser &&
      time(one) >= at &&
      (one.ephemeralFor === undefined ? one.threadTs === undefined : one.ephemeralFor === user),
  );
}

/** The revisions that an environment's deployments finished with, in order. */
function served(seen: Seen, environment: string): readonly string[] {
  return seen.world.runs.filter((run) => run.environment === environment && run.what === "done").map((run) => run.sha);
}

const serving = (seen: Seen, environment: string) =>
  seen.world.environments.find((one) => one.name === environment)?.serving?.sha;

const readiness = (checks: SandboxRepositoryView["pullRequests"][number]["checkRuns"]) =>
  checks.filter((check) => check.name === readyCheck).at(-1);

const tests: Readonly<Record<string, (seen: Seen, done: ReadonlySet<string>) => boolean>> = {
  hold: (seen) =>
    seen.repository.pullRequests.some((one) => {
      const check = readiness(one.checkRuns);
      return one.state === "open" && check !== undefined && check.conclusion !== "success" && one.comments.length > 0;
    }),
  ready: (seen, done) =>
    done.has("hold") &&
    seen.repository.pullRequests.some(
      (one) => readiness(one.checkRuns)?.conclusion === "success" && one.comments.some((comment) => comment.edits > 0),
    ),
  staging: (seen) => {
    const live = serving(seen, "staging");
    const merged = seen.repository.pullRequests.some((one) => one.merged && one.mergeSha === live);
    return merged && seen.repository.issues.some((one) => one.number === 1 && one.state === "closed");
  },
  ask: (seen) =>
    commands(seen, /^\/(deploy|promote) production$/).some((act) =>
      seen.messages.some(
        (one) => one.user === seen.botUser && !one.threadTs && one.ephemeralFor === undefined && time(one) >= act.at,
      ),
    ),
  own: (seen) =>
    seen.acts.some((act) => {
      if (act.kind !== "react" || !approving.test(act.emoji)) return false;
      const asked = commands(seen, /^\/(deploy|promote) production/).filter((one) => one.at <= act.at);
      if (asked.at(-1)?.user !== act.user) return false;
      return seen.messages.some((one) => one.user === seen.botUser && one.threadTs === act.ts && time(one) >= act.at);
    }),
  approve: (seen) =>
    served(seen, "production").length > 0 &&
    seen.acts.some((act) => {
      if (act.kind !== "react" && act.kind !== "click") return false;
      return act.user === "U0ROSA" && (act.kind === "react" ? approving.test(act.emoji) : act.actionId === "approve");
    }),
  second: (seen) => new Set(served(seen, "production")).size >= 2,
  stopped: (seen) =>
    commands(seen, /^\/deploy production \S+$/).some((act) => {
      const name = act.text.trim().split(/\s+/)[2] ?? "";
      const sha = seen.repository.branches.find((branch) => branch.name === name)?.sha ?? name;
      return !served(seen, "staging").includes(sha) && answeredAfter(seen, act.user, act.at);
    }),
  rollback: (seen) => {
    const shas = served(seen, "production");
    const last = shas.at(-1);
    const before = shas.slice(0, -1);
    return (
      commands(seen, /^\/rollback production/).length > 0 &&
      last !== undefined &&
      before.includes(last) &&
      before.at(-1) !== last
    );
  },
  promote: (seen, done) => {
    const back = commands(seen, /^\/rollback production/).at(-1);
    if (!done.has("rollback") || !back) return false;
    return commands(seen, /^\/(promote|deploy) production/).some(
      (act) => act.at > back.at && answeredAfter(seen, act.user, act.at),
    );
  },
  fix: (seen, done) => {
    const shas = served(seen, "production");
    const last = shas.at(-1);
    return done.has("rollback") && last !== undefined && !shas.slice(0, -1).includes(last);
  },
  home: (seen) => seen.acts.some((act) => act.kind === "home" && seen.homes.includes(act.user)),
  form: (seen) => commands(seen, /^\/deploy$/).some((act) => seen.modals.includes(act.user)),
  freeze: (seen) =>
    commands(seen, /^\/deploy freeze (production|all) until \S/).some((frozen) =>
      commands(seen, /^\/(deploy|promote) production/).some(
        (act) => act.at > frozen.at && answeredAfter(seen, act.user, act.at),
      ),
    ),
  hotfix: (seen) =>
    commands(seen, /^\/deploy production \S+ hotfix \S/).some((act) => {
      const name = act.text.trim().split(/\s+/)[2] ?? "";
      const sha = seen.repository.branches.find((branch) => branch.name === name)?.sha ?? name;
      return served(seen, "production").some((one) => one.startsWith(sha));
    }),
  broken: (seen) =>
    seen.repository.deployments.some(
      (one) => one.environment === "staging" && one.statuses.some(({ state }) => state === "failure"),
    ),
  link: (seen) => seen.provedLogin,
  lock: (seen) =>
    commands(seen, /^\/deploy lock production \S/).some((held) =>
      commands(seen, /^\/(deploy|promote) production/).some(
        (act) => act.at > held.at && act.user !== held.user && answeredAfter(seen, act.user, act.at),
      ),
    ),
  kill: (seen) =>
    seen.bot === "running" &&
    seen.acts.some((act) => {
      if (act.kind !== "kill" || act.running.length === 0) return false;
      return act.running.every((id) => {
        const state = seen.repository.deployments.find((one) => one.id === id)?.statuses.at(-1)?.state ?? "";
        return ["success", "failure", "error", "inactive"].includes(state);
      });
    }),
};

/** Deployments on GitHub that have begun and not ended, with their ids. */
export function runningDeployments(repository: SandboxRepositoryView): readonly number[] {
  return repository.deployments.filter((one) => one.statuses.at(-1)?.state === "in_progress").map((one) => one.id);
}

export type Trip = { observe(seen: Seen): ReadonlySet<string> };

export function createTrip(): Trip {
  const done = new Set<string>();
  return {
    observe(seen) {
      for (const step of tripSteps) {
        if (!done.has(step.id) && tests[step.id]?.(seen, done)) done.add(step.id);
      }
      return done;
    },
  };
}
