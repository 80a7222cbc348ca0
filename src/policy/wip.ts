/** Whether a pull request's title says that it is work in progress. */

/**
 * The word of `words` that the title begins with, as the policy spells it. Any case, brackets around it or not; a letter
 * or digit right after makes it another word ("WIPE the cache"). A word that ends in a sign, such as an emoji, needs no
 * such end: nothing can continue it.
 */
export function wipWord(title: string, words: readonly string[]): string | undefined {
  return words.find((word) => begins(title, word));
}

function begins(title: string, word: string): boolean {
  const spelled = word.trim().split(/\s+/u).map(literally).join("\\s+");
  if (spelled === "") return false;
  const end = /[\p{L}\p{N}]$/u.test(word.trim()) ? "(?![\\p{L}\\p{N}])" : "";
  // Invisible formatting characters before the word would otherwise hide it.
  return new RegExp(`^[\\s\\p{Cf}]*(?:[\\[({<【（「*_]+[\\s\\p{Cf}]*)?${spelled}${end}`, "iu").test(title);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
}
