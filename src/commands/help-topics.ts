/** The words that help explains. */
import { deployVerbs } from "../policy/verbs.ts";

/** Everything that help explains, in the order in which it lists it. */
export const helpTopics = ["deploy", "hotfix", "promote", "rc", "rollback", ...deployVerbs] as const;
export type HelpTopic = (typeof helpTopics)[number];

export function isHelpTopic(word: string): word is HelpTopic {
  return helpTopics.some((topic) => topic === word);
}
