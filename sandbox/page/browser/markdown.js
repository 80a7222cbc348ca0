// A small part of GitHub's Markdown as elements: headings, lists, tables, quotes, code, bold, italics, links. Comments
// that are hidden on GitHub are hidden here. It never makes markup out of text.
import { el, link } from "./elements.js";

function inline(text) {
  const parts = [];
  let rest = text;
  const rules = [
    [/^`([^`]+)`/, (m) => el("code", {}, m[1])],
    [/^\*\*(.+?)\*\*/, (m) => el("strong", {}, inline(m[1]))],
    [/^\*(?!\s)([^*]+)\*/, (m) => el("em", {}, inline(m[1]))],
    [/^_(?!\s)([^_]+)_(?!\w)/, (m) => el("em", {}, inline(m[1]))],
    [/^\[([^\]]+)\]\((https?:[^)\s]+)\)/, (m) => link(m[2], inline(m[1]))],
    [/^<(https?:[^>\s]+)>/, (m) => link(m[1], m[1])],
    [/^https?:\/\/[^\s<>)]+/, (m) => link(m[0], m[0])],
    [/^\\([\\`*_{}[\]()#+\-.!<>|~@&])/, (m) => m[1]],
    [/^&(amp|lt|gt|quot|#39|#64);/, (m) => ({ amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", "#64": "@" })[m[1]]],
    [/^<br ?\/?>/, () => el("br")],
  ];
  let plain = "";
  while (rest) {
    let hit;
    for (const [pattern, make] of rules) {
      const match = pattern.exec(rest);
      if (match) {
        hit = [match[0].length, make(match)];
        break;
      }
    }
    if (hit) {
      if (plain) parts.push(plain);
      plain = "";
      parts.push(hit[1]);
      rest = rest.slice(hit[0]);
    } else {
      plain += rest[0];
      rest = rest.slice(1);
    }
  }
  if (plain) parts.push(plain);
  return parts;
}

const cells = (line) =>
  line
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());

function table(lines) {
  const [head, , ...rows] = lines;
  const row = (tag) => (line) =>
    el(
      "tr",
      {},
      cells(line).map((cell) => el(tag, {}, inline(cell))),
    );
  return el("div.table", {}, el("table", {}, el("thead", {}, row("th")(head)), el("tbody", {}, rows.map(row("td")))));
}

function item(line) {
  const box = /^\[([ x])\] (.*)$/i.exec(line);
  if (!box) return el("li", {}, inline(line));
  return el(
    "li.task",
    {},
    el("span", { "aria-label": box[1] === " " ? "To do" : "Done" }, box[1] === " " ? "☐" : "☑"),
    " ",
    inline(box[2]),
  );
}

function block(text) {
  const lines = text.split("\n");
  const first = lines[0] ?? "";
  const heading = /^(#{1,6}) (.*)$/.exec(first);
  if (heading) return [el("h4", {}, inline(heading[2])), lines.length > 1 && block(lines.slice(1).join("\n"))];
  if (/^\|.*\|$/.test(first.trim()) && lines.length > 1) return table(lines);
  if (/^(-{3,}|\*{3,})$/.test(first)) return el("hr");
  if (lines.every((line) => /^> ?/.test(line)))
    return el("blockquote", {}, block(lines.map((line) => line.replace(/^> ?/, "")).join("\n")));
  const start = lines.findIndex((line) => /^\s*([-*]|\d+\.) /.test(line));
  if (start >= 0) {
    const before = lines.slice(0, start);
    const items = [];
    for (const line of lines.slice(start)) {
      const match = /^\s*([-*]|\d+\.) (.*)$/.exec(line);
      if (match) items.push(match[2]);
      else items.push(`${items.pop()} ${line.trim()}`);
    }
    const ordered = /^\s*\d+\. /.test(lines[start]);
    return [before.length > 0 && el("p", {}, inline(before.join(" "))), el(ordered ? "ol" : "ul", {}, items.map(item))];
  }
  return el(
    "p",
    {},
    lines.flatMap((line, index) => (index === 0 ? inline(line) : [el("br"), inline(line)])),
  );
}

export function markdown(text) {
  const shown = text
    .replace(/<!--[\s\S]*?-->/g, "")
    .replaceAll("\r\n", "\n")
    .trim();
  if (shown === "") return [];
  return shown.split(/(```[\s\S]*?```)/).flatMap((piece) => {
    if (piece.startsWith("```")) return [el("pre", {}, piece.replace(/^```[^\n]*\n?|\n?```$/g, ""))];
    return piece
      .split(/\n{2,}/)
      .filter((part) => part.trim() !== "")
      .map((part) => block(part.trim()));
  });
}
