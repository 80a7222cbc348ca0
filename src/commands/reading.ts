/** What the readers of all commands share: the words that are left, what `of` named, and how a mistake is told. */
import { editDistance, nearest } from "../policy/nearest.ts";
import type { Command, CommandProblem, CommandReading } from "./command.ts";
import { helpOn } from "./help.ts";
import type { HelpTopic } from "./help-topics.ts";
import { phrase, type Word } from "./words.ts";

type Missing = Extract<CommandProblem, { code: "missing" }>["what"];

/** What is left to read, and what `of` named. */
export type Rest = { readonly text: string; readonly words: readonly Word[]; readonly service?: string };

export function command(value: Command): CommandReading {
  return { kind: "command", command: value };
}

export function problem(value: CommandProblem): CommandReading {
  return { kind: "problem", problem: value };
}

export function missing(what: Missing, topic: HelpTopic): CommandReading {
  return problem({ code: "missing", what, usage: helpOn(topic).usage });
}

/** A word too many; when it is nearly a word of the grammar that could stand there, that one is named. */
export function unexpected(word: Word, topic: HelpTopic, couldStand: readonly string[] = []): CommandReading {
  if (!word.quoted && nearest(word.text, couldStand) !== undefined) return unknownWord(word.text, couldStand);
  return problem({ code: "unexpected", word: word.text, usage: helpOn(topic).usage });
}

export function unknownWord(word: string, choices: readonly string[]): CommandReading {
  const near = nearest(word, choices);
  return problem({ code: "unknown-word", word, choices, ...(near === undefined ? {} : { nearest: near }) });
}

export function is(word: Word | undefined, wanted: string): boolean {
  return word !== undefined && !word.quoted && word.text.toLowerCase() === wanted;
}

/** A slip of the finger away from a short word of the grammar, and not that word. */
export function almost(word: Word | undefined, wanted: string): boolean {
  return word !== undefined && !word.quoted && editDistance(word.text.toLowerCase(), wanted) === 1;
}

/** Takes `of <service>` from where the reader stands. */
export function serviceHere(rest: Rest): Rest {
  const service = rest.words[1];
  if (rest.service !== undefined || service === undefined || !is(rest.words[0], "of")) return rest;
  return { text: rest.text, words: rest.words.slice(2), service: service.text };
}

/** Takes `of <service>` from the end. Inside quotes it is part of what is quoted. */
function serviceAtEnd(rest: Rest): Rest {
  const service = rest.words.at(-1);
  if (rest.service !== undefined || service === undefined || !is(rest.words.at(-2), "of")) return rest;
  return { text: rest.text, words: rest.words.slice(0, -2), service: service.text };
}

/** Takes `of <service>` from wherever it stands: for commands without a text that could hold the word. */
export function serviceAnywhere(rest: Rest): Rest {
  const at = rest.words.findIndex((word, index) => is(word, "of") && index + 1 < rest.words.length);
  const service = rest.words[at + 1];
  if (at === -1 || service === undefined) return rest;
  return { text: rest.text, words: rest.words.toSpliced(at, 2), service: service.text };
}

/** The first word, and what is left behind it and behind an `of <service>` that follows. */
export function takeWord(rest: Rest): { readonly word: Word | undefined; readonly rest: Rest } {
  const from = serviceHere(rest);
  const [word, ...words] = from.words;
  return { word, rest: serviceHere({ ...from, words }) };
}

/** The text that ends a command, but for an `of <service>` at its end. */
export function takeReason(rest: Rest): { readonly reason: string; readonly rest: Rest } {
  const left = serviceAtEnd(rest);
  return { reason: phrase(left.text, left.words), rest: { ...left, words: [] } };
}

export function of(rest: Rest): { service?: string } {
  return rest.service === undefined ? {} : { service: rest.service };
}

export function deploymentNumber(word: Word, topic: HelpTopic): number | CommandReading {
  const [, digits] = /^#?([1-9]\d{0,14})$/u.exec(word.text) ?? [];
  if (digits === undefined) return problem({ code: "bad-number", found: word.text, usage: helpOn(topic).usage });
  return Number(digits);
}
