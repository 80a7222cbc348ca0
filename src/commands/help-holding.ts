/** Help on what holds environments and lets them go. */
import type { HelpEntry } from "./help-entry.ts";

export const holdingHelp = {
  lock: {
    usage: "/deploy lock <environment> [until <time>] <reason> [of <service>]",
    does: "Holds an environment, so that only a rollback, or whoever holds the lock, deploys there. Times are UTC: 18:00, 2026-11-22, 2026-11-22 18:00, tomorrow, 30m, 2h or 3d.",
    examples: ["/deploy lock production database work", '/deploy lock production until 18:00 "load test"'],
  },
  unlock: {
    usage: "/deploy unlock <environment> [of <service>]",
    does: "Takes the lock away and ends the hold that a rollback left. It starts nothing, but offers the newest that waits.",
    examples: ["/deploy unlock production"],
  },
  freeze: {
    usage: "/deploy freeze <environment|all> until <time> <reason> [of <service>]",
    does: "Holds an environment, or all of them, until a time. Times are written as for lock.",
    examples: [
      "/deploy freeze production until 2d stocktaking",
      '/deploy freeze all until tomorrow "move of the data"',
    ],
  },
  thaw: {
    usage: "/deploy thaw <environment|all> [of <service>]",
    does: "Ends a freeze before its time.",
    examples: ["/deploy thaw production", "/deploy thaw all"],
  },
} as const satisfies Readonly<Record<string, HelpEntry>>;
