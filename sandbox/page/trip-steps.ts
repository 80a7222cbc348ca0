/** The list of things to try: what each says, and what its button fills in. It never does anything itself. */

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
  | { readonly kind: "show"; readonly as?: string; readonly where: "slack" | "home" | "github" };

export type TripStep = {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly button: string;
  readonly fill: Fill;
};

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
    id: "home",
    title: "Look at App Home",
    detail: "The bot’s own page for each person: what waits for them, and how their environments stand.",
    button: "Show",
    fill: { kind: "show", as: "U0ROSA", where: "home" },
  },
  {
    id: "second",
    title: "Ship a second change",
    detail: "Commit it, open a pull request that closes #2, merge, deploy, approve: all the way to production.",
    button: "Fill in",
    fill: { kind: "change", as: "U0ALICE", name: "Delivery costs", detail: "Free from £30, otherwise £2" },
  },
  {
    id: "form",
    title: "Ask in a form",
    detail: "“/deploy” alone opens a form: choose where and what, and see the verdict before you send it.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy" },
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
    id: "freeze",
    title: "Freeze production",
    detail: "Rosa freezes it for two hours; then Alice’s /deploy production is stopped and told until when.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ROSA", text: "/deploy freeze production until 2h we are counting the stock" },
  },
  {
    id: "hotfix",
    title: "Ship a hotfix",
    detail:
      "Commit a fix and ask for its branch with a reason: it passes the freeze and the order, and Rosa still approves.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy production hand-wash hotfix customers cannot pay" },
  },
  {
    id: "lock",
    title: "Lock production",
    detail: "Rosa locks it with a reason; then Alice’s /deploy production is stopped and told why.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ROSA", text: "/deploy lock production we are counting the stock" },
  },
  {
    id: "link",
    title: "Link your accounts",
    detail: "The answer leads to GitHub’s page, on which Alice proves who she is.",
    button: "Fill in",
    fill: { kind: "text", as: "U0ALICE", text: "/deploy link" },
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
