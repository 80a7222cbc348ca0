/** Buttons of notes and answers that speak of a lock. */
import type { NoteContent, ReplyContent } from "../../operations/said.ts";
import { actions, type Block, button } from "./block.ts";

export function replyButtons(reply: ReplyContent): readonly Block[] {
  if (reply.code !== "already-locked" || reply.offer === undefined) return [];
  return actions("lock", [
    button({
      actionId: "take-lock",
      label: "Take the lock over",
      value: reply.offer.token,
      style: "danger",
      confirm: {
        title: "Take this lock over?",
        text: `${reply.by} holds it, saying “${reply.reason}”, and is told that you took it.`,
        yes: "Take it over",
        no: "Leave it",
      },
    }),
  ]);
}

export function noteButtons(note: NoteContent): readonly Block[] {
  if (note.code !== "lock-forgotten") return [];
  const value = `${note.environmentId}/${note.lockedAt}`;
  return actions("lock", [
    button({ actionId: "keep-lock", label: "Keep", value }),
    button({ actionId: "give-back-lock", label: "Unlock", value, style: "primary" }),
  ]);
}
