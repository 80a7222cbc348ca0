/**
 * The commands in a comment: a line of it that begins with one, as a reader of the comment sees it. The words of a command
 * are read by the one parser of all commands.
 */
import { visibleLines } from "../policy/visible-lines.ts";
import { type CommandName, commandNames } from "./command.ts";

export type WrittenCommand = {
  readonly name: CommandName;
  /** What follows the name on its line. */
  readonly text: string;
};

const begins = new RegExp(`^(${commandNames.join("|")})(?:[ \\t]+|$)`, "i");
const mayBegin = new RegExp(`^[ \\t]*(?:${commandNames.join("|")})(?:\\s|$)`, "im");

/** A quick look that may be wrong in one way only: what it says no to holds no command. */
export function mayHoldCommand(body: string): boolean {
  return mayBegin.test(body);
}

/** In the order in which they stand. */
export function commandsIn(body: string): readonly WrittenCommand[] {
  if (!mayHoldCommand(body)) return [];
  return visibleLines(body).flatMap((line) => {
    const name = begins.exec(line)?.[1]?.toLowerCase();
    const command = commandNames.find((known) => known === name);
    return command === undefined ? [] : [{ name: command, text: line.slice(command.length).trim() }];
  });
}
