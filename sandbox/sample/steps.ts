/** The things to try with the sample: what each says, what its button fills in, and how it is known to have happened. */
import type { Act } from "../page/play.ts";
import type { Seen, Step } from "../scene.ts";
import {
  answeredAfter,
  approved,
  commands,
  ended,
  heldProduction,
  isApproving,
  postedAfter,
  readiness,
  repliedAfter,
  served,
  serving,
  wentBack,
} from "../seen.ts";

/** The revision that a command names, or the name itself. */
function meant(seen: Seen, act: Extract<Act, { kind: "command" }>): string {
  const name = act.text.trim().split(/\s+/)[2] ?? "";
  return seen.repository.branches.find((branch) => branch.name === name)?.sha ?? name;
}

export const sampleSteps: readonly Step[] = [
  {
    id: "hold",
    title: "Open a pull request too early",
    detail: "Its title says WIP and it names no issue. Merging is held; one comment says what to do.",
    button: "Fill in",
    fill: { kind: "pull-request", as: "U0ALICE", head: "add-basket", title: "WIP: add the basket", body: "" },
    happened: (seen) =>
      seen.repository.pullRequests.some((one) => {
        const check = readiness(one.checkRuns);
        return one.state === "open" && check !== undefined && check.conclusion !== "success" && one.comments.length > 0;
      }),
  },
  {
    id: "ready",
    title: "Make it ready",
    detail: "Retitle it and write “close #1”. The check turns green and the same comment is edited.",
    button: "Fill in",
    fill: { kind: "edit", as: "U0ALICE", title: "Add the basket", body: "close #1" },
    happened: (seen, done) =>
      done.has("hold") &&
      seen.repository.pullRequests.some(
        (one) =>
          readiness(one.checkRuns)?.conclusion === "success" && one.comments.some((comment) => comment.edits > 0),
      ),
  },
  {
    id: "staging",
    title: "Merge it",
    detail: "Staging serves the merged revision, and issue 1 is closed.",
    button: "Show",
    fill: { kind: "show", as: "U0ALICE", where: "github" },
    happened: (seen) => {
      const live = serving(seen, "staging");
      const merged = seen.repository.pullRequests.some((one) => one.merged && one.mergeSha === live);
      return merged && seen.repository.issues.some((one) => one.number === 1 && one.state === "closed");
    },
  },
  {
    id: "ask",
    title: "Ask for production",
    detail: "Alice asks; one message in the channel says what would ship and who may approve.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy production" },
    happened: (seen) => commands(seen, /^\/(deploy|promote) production$/).some((act) => postedAfter(seen, act.at)),
  },
  {
    id: "own",
    title: "Approve it as Alice",
    detail: "React with ✅ to your own request. It does not count, and the thread says why.",
    button: "Show",
    fill: { kind: "show", as: "U0ALICE", where: "slack" },
    happened: (seen) =>
      seen.acts.some((act) => {
        if (!isApproving(act)) return false;
        const asked = commands(seen, /^\/(deploy|promote) production/).filter((one) => one.at <= act.at);
        return asked.at(-1)?.user === act.user && repliedAfter(seen, act.ts, act.at);
      }),
  },
  {
    id: "approve",
    title: "Approve it as Rosa",
    detail: "The release manager’s ✅ counts, and production is deployed, once.",
    button: "Show",
    fill: { kind: "show", as: "U0ROSA", where: "slack" },
    happened: (seen) => served(seen, "production").length > 0 && approved(seen, "U0ROSA"),
  },
  {
    id: "home",
    title: "Look at App Home",
    detail: "The bot’s own page for each person: what waits for them, and how their environments stand.",
    button: "Show",
    fill: { kind: "show", as: "U0ROSA", where: "home" },
    happened: (seen) => seen.acts.some((act) => act.kind === "home" && seen.homes.includes(act.user)),
  },
  {
    id: "second",
    title: "Ship a second change",
    detail: "Commit it, open a pull request that closes #2, merge, deploy, approve: all the way to production.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "Delivery costs", detail: "Free from £30, otherwise £2" },
    happened: (seen) => new Set(served(seen, "production")).size >= 2,
  },
  {
    id: "form",
    title: "Ask in a form",
    detail: "“/deploy” alone opens a form: choose where and what, and see the verdict before you send it.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy" },
    happened: (seen) => commands(seen, /^\/deploy$/).some((act) => seen.modals.includes(act.user)),
  },
  {
    id: "stopped",
    title: "Skip staging",
    detail: "Commit another change and ask for its branch in production. The answer names the gate.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy production gift-wrapping" },
    happened: (seen) =>
      commands(seen, /^\/deploy production \S+$/).some(
        (act) => !served(seen, "staging").includes(meant(seen, act)) && answeredAfter(seen, act.user, act.at),
      ),
  },
  {
    id: "rollback",
    title: "Roll production back",
    detail: "The earlier revision runs again; the bad one is in quarantine and a hold stands.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/rollback production delivery costs are wrong" },
    happened: (seen) => commands(seen, /^\/rollback production/).length > 0 && wentBack(seen, "production"),
  },
  {
    id: "promote",
    title: "Bring the bad one back",
    detail: "Promoting it again is stopped, and the answer says by what.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/promote production" },
    happened: (seen, done) => {
      const back = commands(seen, /^\/rollback production/).at(-1);
      if (!done.has("rollback") || !back) return false;
      return commands(seen, /^\/(promote|deploy) production/).some(
        (act) => act.at > back.at && answeredAfter(seen, act.user, act.at),
      );
    },
  },
  {
    id: "fix",
    title: "Ship the fix",
    detail: "Take a fix through staging, ask for production, confirm that it contains the fix: the hold ends.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "Delivery costs", detail: "Free from £30, otherwise £3" },
    happened: (seen, done) => {
      const shas = served(seen, "production");
      const last = shas.at(-1);
      return done.has("rollback") && last !== undefined && !shas.slice(0, -1).includes(last);
    },
  },
  {
    id: "freeze",
    title: "Freeze production",
    detail: "Rosa freezes it for two hours; then Alice’s /deploy production is stopped and told until when.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ROSA", text: "/deploy freeze production until 2h we are counting the stock" },
    happened: (seen) =>
      heldProduction(seen, {
        typed: /^\/deploy freeze (production|all) until \S/,
        answered: /\bproduction (is|are) frozen until /,
        gate: "freeze",
      }),
  },
  {
    id: "hotfix",
    title: "Ship a hotfix",
    detail:
      "Commit a fix and ask for its branch with a reason: it passes the freeze and the order, and Rosa still approves.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy production hand-wash hotfix customers cannot pay" },
    happened: (seen) =>
      commands(seen, /^\/deploy production \S+ hotfix \S/).some((act) =>
        served(seen, "production").some((one) => one.startsWith(meant(seen, act))),
      ),
  },
  {
    id: "lock",
    title: "Lock production",
    detail: "Rosa locks it with a reason; then Alice’s /deploy production is stopped and told why.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ROSA", text: "/deploy lock production we are counting the stock" },
    happened: (seen) =>
      heldProduction(seen, {
        typed: /^\/deploy lock production \S/,
        answered: /^You hold the lock of production\b/,
        gate: "lock",
      }),
  },
  {
    id: "link",
    title: "Link your accounts",
    detail: "The answer leads to GitHub’s page, on which Alice proves who she is.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy link" },
    happened: (seen) => seen.provedLogin,
  },
  {
    id: "broken",
    title: "Break staging",
    detail:
      "This line is too long for the shop’s tests. Staging keeps what it had, and the message says what to do. (Open an issue for it first.)",
    button: "Fill in",
    fill: {
      kind: "change",
      as: "U0ALICE",
      name: "Gift box",
      detail: "With a ribbon, a card, tissue paper and room for whatever else you found",
    },
    happened: (seen) => ended(seen.repository, "staging", "failure"),
  },
  {
    id: "kill",
    title: "Kill the bot mid-deployment",
    detail:
      "Deploy staging again, press “kill -9” while it runs, then start the bot again: it says what became of it, and nothing ran twice.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy staging" },
    happened: (seen) =>
      seen.bot === "running" &&
      seen.acts.some((act) => {
        if (act.kind !== "kill" || act.running.length === 0) return false;
        return act.running.every((id) => {
          const state = seen.repository.deployments.find((one) => one.id === id)?.statuses.at(-1)?.state ?? "";
          return ["success", "failure", "error", "inactive"].includes(state);
        });
      }),
  },
];
