/** Help on what only looks, and on who is who. */
import type { HelpEntry } from "./help-entry.ts";

export const lookingHelp = {
  status: {
    usage: "/deploy status [of <service>]",
    does: "Shows where each environment stands: what is live, since when and by whom, its health, what runs, what waits and for what, and who holds a lock.",
    examples: ["/deploy status", "/deploy status of shop-api"],
  },
  why: {
    usage: "/deploy why <environment> [of <service>]",
    does: "Says, gate by gate, why the environment's newest deployment may or may not go, and who can clear what stands in its way. When none waits, it judges what would be promoted.",
    examples: ["/deploy why production"],
  },
  diff: {
    usage: "/deploy diff <environment> [of <service>]",
    does: "Shows what would ship to an environment: pull requests with authors and issues, migrations, and a link that compares.",
    examples: ["/deploy diff production", "/deploy diff production of shop-api"],
  },
  history: {
    usage: "/deploy history [environment] [of <service>]",
    does: "Lists the latest deployments: how they ended, who asked, when, and how long they took.",
    examples: ["/deploy history", "/deploy history production"],
  },
  queue: {
    usage: "/deploy queue [of <service>]",
    does: "Lists what runs and what waits, with its position, what it waits for, and when its turn is expected where past deployments tell it.",
    examples: ["/deploy queue", "/deploy queue of shop-api"],
  },
  where: {
    usage: "/deploy where <issue or pull request> [of <service>]",
    does: "Says where the work of an issue or a pull request is: open, merged, live in which environments and since when, or taken back. Write a number, owner/repo#number, or the address on GitHub.",
    examples: ["/deploy where #123", "/deploy where 123 of shop-api", "/deploy where acme/shop#123"],
  },
  link: {
    usage: "/deploy link",
    does: "Links your Slack user with your GitHub login, whose rights you then have here. You sign in on GitHub once.",
    examples: ["/deploy link"],
  },
  unlink: {
    usage: "/deploy unlink",
    does: "Takes the link between your Slack user and your GitHub login away.",
    examples: ["/deploy unlink"],
  },
  help: {
    usage: "/deploy help [command]",
    does: "Lists the commands, or explains one.",
    examples: ["/deploy help", "/deploy help rollback"],
  },
} as const satisfies Readonly<Record<string, HelpEntry>>;
