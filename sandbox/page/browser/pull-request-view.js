// One pull request: what it says, its checks and comments, and what may be done with it.
import { clockTime, el, shortSha } from "./elements.js";
import { markdown } from "./markdown.js";

const opened = new Set();
const closedByHand = new Set();

function light(check) {
  if (check.status !== "completed") return ["wait", "in progress"];
  if (check.conclusion === "success" || check.conclusion === "neutral") return ["go", check.conclusion];
  return ["stop", (check.conclusion ?? "").replaceAll("_", " ")];
}

/** Of several runs of one name only the newest counts, as on GitHub. */
function currentChecks(pull) {
  return [...new Map(pull.checkRuns.map((check) => [check.name, check])).values()];
}

function checkRow(check) {
  const [lamp, words] = light(check);
  return el(
    "details.check",
    { open: lamp !== "go" },
    el(
      "summary",
      {},
      el(`span.lamp.${lamp}`, { role: "img", "aria-label": words }),
      el("strong", {}, check.name),
      el("span", {}, check.title || words),
    ),
    check.summary && el("div.markdown", {}, markdown(check.summary)),
  );
}

function heldBy(pull) {
  if (pull.draft) return "Merging is held: this is a draft.";
  const red = currentChecks(pull).find((check) => light(check)[0] !== "go");
  if (red) return `Merging is held by ${red.name}: ${red.title || light(red)[1]}.`;
  return "Merging is held: a required check has not reported yet.";
}

function comment(one, state) {
  return el(
    "div.comment",
    {},
    el(
      "p.byline",
      {},
      el("strong", {}, one.author),
      el("time", {}, clockTime(Date.parse(one.createdAt))),
      one.edits > 0 && el("span.edited", {}, one.edits === 1 ? "edited once" : `edited ${one.edits} times`),
    ),
    el("div.markdown", {}, markdown(one.body, state)),
  );
}

function badge(pull) {
  if (pull.merged) return el("span.badge.merged", {}, "Merged");
  if (pull.state === "closed") return el("span.badge.closed", {}, "Closed");
  return pull.draft ? el("span.badge.draft", {}, "Draft") : el("span.badge.open", {}, "Open");
}

/** Whom a pull request may be given to besides those who have it. */
function assignment(pull, people, hands, mayWrite) {
  const free = people.filter((one) => !pull.assignees.includes(one.login));
  return el(
    "select.assign",
    {
      "aria-label": "Assign somebody",
      "data-focus": `pull/${pull.number}/assign`,
      disabled: !mayWrite || free.length === 0,
      onchange: (event) => hands.assign(pull, event.target.value),
    },
    el("option", { value: "", selected: true }, "Assign…"),
    free.map((one) => el("option", { value: one.login }, one.name)),
  );
}

/** Whoever can read may approve, but for whoever opened it. */
function approval(pull, who, hands) {
  const own = who.login === pull.author;
  return el(
    "button",
    {
      type: "button",
      "data-focus": `pull/${pull.number}/approve`,
      disabled: own,
      title: own ? "Nobody approves a pull request of their own." : "",
      onclick: () => hands.approve(pull),
    },
    "Approve",
  );
}

function actions(pull, people, hands, who) {
  if (pull.state !== "open") return undefined;
  const mayWrite = who.permission !== "read";
  const focus = (name) => ({ type: "button", "data-focus": `pull/${pull.number}/${name}`, disabled: !mayWrite });
  return el(
    "div.pull-actions",
    {},
    el(
      "button.primary",
      { ...focus("merge"), disabled: !mayWrite || !pull.mergeable, onclick: () => hands.merge(pull) },
      "Merge pull request",
    ),
    approval(pull, who, hands),
    el("button", { ...focus("push"), onclick: () => hands.pushOnto(pull) }, "Push a change"),
    el(
      "button",
      { ...focus("edit"), "aria-label": "Edit title and description", onclick: () => hands.edit(pull) },
      "Edit",
    ),
    el(
      "button.quiet",
      { ...focus("draft"), onclick: () => hands.draft(pull) },
      pull.draft ? "Ready for review" : "Convert to draft",
    ),
    assignment(pull, people, hands, mayWrite),
    el("button.quiet", { ...focus("close"), onclick: () => hands.close(pull) }, "Close"),
    !pull.mergeable && el("p.held", {}, heldBy(pull)),
    !mayWrite && el("p.held", {}, "You may read this repository, not write to it."),
  );
}

export function renderPull(pull, state, hands, who) {
  const key = pull.number;
  const open = pull.state === "open" ? !closedByHand.has(key) : opened.has(key);
  return el(
    "details.pull",
    {
      open,
      "data-pull": key,
      ontoggle: (event) => {
        if (event.target.classList.contains("check")) return;
        const set = pull.state === "open" ? closedByHand : opened;
        const wanted = pull.state === "open" ? !event.target.open : event.target.open;
        if (wanted) set.add(key);
        else set.delete(key);
      },
    },
    el(
      "summary",
      { "data-focus": `pull/${key}` },
      badge(pull),
      el("span.pull-title", {}, el("strong", {}, pull.title), el("span.number", {}, `#${key}`)),
      el(
        "span.pull-line",
        {},
        `${pull.author} · ${pull.head.ref} → ${pull.base.ref} · `,
        pull.approvedBy.length > 0 && `approved by ${pull.approvedBy.join(", ")} · `,
        pull.assignees.length > 0 && `assigned to ${pull.assignees.join(", ")} · `,
        el("code", {}, shortSha(pull.mergeSha ?? pull.head.sha)),
      ),
    ),
    el(
      "div.pull-body",
      {},
      el("div.markdown", {}, pull.body.trim() === "" ? el("p.none", {}, "No description.") : markdown(pull.body)),
    ),
    el("div.checks", {}, currentChecks(pull).map(checkRow)),
    pull.comments.map((one) => comment(one, state)),
    actions(pull, state.people, hands, who),
  );
}
