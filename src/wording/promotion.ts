/** Promotions by pull request → sentences. */
import type { PromotionNote, PromotionReply } from "../operations/promotion-said.ts";
import { sentenceForRefused } from "./version.ts";

export function wordPromotionReply(reply: PromotionReply): string {
  const { service, environment, before } = reply;
  const place = `${service} ${environment}`;
  const standing = reply.number === undefined ? "the pull request" : `pull request #${reply.number}`;
  const link = reply.url === undefined ? "" : ` ${reply.url}`;
  switch (reply.code) {
    case "promotion-asked":
      return reply.number === undefined
        ? `Promoting into ${place} goes by a pull request, with what is live in ${before}. I am opening it and will say here where it is. Its merge deploys.`
        : `Promoting into ${place} goes by ${standing}.${link}`;
    case "promotion-open":
      return `What is live in ${before} is already in ${standing} into ${environment}. Its merge deploys.${link}`;
    case "promotion-updated":
      return `I am bringing ${standing} into ${environment} up to what is live in ${before} now.${link}`;
    case "promotion-pushed-onto":
      return `Somebody has pushed onto ${standing} into ${environment}, so I leave it as it is. Merge or close it, then promote again.${link}`;
    case "promotion-nothing-new":
      return `There is nothing new to promote: ${place} has all that is live in ${before}.`;
    case "promotion-no-branch":
      return `The branch ${reply.branch}, which ${place} follows, does not exist. Make it, then promote again.`;
  }
}

export function wordPromotionNote(note: PromotionNote): string {
  const { service, environment, before, number } = note;
  const asked = note.by === undefined ? "as its schedule asks" : `as ${note.by} asked`;
  if (note.code === "promotion-opened") {
    return `Pull request #${number} promotes what is live in ${before} to ${service} ${environment}, ${asked}. Its merge deploys. ${note.url}`;
  }
  const { branch, base } = note;
  const refused = sentenceForRefused({ what: "pull-request", name: branch, said: note.said });
  const mend =
    "If the App lacks the permission to write contents or pull requests, whoever owns the account grants it in the App's settings; if a ruleset stops it, let the App through there.";
  if (number === undefined) {
    return `What is live in ${before} is not being promoted to ${service} ${environment}, ${asked}. ${refused} ${mend} Until then open one from ${branch} into ${base} yourself; I go on trying, and take one that is open for mine.`;
  }
  return `Pull request #${number} into ${service} ${environment} is not being brought up to what is live in ${before}, ${asked}. ${refused} ${mend} I go on trying. ${note.url}`;
}
