/** The answer to a command that was written as a comment, as Markdown. Everything from outside stays text. Pure. */
import type { ReplyContent } from "../operations/said.ts";
import type { DeploymentView } from "../operations/views.ts";
import { sentenceForOutcome } from "../wording/outcome.ts";
import { statusSentence } from "../wording/phrases.ts";
import { wordReply } from "../wording/reply.ts";
import { code, prose } from "./markdown.ts";

export type CommentReply = {
  readonly repository: string;
  readonly issue: number;
  readonly comment: number;
  readonly login: string;
  readonly command: string;
  readonly content: ReplyContent;
  /** Epoch ms; ages are told as they were then. */
  readonly at: number;
};

/** GitHub takes 65,536 characters. */
const longestAnswer = 30_000;

export function replyBody(reply: CommentReply, view: DeploymentView | undefined, githubUrl: string): string {
  const home = `${githubUrl}/${reply.repository}`;
  const asked = `[${code(reply.login)} asked](${home}/issues/${reply.issue}#issuecomment-${reply.comment}): ${code(reply.command)}`;
  const { content, link } = linked(reply.content);
  const parts = [asked, lines(wordReply(content, { now: reply.at })), ...link];
  if (view !== undefined) {
    if (view.outcome !== undefined) {
      parts.push(prose(`Deployment ${view.id} ${statusSentence(view.status)}. ${sentenceForOutcome(view.outcome)}`));
    }
    const commit = `[${view.revision.sha.slice(0, 7)}](${home}/commit/${view.revision.sha})`;
    // Its Deployments stand there: the bare name is nobody's page, or another's, where several services have one of it.
    const name = view.environmentOnGitHub ?? view.environment;
    const environment = `[Deployments to ${code(name)}](${home}/deployments/${encodeURIComponent(name)})`;
    parts.push(`${commit} · ${environment}`);
  }
  return parts.join("\n\n");
}

/** An address among sentences would be escaped with them, so it becomes a link behind them. */
function linked(content: ReplyContent): { readonly content: ReplyContent; readonly link: readonly string[] } {
  if (content.code === "diff" && content.ships.compareUrl !== undefined) {
    const { compareUrl, ...ships } = content.ships;
    return { content: { ...content, ships }, link: [`[Compare](${compareUrl})`] };
  }
  if (content.code === "history" && content.more) {
    return { content: { ...content, more: false }, link: [`[Older ones](${content.repositoryUrl}/deployments)`] };
  }
  return { content, link: [] };
}

/** Line by line; a line that is set in from the margin would be code. */
function lines(text: string): string {
  return text
    .slice(0, longestAnswer)
    .split("\n")
    .map((line) => `${"&emsp;".repeat(Math.min(3, Math.floor(leading(line) / 4)))}${prose(line)}`)
    .join("\n");
}

function leading(line: string): number {
  return line.length - line.trimStart().length;
}
