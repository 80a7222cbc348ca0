/** Help on what brings a revision somewhere, forth or back. */
import type { HelpEntry } from "./help-entry.ts";

export const shippingHelp = {
  deploy: {
    usage: "/deploy <environment> [revision] [of <service>]",
    does: "Deploys a branch, tag or SHA to an environment. Without a revision it takes the tip of the environment's branch, else what is live in the environment before.",
    examples: [
      "/deploy staging",
      "/deploy production v1.4.0",
      "/deploy v1.4.0 to production",
      "/deploy production a1b2c3d of shop-api",
    ],
  },
  hotfix: {
    usage: "/deploy <environment> <revision> hotfix <reason> [of <service>]",
    does: "Deploys in an emergency: it may pass window, freeze, soak and order where the pipeline file lets you. The reason is shown in the channel and kept.",
    examples: ['/deploy production a1b2c3d hotfix "checkout fails for everyone"'],
  },
  promote: {
    usage: "/promote <environment> [of <service>]",
    does: "Deploys to an environment what is live in the environment before it.",
    examples: ["/promote production", "/promote to production of shop-api"],
  },
  rc: {
    usage: "/rc [cut [major|minor|patch|<version>] | next | finish] [of <service>]",
    does: "Cuts a release candidate, tags the next one after fixes, or makes the release of it. Alone it says how the candidate stands.",
    examples: ["/rc", "/rc cut", "/rc cut minor", "/rc cut 1.4.0 of shop-api", "/rc next", "/rc finish"],
  },
  rollback: {
    usage: "/rollback <environment> [to <version or SHA>] [reason] [of <service>]",
    does: "Goes back to what was live and healthy before, or to an older revision that you name. What is taken back goes into quarantine.",
    examples: [
      "/rollback production",
      '/rollback production "checkout fails"',
      "/rollback production to v1.3.2",
      "/rollback production of shop-api to v1.3.2 checkout fails",
    ],
  },
} as const satisfies Readonly<Record<string, HelpEntry>>;
