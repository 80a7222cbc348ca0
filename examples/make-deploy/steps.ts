/** The things to try with the till. */
import type { Seen, Step } from "../../sandbox/scene.ts";
import { approved, commands, ended, served, serving, wentBack } from "../../sandbox/seen.ts";

/** Checks of this name on what was merged ended so. */
const ci = (seen: Seen, conclusion: string) =>
  seen.repository.pullRequests.some(
    (pull) => pull.merged && pull.checkRuns.some((run) => run.name === "ci" && run.conclusion === conclusion),
  );

const messages = (seen: Seen, pattern: RegExp) =>
  seen.messages.filter(({ text, user }) => user === seen.botUser && pattern.test(text));

export const steps: readonly Step[] = [
  {
    id: "staging",
    title: "Merge a change",
    detail: "CI runs “make test”; once it is green, staging is deployed by itself: test, migrate, deploy.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "Tea", detail: "1.80 a pot" },
    happened: (seen) => ci(seen, "success") && served(seen, "staging").length > 0,
  },
  {
    id: "production",
    title: "Deploy production by hand",
    detail:
      "Alice asks, Rosa’s ✅ lets it go: backup, migrations that are confirmed, “make deploy”, then the validation.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy production" },
    happened: (seen) =>
      approved(seen, "U0ROSA") &&
      ended(seen.repository, "production", "success") &&
      served(seen, "production").length > 0,
  },
  {
    id: "secret",
    title: "Look for the password",
    detail: "Open the deployment’s thread: the commands log in with the production password, and it reads ***.",
    button: "Show",
    fill: { kind: "show", as: "U0ALICE", where: "slack" },
    happened: (seen) =>
      seen.messages.some((one) => JSON.stringify(one.blocks).includes("till_production as till with the password ***")),
  },
  {
    id: "monitoring",
    title: "See who was told",
    detail: "GitHub’s tab Environments leads to what Grafana and Sentry were told of it.",
    button: "Show",
    fill: { kind: "show", as: "U0ALICE", where: "github" },
    happened: ({ monitoring }) =>
      monitoring.annotations.length > 0 && monitoring.releases.some(({ deploys }) => deploys.length > 0),
  },
  {
    id: "red",
    title: "Turn CI red",
    detail: "Merge an item without a price: CI fails, and nothing is deployed anywhere.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "Cake", detail: "The price is not known yet" },
    happened: (seen) => ci(seen, "failure"),
  },
  {
    id: "green",
    title: "And green again",
    detail: "The same item with its price.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "Cake", detail: "3.20 a slice", branch: "cake-price" },
    happened: (seen, done) =>
      done.has("red") && serving(seen, "staging") === seen.repository.branches.find(({ name }) => name === "main")?.sha,
  },
  {
    id: "broken",
    title: "Break production",
    detail:
      "This item needs a setting that only staging has. Merge it, deploy production: it fails, and the last stable revision is deployed again by itself.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "Gift card", detail: "10.00 into $GIFT_CARD_ACCOUNT" },
    happened: (seen) => ended(seen.repository, "production", "failure") && wentBack(seen, "production"),
  },
  {
    id: "fix",
    title: "Ship the fix",
    detail: "Merge it, “/deploy production”, confirm that it contains the fix, and let Rosa approve.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "Gift card", detail: "10.00 at the counter", branch: "gift-card-fix" },
    happened: (seen, done) =>
      done.has("broken") && !wentBack(seen, "production") && ended(seen.repository, "production", "success"),
  },
  {
    id: "migration",
    title: "Break it with a migration",
    detail:
      "This change brings a migration, and fails in production. Going back over a migration asks a person: confirm it in the message, or type /rollback production.",
    button: "Fill in",
    fill: {
      kind: "change",
      as: "U0ALICE",
      name: "Gift box",
      detail: "25.00 with a card of $GIFT_CARD_ACCOUNT, column ribbon",
    },
    happened: (seen, done) =>
      done.has("fix") &&
      messages(seen, /confirmed to roll back although migrations lie in between/).length > 0 &&
      wentBack(seen, "production"),
  },
  {
    id: "history",
    title: "Read it all again",
    detail: "What was deployed to production, when, and what became of it.",
    button: "Fill in",
    fill: { kind: "text", as: "U0OLAF", text: "/deploy history production" },
    happened: (seen) => commands(seen, /^\/deploy history production/).length > 0,
  },
];
