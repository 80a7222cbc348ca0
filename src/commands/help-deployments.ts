/** Help on what is done to one deployment or one revision, and on demos. */
import type { HelpEntry } from "./help-entry.ts";

export const deploymentHelp = {
  cancel: {
    usage: "/deploy cancel <deployment>",
    does: "Asks a deployment to stop. The environment stays busy until the attempt has ended for certain.",
    examples: ["/deploy cancel 42"],
  },
  retry: {
    usage: "/deploy retry <deployment> [stage]",
    does: "Tries the environment's latest deployment again, from the stage that did not succeed or from one that you name. Every gate is asked anew.",
    examples: ["/deploy retry 42", "/deploy retry 42 migrate"],
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
  demo: {
    usage: "/deploy demo [list | destroy <name>] [of <service>]",
    does: "Lists the demos that there are, or destroys one. A push to its branch makes a demo.",
    examples: ["/deploy demo list", "/deploy demo destroy new-basket"],
  },
} as const satisfies Readonly<Record<string, HelpEntry>>;
