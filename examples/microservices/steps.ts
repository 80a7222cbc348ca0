/** The things to try with the services. */
import type { Seen, Step } from "../../sandbox/scene.ts";
import { readiness, wentBack } from "../../sandbox/seen.ts";

const core = "acme/core";
const events = "acme/events";

const repositoryOf = (seen: Seen, repository: string) =>
  seen.repositories.find(({ fullName }) => fullName === repository);

const pulls = (seen: Seen, repository: string) => repositoryOf(seen, repository)?.pullRequests ?? [];

/** How many revisions were live in an environment: tested there as well, so that what is promoted next is the newest. */
function live(seen: Seen, repository: string, environment: string): number {
  const succeeded = (repositoryOf(seen, repository)?.deployments ?? []).filter(
    (one) => one.environment === environment && one.statuses.some(({ state }) => state === "success"),
  );
  return new Set(succeeded.map(({ sha }) => sha)).size;
}

export const steps: readonly Step[] = [
  {
    id: "same-version",
    title: "Change core, and forget its version",
    detail: "Open the pull request. The comment says that the version in package.json must be raised; merging is held.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "Members can sign up", detail: "With an address of their own." },
    happened: (seen) =>
      pulls(seen, core).some(
        (one) => one.state === "open" && readiness(one.checkRuns)?.conclusion !== "success" && one.comments.length > 0,
      ),
  },
  {
    id: "raise",
    title: "Raise the version",
    detail: "The number in brackets is written into package.json, on the same branch. The check turns green.",
    button: "Fill in",
    fill: {
      kind: "change",
      as: "U0ALICE",
      branch: "members-can-sign-up",
      name: "Members can sign up (1.1.0)",
      detail: "With an address of their own.",
      opens: false,
    },
    happened: (seen, done) => done.has("same-version") && pulls(seen, core).some((one) => one.mergeable || one.merged),
  },
  {
    id: "staging",
    title: "Merge it, and see staging take it up",
    detail: "The image is built, staging/compose.yml of acme/infra names 1.1.0, and the host there brings it up.",
    button: "Show",
    fill: { kind: "show", as: "U0ALICE", where: "github" },
    happened: (seen) => live(seen, core, "staging") >= 1,
  },
  {
    id: "production",
    title: "Deploy it to production the same way",
    detail: "Tried on staging, the same image goes on: only production/compose.yml changes.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/promote production of core" },
    happened: (seen) => live(seen, core, "production") >= 1,
  },
  {
    id: "staging-fix",
    title: "Something is wrong on staging",
    detail: "A hotfix is a branch from master like any other, with a version of its own. Merge it.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "Sign-up asks twice (1.1.1)", detail: "So that nobody mistypes it." },
    happened: (seen) => live(seen, core, "staging") >= 2,
  },
  {
    id: "production-again",
    title: "Take that to production too",
    detail: "The pin moves to 1.1.1.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/promote production of core" },
    happened: (seen) => live(seen, core, "production") >= 2,
  },
  {
    id: "back",
    title: "Something is wrong on production",
    detail: "First roll back: the pin of before stands in the compose file again, and core is held there.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/rollback production of core letters come twice" },
    happened: (seen) => wentBack(seen, "core/production"),
  },
  {
    id: "events",
    title: "Ship events meanwhile",
    detail: "Merge this. What holds core holds no other service.",
    button: "Fill in",
    fill: {
      kind: "change",
      as: "U0ROSA",
      repository: events,
      name: "Events can be searched (1.1.0)",
      detail: "By their name.",
    },
    happened: (seen) => live(seen, events, "staging") >= 1,
  },
  {
    id: "events-production",
    title: "And take it to production",
    detail: "Events goes its own way, while core waits for its fix.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ROSA", text: "/promote production of events" },
    happened: (seen) => live(seen, events, "production") >= 1,
  },
  {
    id: "fix",
    title: "Mend core the usual way",
    detail: "A branch from master, a version, a merge: staging has the fix.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "Letters come once (1.1.2)", detail: "However often one signs up." },
    happened: (seen) => live(seen, core, "staging") >= 3,
  },
  {
    id: "newest",
    title: "Bring the fix to production",
    detail: "Press “Confirm that it contains the fix”. The pin goes to the newest version by itself.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/promote production of core" },
    happened: (seen) => live(seen, core, "production") >= 3,
  },
];
