/**
 * The lines of a text that a person gives as their own words: those of its paragraphs. Code, quotes, lists, headings, HTML
 * and what HTML hides are none. Markdown is understood by a CommonMark parser, never by patterns over the raw text.
 */
import { fromMarkdown } from "mdast-util-from-markdown";
import { bounded, htmlReader } from "./closing-keywords.ts";

export function visibleLines(body: string): readonly string[] {
  const source = bounded(body);
  const html = htmlReader();
  return fromMarkdown(source).children.flatMap((block) => {
    if (block.type === "paragraph") return linesOf(block, source, html);
    follow(block, html);
    return [];
  });
}

type Node = {
  readonly type: string;
  readonly value?: string;
  readonly children?: readonly Node[];
  readonly position?:
    | {
        readonly start: { readonly offset?: number | undefined };
        readonly end: { readonly offset?: number | undefined };
      }
    | undefined;
};

/** Where HTML tags that hide what follows open and close, also inside of what holds no command itself. */
function follow(node: Node, html: ReturnType<typeof htmlReader>): void {
  if (node.type === "html") html.read(node.value ?? "");
  for (const child of node.children ?? []) follow(child, html);
}

/** Stands for what does not begin a line: code, an image, something hidden. */
const gap = "\uFFFC";

/**
 * The lines of a paragraph as they were typed, since `*` and `_` are letters of a branch's name here. Code spans lose
 * their ticks, so that a revision may stand in one, but not when a line begins with one: that is a command shown, not given.
 */
function linesOf(paragraph: Node, source: string, html: ReturnType<typeof htmlReader>): readonly string[] {
  let text = "";
  let at = paragraph.position?.start.offset ?? 0;
  const copy = (until: number) => {
    text += html.hiding() ? gap : source.slice(at, until);
    at = until;
  };
  const walk = (node: Node) => {
    const start = node.position?.start.offset ?? at;
    const end = node.position?.end.offset ?? at;
    if (node.type === "inlineCode") {
      copy(start);
      const begun = text.slice(text.lastIndexOf("\n") + 1).trim() === "";
      text += begun || html.hiding() ? gap : (node.value ?? "");
      at = end;
    } else if (node.type === "html") {
      copy(start);
      const shown = html.read(node.value ?? "");
      text += (node.value ?? "").startsWith("<!--") ? "" : shown;
      at = end;
    } else if (node.type === "image" || node.type === "imageReference") {
      copy(start);
      text += gap;
      at = end;
    } else for (const child of node.children ?? []) walk(child);
  };
  walk(paragraph);
  copy(paragraph.position?.end.offset ?? at);
  return text.split(/\r\n|\r|\n/u).map((line) => line.replace(/\\$/u, "").trim());
}
