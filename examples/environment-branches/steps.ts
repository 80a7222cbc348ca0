/** The things to try with the atlas. */
import type { SandboxPullRequest } from "../../sandbox/contract.ts";
import type { Seen, Step } from "../../sandbox/scene.ts";
import { served, serving, wasAnswered } from "../../sandbox/seen.ts";

const promotion = (one: SandboxPullRequest) => one.head.ref.startsWith("signalbox/staging-");
const merged = (seen: Seen, base: string, head: (one: SandboxPullRequest) => boolean = () => true) =>
  seen.repository.pullRequests.some((one) => one.merged && one.base.ref === base && head(one));

export const steps: readonly Step[] = [
  {
    id: "adopt",
    title: "Say what runs already",
    detail: "Staging and production were deployed by hand before. After staging, Olaf says it of production: main.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ROSA", text: "/deploy adopt staging staging" },
    happened: (seen) =>
      ["staging", "production"].every((place) => wasAnswered(seen, new RegExp(`^/deploy adopt ${place} `))),
  },
  {
    id: "develop",
    title: "Merge into development",
    detail: "A merge to development is on the dev server at once.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "The museum", detail: "FIXME: when is it open?" },
    happened: (seen) => merged(seen, "development") && served(seen, "development").length > 0,
  },
  {
    id: "due",
    title: "See when staging is due",
    detail: "Every two weeks its schedule promotes by itself. “/deploy status” says when it comes next.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy status" },
    happened: (seen) => wasAnswered(seen, /^\/deploy status/),
  },
  {
    id: "freeze",
    title: "Freeze it now",
    detail:
      "What is on development is frozen on a branch, with a pull request into staging and notes. The CI tests it.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ROSA", text: "/promote staging" },
    happened: (seen) => seen.repository.pullRequests.some((one) => promotion(one) && one.checkRuns.length > 0),
  },
  {
    id: "patch",
    title: "Patch what is frozen",
    detail: "“Push a change” on that pull request: The museum again, without FIXME. Its test turns green.",
    button: "Show",
    fill: { kind: "show", as: "U0ALICE", where: "github" },
    happened: (seen) =>
      seen.repository.pullRequests.some((one) => promotion(one) && !one.head.ref.endsWith(one.head.sha.slice(0, 7))),
  },
  {
    id: "staging",
    title: "Approve and merge it",
    detail: "Rosa’s “Approve” is what staging asks for; the merge deploys by itself. Without it, Slack asks.",
    button: "Show",
    fill: { kind: "show", as: "U0ROSA", where: "github" },
    happened: (seen) => merged(seen, "staging", promotion) && served(seen, "staging").length > 0,
  },
  {
    id: "back",
    title: "Bring the patch back",
    detail: "A pull request from staging to development stays open while staging has what development lacks. Merge it.",
    button: "Show",
    fill: { kind: "show", as: "U0ALICE", where: "github" },
    happened: (seen) => merged(seen, "development", (one) => one.head.ref === "staging"),
  },
  {
    id: "hotfix",
    title: "Fix staging straight away",
    detail:
      "Start the branch from staging and open it into staging. Rosa approves, Alice merges and asks with a reason: /deploy staging staging hotfix people miss the ferry",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", base: "staging", name: "Harbour", detail: "The ferry leaves at nine." },
    happened: (seen) =>
      wasAnswered(seen, /^\/deploy staging \S+ hotfix /) &&
      seen.repository.pullRequests.some(
        (one) => one.base.ref === "staging" && !promotion(one) && served(seen, "staging").includes(one.mergeSha ?? ""),
      ),
  },
  {
    id: "release",
    title: "Release it",
    detail:
      "A pull request from staging to main. Olaf, who tested staging, approves; Rosa merges; release, then deploy.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ROSA", text: "/promote production" },
    happened: (seen) => seen.repository.releases.length > 0 && served(seen, "production").length > 0,
  },
  {
    id: "demo",
    title: "Show a feature on its own",
    detail: "A push to feature-demo/… makes a throwaway instance: see GitHub, Environments. It needs no pull request.",
    button: "Fill in",
    fill: {
      kind: "change",
      as: "U0ALICE",
      branch: "feature-demo/treasure-hunt",
      opens: false,
      name: "The treasure",
      detail: "Dig here.",
    },
    happened: (seen) => served(seen, "demo/treasure-hunt").length > 0,
  },
  {
    id: "gone",
    title: "Shut it down",
    detail: "By deleting its branch (GitHub, Branches), by this command, or by itself after two weeks.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy demo destroy treasure-hunt" },
    happened: (seen) =>
      served(seen, "demo/treasure-hunt").length > 0 && serving(seen, "demo/treasure-hunt") === undefined,
  },
];
