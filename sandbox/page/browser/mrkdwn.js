// Slack's mrkdwn as elements. Reads a piece at a time and never makes markup out of text.
import { el, link } from "./elements.js";
import { emoji, isKnownEmoji } from "./emoji.js";

function decode(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

const tokens = [
  { pattern: /^```\n?([\s\S]*?)\n?```/, make: ([, code]) => el("pre", {}, decode(code)) },
  { pattern: /^`([^`\n]+)`/, make: ([, code]) => el("code", {}, decode(code)) },
  { pattern: /^<@([A-Z0-9]+)(?:\|[^>]*)?>/, make: ([, id], names) => el("span.mention", {}, `@${names[id] ?? id}`) },
  { pattern: /^<#([A-Z0-9]+)(?:\|([^>]*))?>/, make: ([, id, name]) => el("span.mention", {}, `#${name || id}`) },
  { pattern: /^<!(here|channel|everyone)(?:\|[^>]*)?>/, make: ([, who]) => el("span.mention.loud", {}, `@${who}`) },
  {
    pattern: /^<!date\^(\d+)\^([^|^>]*)(?:\^[^|>]*)?\|([^>]*)>/,
    make: ([, seconds, , fallback]) => date(seconds, fallback),
  },
  {
    pattern: /^<(https?:[^|>]+)(?:\|([^>]*))?>/,
    make: ([, url, text], names) => link(decode(url), text ? inline(text, names) : decode(url)),
  },
  { pattern: /^<mailto:([^|>]+)(?:\|([^>]*))?>/, make: ([, address, text]) => text || address },
  {
    pattern: /^:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/,
    make: ([all, name]) => (isKnownEmoji(name) ? emoji(name) : all),
  },
];
const spans = [
  { mark: "*", tag: "strong" },
  { mark: "_", tag: "em" },
  { mark: "~", tag: "s" },
];

function date(seconds, fallback) {
  const at = new Date(Number(seconds) * 1000);
  return el(
    "time",
    { datetime: at.toISOString(), title: decode(fallback) },
    at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" }),
  );
}

/** A mark counts at the edge of a word only, as in Slack: `a*b*c` stays as it is. */
function readSpan(text, at, { mark, tag }, names) {
  if (text[at] !== mark || /[\w]/.test(text[at - 1] ?? "")) return undefined;
  const end = text.indexOf(mark, at + 1);
  if (end < 0 || end === at + 1) return undefined;
  const inner = text.slice(at + 1, end);
  if (inner.includes("\n") || /^\s|\s$/.test(inner) || /\w/.test(text[end + 1] ?? "")) return undefined;
  return { element: el(tag, {}, inline(inner, names)), end: end + 1 };
}

function readOne(text, at, names) {
  const rest = text.slice(at);
  for (const { pattern, make } of tokens) {
    const match = pattern.exec(rest);
    if (match) return { element: make(match, names), end: at + match[0].length };
  }
  for (const span of spans) {
    const found = readSpan(text, at, span, names);
    if (found) return found;
  }
  return undefined;
}

function inline(text, names) {
  const parts = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const special = "`<:*_~".includes(text[at]) ? readOne(text, at, names) : undefined;
    if (special) {
      if (plain) parts.push(decode(plain));
      plain = "";
      parts.push(special.element);
      at = special.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain) parts.push(decode(plain));
  return parts;
}

/** A whole text: lines that begin with `>` are quoted, everything else keeps its line breaks. */
export function mrkdwn(text, names) {
  const parts = [];
  for (const piece of text.split(/(```[\s\S]*?```)/)) {
    if (piece.startsWith("```") && piece.length > 5) {
      parts.push(inline(piece, names));
      continue;
    }
    const lines = piece.split("\n");
    for (const [index, line] of lines.entries()) {
      const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
      if (quoted) parts.push(el("blockquote", {}, inline(quoted[1], names)));
      else {
        parts.push(inline(line, names));
        if (index < lines.length - 1) parts.push(el("br"));
      }
    }
  }
  return parts;
}
