/** A short menu for what a command left out, as data. */
import type { CommandName } from "../commands/command.ts";

export type Menu = {
  readonly what: "service" | "environment";
  readonly choices: readonly string[];
  /** The command as it was typed so far; a choice completes it. */
  readonly name: CommandName;
  readonly text: string;
  readonly channelName: string;
};

/** The command with what was chosen. Names stand in quotes, so that none is taken for a word of the grammar. */
export function completed({ what, text }: Pick<Menu, "what" | "text">, choice: string): string {
  const quoted = `"${choice}"`;
  if (what === "service") return `${text} of ${quoted}`.trim();
  const [, verb = "", of = ""] = /^(.*?)(\s*\bof\s+(?:"[^"]*"|\S+))?\s*$/iu.exec(text) ?? [];
  return `${verb.trim()} ${quoted} ${of.trim()}`.replace(/ {2,}/gu, " ").trim();
}
