/** How each command is written, what it does, and examples: for `/deploy help` and for whoever left something out. */

export const helpTopics = [
  "deploy",
  "promote",
  "rollback",
  "status",
  "why",
  "where",
  "lock",
  "unlock",
  "cancel",
  "resolve",
  "adopt",
  "allow",
  "help",
] as const;
export type HelpTopic = (typeof helpTopics)[number];

export type HelpEntry = {
  readonly usage: string;
  /** One or two plain sentences. */
  readonly does: string;
  readonly examples: readonly string[];
};

const entries: Readonly<Record<HelpTopic, HelpEntry>> = {
  deploy: {
    usage: "/deploy <environment> [revision] [of <service>]",
    does: "Deploys a branch, tag or SHA to an environment. Without a revision it takes the tip of the environment's branch, else what is live in the environment before.",
    examples: ["/deploy staging", "/deploy production v1.4.0", "/deploy production a1b2c3d of shop-api"],
  },
  promote: {
    usage: "/promote <environment> [of <service>]",
    does: "Deploys to an environment what is live in the environment before it.",
    examples: ["/promote production", "/promote production of shop-api"],
  },
  rollback: {
    usage: "/rollback <environment> [to <version or SHA>] [reason] [of <service>]",
    does: "Goes back to what was live and healthy before, or to an older revision that you name. What is taken back goes into quarantine.",
    examples: ["/rollback production", '/rollback production "checkout fails"', "/rollback production to v1.3.2"],
  },
  status: {
    usage: "/deploy status [of <service>]",
    does: "Shows where each environment stands: what is live, what runs, what waits, and who holds a lock.",
    examples: ["/deploy status", "/deploy status of shop-api"],
  },
  why: {
    usage: "/deploy why <environment> [of <service>]",
    does: "Says, gate by gate, why the environment's newest deployment may or may not go, and who can clear what stands in its way.",
    examples: ["/deploy why production"],
  },
  where: {
    usage: "/deploy where <issue or pull request> [of <service>]",
    does: "Says where the work of an issue or a pull request is: open, merged, live in which environments and since when, or taken back. Write a number, owner/repo#number, or the address on GitHub.",
    examples: ["/deploy where #123", "/deploy where 123 of shop-api", "/deploy where acme/shop#123"],
  },
  lock: {
    usage: "/deploy lock <environment> [until <time>] <reason> [of <service>]",
    does: "Holds an environment, so that nothing but a rollback is deployed there. Times are UTC: 18:00, 2026-11-22, 2026-11-22 18:00, tomorrow, 30m, 2h or 3d.",
    examples: ["/deploy lock production database work", '/deploy lock production until 18:00 "load test"'],
  },
  unlock: {
    usage: "/deploy unlock <environment> [of <service>]",
    does: "Takes the lock away and ends the hold that a rollback left. It starts nothing, but offers the newest that waits.",
    examples: ["/deploy unlock production"],
  },
  cancel: {
    usage: "/deploy cancel <deployment>",
    does: "Asks a deployment to stop. The environment stays busy until the attempt has ended for certain.",
    examples: ["/deploy cancel 42"],
  },
  resolve: {
    usage: "/deploy resolve <deployment> success|failure <reason>",
    does: "Settles a deployment of which it is not known how it ended. Look at the environment first: your answer is taken as the truth.",
    examples: ["/deploy resolve 42 success the version page shows it"],
  },
  adopt: {
    usage: "/deploy adopt <environment> <revision> [of <service>]",
    does: "Tells what is live in an environment that was deployed by other means. It deploys nothing.",
    examples: ["/deploy adopt production v1.3.2"],
  },
  allow: {
    usage: "/deploy allow <revision> <reason> [of <service>]",
    does: "Takes a revision out of the quarantine that a rollback put it in.",
    examples: ['/deploy allow a1b2c3d "the fault was in the load balancer"'],
  },
  help: {
    usage: "/deploy help [command]",
    does: "Lists the commands, or explains one.",
    examples: ["/deploy help", "/deploy help rollback"],
  },
};

export function isHelpTopic(word: string): word is HelpTopic {
  return helpTopics.some((topic) => topic === word);
}

export function helpOn(topic: HelpTopic): HelpEntry {
  return entries[topic];
}
