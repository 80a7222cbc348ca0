/** The buttons by which a person chooses whether they are told when a change of theirs is live. */
import type { NoteContent, ReplyContent } from "../../operations/said.ts";
import { actions, type Block, button } from "./block.ts";

const off = button({ actionId: "no-live-news", label: "Do not tell me again", value: "live-news" });
const on = button({ actionId: "live-news", label: "Tell me after all", value: "live-news" });

export function liveNoteButtons(note: NoteContent): readonly Block[] {
  return note.code === "live" ? actions("live-news", [off]) : [];
}

export function liveReplyButtons(reply: ReplyContent): readonly Block[] {
  return reply.code === "live-news" ? actions("live-news", [reply.on ? off : on]) : [];
}
