/**
 * The list of things to try, and how each is known to have happened: from the state of both sides, the files that are
 * served, and what people did on the page. A thing once seen stays ticked. It never does anything itself.
 */
import type { SandboxRepositoryView } from "../contract.ts";
import type { SandboxMessage } from "../slack-contract.ts";
import type { WorldView } from "../world.ts";
import type { Act, BotState } from "./play.ts";

/** What a button fills in, and as whom. */
export type Fill =
  | { readonly kind: "text"; readonly as: string; readonly text: string }
  | {
      readonly kind: "pull-request";
      readonly as: string;
      readonly head: string;
      readonly title: string;
      readonly body: string;
    }
  | { readonly kind: "edit"; readonly as: string; readonly title: string; readonly body: string }
  | { readonly kind: "change"; readonly as: string; readonly name: string; readonly detail: string }
  | { readonly kind: "show"; readonly as?: string; readonly where: "slack" | "github" };

export type TripStep = {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly button: string;
  readonly fill: Fill;
};

export type Seen = {
  readonly repository: SandboxRepositoryView;
  readonly messages: readonly SandboxMessage[];
  readonly botUser: string;
  readonly world: WorldView;
  readonly acts: readonly Act[];
  readonly bot: BotState;
};

const readyCheck = "signalbox/ready";
const approving = /^(white_check_mark|heavy_check_mark|\+1|ship|shipit)(::|$)/;

export const tripSteps: readonly TripStep[] = [
  {
    id: "hold",
    title: "Open a pull request too early",
    detail: "Its title says WIP and it names no issue. Merging is held; one comment says what to do.",
    button: "Fill in",
    fill: { kind: "pull-request", as: "U0ALICE", head: "add-basket", title: "WIP: add the basket", body: "" },
  },
  {
    id: "ready",
    title: "Make it ready",
    detail: "Retitle it and write “close #1”. The check turns green and the same comment is edited.",
    button: "Fill in",
    fill: { kind: "edit", as: "U0ALICE", title: "Add the basket", body: "close #1" },
  },
  {
    id: "staging",
    title: "Merge it",
    detail: "Staging serves the merged revision, and issue 1 is closed.",
    button: "Show",
    fill: { kind: "show", as: "U0ALICE", where: "github" },
  },
  {
    id: "ask",
    title: "Ask for production",
    detail: "Alice asks; one message in the channel says what would ship and who may approve.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy production" },
  },
  {
    id: "own",
    title: "Approve it as Alice",
    detail: "React with ✅ to your own request. It does not count, and the thread says why.",
    button: "Show",
    fill: { kind: "show", as: "U0ALICE", where: "slack" },
  },
  {
    id: "approve",
    title: "Approve it as Rosa",
    detail: "The release manager’s ✅ counts, and production is deployed, once.",
    button: "Show",
    fill: { kind: "show", as: "U0ROSA", where: "slack" },
  },
  {
    id: "second",
    title: "Ship a second change",
    detail: "Commit it, open a pull request that closes #2, merge, deploy, approve: all the way to production.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "Delivery costs", detail: "Free from £30, otherwise £2" },
  },
  {
    id: "stopped",
    title: "Skip staging",
    detail: "Commit another change and ask for its branch in production. The answer names the gate.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy production gift-wrapping" },
  },
  {
    id: "rollback",
    title: "Roll production back",
    detail: "The earlier revision runs again; the bad one is in quarantine and a hold stands.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/rollback production delivery costs are wrong" },
  },
  {
    id: "promote",
    title: "Bring the bad one back",
    detail: "Promoting it again is stopped, and the answer says by what.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/promote production" },
  },
  {
    id: "fix",
    title: "Ship the fix",
    detail: "Take a fix through staging, ask for production, confirm that it contains the fix: the hold ends.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "Delivery costs", detail: "Free from £30, otherwise £3" },
  },
  {
    id: "lock",
    title: "Lock production",
    detail: "Rosa locks it with a reason; then Alice’s /deploy production is stopped and told why.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ROSA", text: "/deploy lock production we are counting the stock" },
  },
  {
    id: "kill",
    title: "Kill the bot mid-deployment",
    detail:
      "Deploy staging again, press “kill -9” while it runs, then start the bot again: it says what became of it, and nothing ran twice.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy staging" },
  },
];

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
    seen.acts.some((act) => act.kind === "react" && act.user === "U0ROSA" && approving.test(act.emoji)),
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
