/** The words that commands begin with. */

/** The first words of `/deploy` that are no environment: reserved as environment names. */
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

/** Everything that help explains, in the order in which it lists it. */
export const helpTopics = ["deploy", "hotfix", "promote", "rc", "rollback", ...deployVerbs] as const;
export type HelpTopic = (typeof helpTopics)[number];

export function isHelpTopic(word: string): word is HelpTopic {
  return helpTopics.some((topic) => topic === word);
}
