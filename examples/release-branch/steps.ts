/** The things to try with the package and the application. */
import type { SandboxRepositoryView } from "../../sandbox/contract.ts";
import type { Seen, Step } from "../../sandbox/scene.ts";
import { approved, served, serving } from "../../sandbox/seen.ts";

const head = ({ branches }: SandboxRepositoryView, name: string) => branches.find((one) => one.name === name)?.sha;
const tagged = (seen: Seen, name: string) => seen.repository.tags.some((one) => one.name === name);
const merged = (seen: Seen, base: string, byBot = false) =>
  seen.repository.pullRequests.some(
    (one) => one.merged && one.base.ref === base && one.author.endsWith("[bot]") === byBot,
  );
/** Staging has what the release branch holds. */
const onStaging = (seen: Seen) => serving(seen, "staging") === head(seen.repository, "release");

export const steps: readonly Step[] = [
  {
    id: "develop",
    title: "Merge a change to master",
    detail: "Development happens on master. Nothing is deployed by it.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", base: "master", name: "Urea", detail: "in mg/dl" },
    happened: (seen) => merged(seen, "master"),
  },
  {
    id: "cut",
    title: "Cut a release candidate",
    detail:
      "/rc cut writes 10.8.5.RC1 on master, tags it and merges the tag to the release branch. Staging builds, publishes and installs it.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/rc cut" },
    happened: (seen) => tagged(seen, "v10.8.5.RC1") && onStaging(seen),
  },
  {
    id: "fix",
    title: "Mend the candidate",
    detail: "A bug in the candidate is fixed on the release branch, by a pull request into it.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", base: "release", branch: "urea-unit", name: "Urea", detail: "in mmol/l" },
    happened: (seen) => merged(seen, "release"),
  },
  {
    id: "next",
    title: "Make it the next candidate",
    detail: "/rc next writes and tags 10.8.5.RC2 on the release branch; staging gets that.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/rc next" },
    happened: (seen) => tagged(seen, "v10.8.5.RC2") && onStaging(seen),
  },
  {
    id: "back",
    title: "Bring the fix back to master",
    detail: "One pull request from the release branch stands open while master lacks the fix. Merge it.",
    button: "Show",
    fill: { kind: "show", as: "U0ALICE", where: "github" },
    happened: (seen) => merged(seen, "master", true),
  },
  {
    id: "finish",
    title: "Finish the release",
    detail:
      "Tested well: Rosa’s /rc finish makes the release branch 10.8.5, with a release on GitHub; it is built and published as that.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ROSA", text: "/rc finish" },
    happened: (seen) => seen.repository.releases.some(({ tag }) => tag === "v10.8.5") && onStaging(seen),
  },
  {
    id: "live",
    title: "Take it live",
    detail:
      "Alice asks with /promote production; after Rosa’s ✅ the application’s pin moves to 10.8.5, and the live server is updated from its release branch.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/promote production" },
    happened: (seen) => approved(seen, "U0ROSA") && served(seen, "production").length > 0,
  },
];
