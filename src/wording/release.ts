/** Releases on GitHub → sentences. */
import type { ReleaseNote } from "../operations/release-said.ts";
import { sentenceForRefused } from "./version.ts";

export function wordReleaseNote(note: ReleaseNote): string {
  if (note.code === "release-stands") return `Release ${note.tag} on GitHub says what changed. ${note.url}`;
  const name = note.tag ?? "of this deployment";
  const byHand = note.tag === undefined ? "" : ", and take one that is made for this tag for mine";
  return `${sentenceForRefused({ what: "release", name, said: note.said })} I go on trying${byHand}.`;
}
