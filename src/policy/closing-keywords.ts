/**
 * The issues that a description closes by a keyword, read as GitHub reads them: "Linking a pull request to an issue" in
 * its documentation names the nine words, and code, quotes and HTML comments do not count. Markdown is understood by a
 * CommonMark parser, never by patterns over the raw text.
 */
import { fromMarkdown } from "mdast-util-from-markdown";
import type { NamedIssue } from "./pull-request.ts";

export type IssueReference = Pick<NamedIssue, "written" | "repository" | "number">;

type Home = {
  /** `owner/name` of the pull request's repository. */
  readonly repository: string;
  /** GitHub's web address without a slash at the end. */
  readonly githubUrl: string;
};

/** GitHub takes no longer description. */
const longestBody = 65_536;

/** Stands where something was that no keyword may reach across. */
const gap = "\uFFFC";

/** Each issue once, in the order in which it is first named. */
export function closingKeywords(body: string, home: Home): readonly IssueReference[] {
  const found = new Map<string, IssueReference>();
  for (const text of readableTexts(bounded(body))) {
    for (const reference of readReferences(text, home)) {
      const key = `${reference.repository.toLowerCase()}#${reference.number}`;
      if (!found.has(key)) found.set(key, reference);
    }
  }
  return [...found.values()];
}

/**
 * Thousands of nested quotes, list items or emphasis marks take the parser from seconds to minutes. Nobody means them,
 * and cutting a run of them short changes nothing that counts: what is quoted stays quoted.
 */
export function bounded(body: string): string {
  return body
    .slice(0, longestBody)
    .replace(/^((?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])){50})(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)]))+/gmu, "$1")
    .replace(/([*_]{50})[*_]+/gu, "$1");
}

function readReferences(text: string, home: Home): readonly IssueReference[] {
  const url = home.githubUrl.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
  const name = "[A-Za-z0-9][A-Za-z0-9-]{0,38}\\/[A-Za-z0-9._-]{1,100}";
  const keyword = "(?<![\\p{L}\\p{N}_-])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?::\\s*|\\s+)";
  const hash = `(?<hashIn>${name})?#(?<hash>\\d{1,9})`;
  const gh = "GH-(?<gh>\\d{1,9})";
  const link = `${url}\\/(?<linkIn>${name})\\/(?:issues|pull)\\/(?<link>\\d{1,9})(?!\\/|#)`;
  const pattern = new RegExp(`${keyword}(?<written>${hash}|${gh}|${link})(?![\\p{L}\\p{N}_])`, "giu");
  return [...text.matchAll(pattern)].flatMap(({ groups = {} }) => {
    const number = Number(groups["hash"] ?? groups["gh"] ?? groups["link"]);
    const repository = groups["hashIn"] ?? groups["linkIn"] ?? home.repository;
    return number > 0 ? [{ written: groups["written"] ?? "", repository, number }] : [];
  });
}

/** What the walk needs of a Markdown node; every kind of node has it. */
type Node = {
  readonly type: string;
  readonly url?: string;
  readonly value?: string;
  readonly children?: readonly Node[];
  readonly position?:
    | {
        readonly start: { readonly offset?: number | undefined };
        readonly end: { readonly offset?: number | undefined };
      }
    | undefined;
};

/** The texts of a description that count, each from one paragraph, heading or block of HTML. */
function readableTexts(body: string): readonly string[] {
  const texts: string[] = [];
  const html = htmlReader();
  const left: Node[] = [fromMarkdown(body)];
  for (let block = left.pop(); block !== undefined; block = left.pop()) {
    if (block.type === "blockquote" || block.type === "code" || block.type === "definition") continue;
    if (block.type === "paragraph" || block.type === "heading") texts.push(inlineText(block, body, html));
    else if (block.type === "html") texts.push(html.read(block.value ?? ""));
    else left.push(...(block.children ?? []).toReversed());
  }
  return texts;
}

/** Emphasis is looked through; code, images and tags leave a gap. */
function inlineText(node: Node, body: string, html: HtmlReader): string {
  const inside = () => (node.children ?? []).map((child) => inlineText(child, body, html)).join("");
  switch (node.type) {
    case "text":
      if (html.hiding()) return gap;
      return withoutEscapes(body.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0));
    case "html":
      return html.read(node.value ?? "");
    case "inlineCode":
    case "image":
    case "imageReference":
      return gap;
    case "break":
      return "\n";
    case "link":
    case "linkReference": {
      const text = inside();
      // `<https://…>` is an address like a bare one; other links are somewhere else's text.
      return text === node.url ? text : `${gap}${text}${gap}`;
    }
    default:
      return inside();
  }
}

/** `\#12` is how an author says that it is no reference. */
function withoutEscapes(source: string): string {
  return source.replace(/\\([!-/:-@[-`{-~])/gu, (_, sign: string) => (sign === "#" ? gap : sign));
}

type HtmlReader = { read(html: string): string; hiding(): boolean };

/**
 * What a reader sees of the HTML in a description, without comments, code and quotes. Tags are followed through the
 * whole description, because Markdown may stand between `<blockquote>` and its end.
 */
export function htmlReader(): HtmlReader {
  const open = new Map<string, number>();
  const hiding = () => open.size > 0;
  const follow = (name: string, closes: boolean) => {
    const depth = (open.get(name) ?? 0) + (closes ? -1 : 1);
    if (depth > 0) open.set(name, depth);
    else open.delete(name);
  };
  const read = (html: string) => {
    const shown: string[] = [];
    let from = 0;
    for (const tag of html.matchAll(/<!--[\s\S]*?(?:-->|$)|<(\/?)([a-z][a-z0-9]*)\b[^<>]*>/giu)) {
      if (!hiding()) shown.push(html.slice(from, tag.index));
      from = tag.index + tag[0].length;
      const name = tag[2]?.toLowerCase();
      if (name !== undefined && hidingTags.has(name)) follow(name, tag[1] === "/");
      shown.push(gap);
    }
    if (!hiding()) shown.push(html.slice(from));
    return shown.join("");
  };
  return { read, hiding };
}

const hidingTags: ReadonlySet<string> = new Set(["code", "pre", "blockquote", "script", "style", "textarea"]);
