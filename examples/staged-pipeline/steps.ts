/** The things to try with the journal. */
import type { Step } from "../../sandbox/scene.ts";
import { answeredAfter, approved, commands, ended, readiness, served, wentBack } from "../../sandbox/seen.ts";

export const steps: readonly Step[] = [
  {
    id: "push",
    title: "Push to a branch of your own",
    detail: "Commit a change and open no pull request. Nothing is deployed.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "The second day", detail: "It rained, and nobody came." },
    happened: (seen) =>
      seen.repository.branches.length > 1 && seen.repository.deployments.every((one) => one.environment !== "staging"),
  },
  {
    id: "wip",
    title: "Open it as work in progress",
    detail: "With “WIP:” in the title merging is held, and one comment says what to mend.",
    button: "Fill in",
    fill: { kind: "pull-request", as: "U0ALICE", head: "the-second-day", title: "WIP: the second day", body: "" },
    happened: (seen) =>
      seen.repository.pullRequests.some(
        (one) => one.state === "open" && readiness(one.checkRuns)?.status === "in_progress" && one.comments.length > 0,
      ),
  },
  {
    id: "ready",
    title: "List the work item, ask a colleague",
    detail: "Take “WIP:” away, write “close #1” into the description, and assign somebody: merging is free.",
    button: "Fill in",
    fill: { kind: "edit", as: "U0ALICE", title: "Tell of the second day", body: "close #1" },
    happened: (seen, done) =>
      done.has("wip") && seen.repository.pullRequests.some((one) => one.mergeable || one.merged),
  },
  {
    id: "staging",
    title: "Merge it, and watch the stages",
    detail: "Test, the scan, build, release, deploy: each with its output in the message’s thread. Issue 1 is closed.",
    button: "Show",
    fill: { kind: "show", as: "U0ALICE", where: "slack" },
    happened: (seen) =>
      served(seen, "staging").length > 0 &&
      seen.repository.issues.some((one) => one.number === 1 && one.state === "closed"),
  },
  {
    id: "approve",
    title: "Take it to production",
    detail: "Rosa asks with /promote production; the product owner’s ✅ deploys the very image that staging tried.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ROSA", text: "/promote production" },
    happened: (seen) => served(seen, "production").length > 0 && approved(seen, "U0OLAF"),
  },
  {
    id: "broken",
    title: "Fail the quality scan",
    detail:
      "Merge an entry that still says FIXME: the scan says no, the pipeline ends early, staging keeps what it had.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "The third day", detail: "FIXME: say who came." },
    happened: (seen) => ended(seen.repository, "staging", "failure"),
  },
  {
    id: "retry",
    title: "Try one stage again",
    detail: "After a failure “/deploy retry <number> <stage>” runs that stage once more, and the rest after it.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy retry 3 scan" },
    happened: (seen) => commands(seen, /^\/deploy retry \d+/).some((act) => answeredAfter(seen, act.user, act.at)),
  },
  {
    id: "back",
    title: "Roll production back",
    detail:
      "After a second entry has come to production: the image of before is deployed again, and nobody has to approve.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ROSA", text: "/rollback production" },
    happened: (seen) => wentBack(seen, "production"),
  },
];
