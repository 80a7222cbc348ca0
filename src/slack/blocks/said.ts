/** Notes and replies as Slack messages. The sentences are `wording`'s; this only escapes, cuts and adds an output. */
import type { NoteContent, ReplyContent } from "../../operations/said.ts";
import { sameLogin } from "../../policy/logins.ts";
import type { Instant } from "../../policy/model.ts";
import { wordNote } from "../../wording/note.ts";
import { wordReply } from "../../wording/reply.ts";
import { type Block, lineSections, messageText, type SlackMessage, section } from "./block.ts";
import { liveNoteButtons, liveReplyButtons } from "./live-news.ts";
import { noteButtons, replyButtons } from "./lock-buttons.ts";
import { lookBlocks } from "./looks.ts";
import { escapeWithin, mention, outputBlock, visible } from "./text.ts";

/** As many sections of text as a person would still read; beyond that the rest is counted. */
const mostSections = 6;

function more(left: number): string {
  return left === 1 ? "… and 1 more line" : `… and ${left} more lines`;
}

/** Each line escaped by itself; empty ones keep paragraphs apart. Leading blanks would be dropped, so they are bound. */
function lines(text: string): readonly Block[] {
  const escaped = visible(text)
    .replaceAll("`", "'")
    .split("\n")
    .map((line) => escapeWithin(line, 1_500).replace(/^ +/u, (blanks) => "\u00a0".repeat(blanks.length)));
  return lineSections(escaped, { mostSections, more });
}

/** Whether an end is news to whoever asked: it failed, or somebody else ended it. */
function concerns({ status, outcome }: Extract<NoteContent, { code: "ended" }>, asker: string): boolean {
  switch (outcome.code) {
    case "superseded":
      return !sameLogin(outcome.askedBy, asker);
    case "cancelled":
    case "settled":
      return !sameLogin(outcome.by, asker);
    case "cancelled-by-rollback":
    case "cancelled-elsewhere":
    case "environment-removed":
      return true;
    default:
      return status === "failure" || status === "error";
  }
}

/**
 * A note in a thread or channel. Whom it concerns is mentioned, so that it is seen: whose answer does not count, who is
 * asked for a reason, who can still approve before the time is over, and `asker`, who asked, of what failed or what others
 * ended. Nobody else is.
 */
export function renderNote(
  note: NoteContent,
  asker?: { readonly slackUser?: string; readonly login: string },
): SlackMessage {
  const text = wordNote(note);
  if (note.code === "approval-refused") {
    const said = escapeWithin(text.slice(note.person.length), 2_500).replaceAll("`", "'");
    const mentioned = `${mention(note.slackUser, note.person)}${said}`;
    return { text: mentioned, blocks: [section(mentioned)] };
  }
  if (note.code === "ended" && asker !== undefined && concerns(note, asker.login)) {
    const mentioned = `${mention(asker.slackUser, asker.login)}: ${escapeWithin(text, 2_500).replaceAll("`", "'")}`;
    return { text: mentioned, blocks: [section(mentioned)] };
  }
  if (note.code === "rejection-reason-wanted") {
    const mentioned = `${mention(note.slackUser, note.login)}${escapeWithin(text.slice(note.login.length), 2_500)}`;
    return { text: mentioned, blocks: [section(mentioned)] };
  }
  if (note.code === "approval-reminder") {
    const known = note.candidates.filter(({ slackUser }) => slackUser !== undefined);
    const called = known.map(({ slackUser, login }) => `${mention(slackUser, login)} `).join("");
    const said = `${called}${escapeWithin(text, 2_000).replaceAll("`", "'")}`;
    return { text: said, blocks: [section(said)] };
  }
  const output = note.code === "stage-ended" ? outputBlock(note.outputTail, 20, 2_900) : undefined;
  const blocks = [
    ...lines(text),
    ...(output === undefined ? [] : [section(output)]),
    ...noteButtons(note),
    ...liveNoteButtons(note),
  ];
  return { text: messageText(text), blocks };
}

/** An answer that only the person who asked sees. `now` is when it was made, so that it is the same if sent again. */
export function renderReply(reply: ReplyContent, now: Instant): SlackMessage {
  const text = wordReply(reply, { now });
  const look = lookBlocks(reply, now);
  if (look !== undefined) return { text: messageText(text), blocks: look };
  const output = reply.code === "log" ? outputBlock(reply.outputTail, 60, 2_900) : undefined;
  const blocks = [
    ...lines(text),
    ...(output === undefined ? [] : [section(output)]),
    ...replyButtons(reply),
    ...liveReplyButtons(reply),
  ];
  return { text: messageText(text), blocks };
}
