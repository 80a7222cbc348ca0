/** Locks, freezes, retries and what a person settles → sentences. */
import type { FrozenPlace, HoldsNote, HoldsReply } from "../operations/holds-said.ts";
import { listInWords, quoted, timeInWords } from "./phrases.ts";

function saying(reason: string): string {
  return reason.trim() === "" ? "" : `, saying ${quoted(reason)}`;
}

/** “shop staging and production” */
function places(where: readonly FrozenPlace[]): string {
  return listInWords(
    where.map(({ service, environments }) => `${service} ${listInWords(environments)}`),
    "and",
    20,
  );
}

function are(where: readonly FrozenPlace[]): string {
  return where.flatMap(({ environments }) => environments).length === 1 ? "is" : "are";
}

export function wordHoldsNote(note: HoldsNote): string {
  switch (note.code) {
    case "frozen":
      return `${note.by} froze ${places(note.where)} until ${timeInWords(note.until)}${saying(note.reason)}. What is asked for by a merge waits until then; a rollback and a hotfix pass.`;
    case "thawed":
      return `${note.by} ended the freeze of ${places(note.where)}. What waited for it goes on.`;
    case "freeze-ended":
      return `The freeze of ${places(note.where)}, which ${note.by} began, has ended.`;
  }
}

export function wordHoldsReply(reply: HoldsReply): string {
  switch (reply.code) {
    case "frozen":
      return `${places(reply.where)} ${are(reply.where)} frozen until ${timeInWords(reply.until)}: ${quoted(reply.reason)}. An approver can end that with /deploy thaw.`;
    case "thawed":
      return `${places(reply.where)} ${are(reply.where)} no longer frozen. What waited goes on.`;
    case "not-frozen":
      return `${places(reply.where)} ${are(reply.where)} not frozen.`;
  }
}
