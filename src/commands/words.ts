/**
 * Splits what a person typed into words. Quotes keep words together, in any of the shapes that a keyboard or a chat
 * client makes of them. It must never fail: every text has words, if only none.
 */

export type Word = {
  readonly text: string;
  /** Written in quotes: never a verb, never `of`, `to` or `until`. */
  readonly quoted: boolean;
  /** Where the word begins and ends in the text, quotes included. */
  readonly start: number;
  readonly end: number;
};

/** Opening quotes, each with those that may close it. Chat clients turn straight ones into curly ones, in any pairing. */
const double = '"“”„«»';
const single = "'‘’‚";

/**
 * Characters that cannot be seen or that turn the direction of the text around. They come along when something is
 * copied from a page, and a name that holds one would look like another name.
 */
const unseen = /[\p{Cc}\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** The text as it is read: unseen characters gone, every kind of white space a blank. */
export function readable(text: string): string {
  return text.replace(/\s+/gu, " ").replace(unseen, "").replace(/ {2,}/gu, " ").trim();
}

function closing(text: string, start: number): number | undefined {
  const opening = text[start];
  if (opening === undefined) return undefined;
  const closers = double.includes(opening) ? double : single.includes(opening) ? single : undefined;
  if (closers === undefined) return undefined;
  for (let at = start + 1; at < text.length; at += 1) {
    const letter = text[at];
    // An apostrophe inside a word closes nothing: a quote ends before a blank or at the end.
    const ends = at + 1 === text.length || text[at + 1] === " ";
    if (letter !== undefined && closers.includes(letter) && ends) return at;
  }
  return undefined;
}

/** The words of a text that `readable` gave. A quote that nothing closes, or with nothing inside, is a letter like any other. */
export function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === " ") {
      at += 1;
      continue;
    }
    const close = closing(text, at);
    const inside = close === undefined ? "" : text.slice(at + 1, close).trim();
    if (close !== undefined && inside !== "") {
      words.push({ text: inside, quoted: true, start: at, end: close + 1 });
      at = close + 1;
      continue;
    }
    const blank = text.indexOf(" ", at);
    const end = blank === -1 ? text.length : blank;
    words.push({ text: text.slice(at, end), quoted: false, start: at, end });
    at = end;
  }
  return words;
}

/** The text from one word to another as it was typed; without its quotes when it is one quoted word. */
export function phrase(text: string, words: readonly Word[]): string {
  const first = words[0];
  const last = words.at(-1);
  if (first === undefined || last === undefined) return "";
  if (words.length === 1 && first.quoted) return first.text;
  return text.slice(first.start, last.end);
}
