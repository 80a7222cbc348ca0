/** The first words of `/deploy` that are no environment, and so can name none. */
export const deployVerbs = [
  "status",
  "why",
  "diff",
  "history",
  "queue",
  "where",
  "lock",
  "unlock",
  "freeze",
  "thaw",
  "cancel",
  "retry",
  "resolve",
  "adopt",
  "allow",
  "demo",
  "link",
  "unlink",
  "help",
] as const;
export type DeployVerb = (typeof deployVerbs)[number];
