/**
 * The valid word that a person most likely meant. Used wherever a key, a command or a name is not known. It must never
 * act on its guess: callers only name it.
 */

/** Longer words are not compared: the work grows with the square, and nobody mistypes a name of this length. */
const longest = 64;

/**
 * How many letters must be added, left out, exchanged or swapped with their neighbour to make `a` into `b`
 * (Damerau-Levenshtein distance in its "optimal string alignment" form).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const added = (current[column - 1] ?? 0) + 1;
      const left = (last[column] ?? 0) + 1;
      const exchanged = (last[column - 1] ?? 0) + (same ? 0 : 1);
      let best = Math.min(added, left, exchanged);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/** Case, `-`, `_` and spaces are where people differ most and mean the same. */
function plain(word: string): string {
  return word
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/gu, "");
}

/**
 * The choice nearest to `word`, or undefined when none is near: at most one mistake in three letters (one for the
 * shortest words), or a beginning of at least three letters that fits one choice only, as `prod` fits `production`.
 * Among equally near ones the first wins, so the answer is always the same.
 */
export function nearest(word: string, choices: readonly string[]): string | undefined {
  const wanted = plain(word);
  if (wanted === "" || wanted.length > longest) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const choice of choices) {
    const candidate = plain(choice);
    // A word of one or two letters is one mistake away from every other such word: that tells nothing.
    if (candidate.length > longest || candidate.length <= 1) {
      if (candidate === wanted) return choice;
      continue;
    }
    const distance = editDistance(wanted, candidate);
    if (distance < bestDistance && distance < Math.max(wanted.length, candidate.length)) {
      best = choice;
      bestDistance = distance;
    }
  }
  if (best !== undefined) return best;
  if (wanted.length < 3) return undefined;
  const begun = choices.filter((choice) => plain(choice).startsWith(wanted));
  return begun.length === 1 ? begun[0] : undefined;
}
