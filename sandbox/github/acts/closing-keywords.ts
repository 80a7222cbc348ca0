/**
 * The issues that a description or a commit message closes when it reaches the default branch. GitHub's own reading,
 * kept simple: it knows nothing of the bot's parser, so that the two can be compared.
 */

export type NamedIssue = { readonly fullName: string; readonly number: number };

const keyword = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+/gi;

export function closedBy(text: string, fullName: string, url: string): readonly NamedIssue[] {
  const prose = text
    .replace(/<!--[\s\S]*?(?:-->|$)/g, " ")
    .replace(/^(```|~~~)[\s\S]*?(?:^\1|$(?![\s\S]))/gm, " ")
    .replace(/`[^`\n]*`/g, " ")
    .replace(/^\s*>.*$/gm, " ");
  const escaped = url.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const target = new RegExp(
    `^(?:(?:([\\w.-]+/[\\w.-]+))?#(\\d+)|GH-(\\d+)|${escaped}/([\\w.-]+/[\\w.-]+)/issues/(\\d+))(?![\\w-])`,
    "i",
  );
  const named: NamedIssue[] = [];
  for (const found of prose.matchAll(keyword)) {
    const match = target.exec(prose.slice(found.index + found[0].length));
    if (match === null) continue;
    named.push({ fullName: match[1] ?? match[4] ?? fullName, number: Number(match[2] ?? match[3] ?? match[5]) });
  }
  return named;
}
