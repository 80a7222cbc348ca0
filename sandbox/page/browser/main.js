// Puts the page together: the newest state, who one is, and what each hand does.
import { createComposer } from "./composer.js";
import { commitDialog, confirmDialog, issueDialog, pullDialog } from "./dialogs.js";
import { follow, send } from "./door.js";
import { find } from "./elements.js";
import { renderGitHub } from "./github-view.js";
import { renderSlack } from "./slack-view.js";
import { renderSteps } from "./steps-view.js";
import { renderBot, renderPeople } from "./top-view.js";
import { renderTrack } from "./track-view.js";

let state;
let me = localStorage.getItem("person") ?? "U0ALICE";
let view = "pulls";
/** While a button is held down nothing is drawn anew, so that the click still finds it. */
let pressed = false;

const channel = () => state.slack.channel;
const person = () => state.people.find((one) => one.user === me) ?? state.people[0];

const composer = createComposer((text, threadTs) =>
  send({ kind: "say", user: me, channel: channel(), text, ...(threadTs ? { threadTs } : {}) }),
);

function show(tab) {
  document.body.dataset.tab = tab;
  for (const button of document.querySelectorAll(".tabs button")) {
    button.setAttribute("aria-current", String(button.dataset.tab === tab));
  }
  // While it was not on the screen it could not be scrolled along with what was said.
  if (tab === "slack") find("messages").scrollTop = find("messages").scrollHeight;
}

function become(user) {
  me = user;
  localStorage.setItem("person", user);
  render();
}

function shownView(next) {
  view = next;
  render();
}

function branchesToOffer() {
  const { repository } = state.github;
  const taken = repository.pullRequests.filter((one) => one.state === "open" || one.merged).map((one) => one.head.sha);
  const free = repository.branches.filter((one) => one.name !== repository.defaultBranch && !taken.includes(one.sha));
  return free.map((one) => one.name);
}

function openPull({ head, title, body } = {}) {
  const branches = [...new Set([...(head ? [head] : []), ...branchesToOffer()])];
  if (branches.length === 0) return commit();
  pullDialog({ branches, head: head ?? branches[0], title, body }, (fields) =>
    send({ kind: "open-pull-request", user: me, ...fields }),
  );
}

function edit(pull, { title = pull.title, body = pull.body } = {}) {
  pullDialog({ branches: [pull.head.ref], editing: pull.number, title, body }, (fields) =>
    send({ kind: "edit-pull-request", user: me, number: pull.number, title: fields.title, body: fields.body }),
  );
}

/** A branch that was merged is not used again: the next change to the same entry gets a branch of its own. */
function freshBranch(name) {
  const base = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  const taken = new Set(state.github.repository.branches.map((one) => one.name));
  if (base === "" || !taken.has(base)) return base;
  let count = 2;
  while (taken.has(`${base}-${count}`)) count += 1;
  return `${base}-${count}`;
}

function commit({ name = "", detail = "" } = {}) {
  commitDialog({ name, detail, branch: freshBranch(name) }, async (fields) => {
    const done = await send({
      kind: "commit",
      user: me,
      branch: fields.branch,
      name: fields.name,
      detail: fields.detail,
    });
    if (!done || !fields.open) return;
    const issue = state.github.repository.issues.find((one) => one.state === "open");
    openPull({ head: fields.branch, title: fields.name, body: issue ? `close #${issue.number}` : "" });
  });
}

function fill(wanted) {
  if (wanted.as) become(wanted.as);
  if (wanted.kind === "text") {
    show("slack");
    composer.fill(wanted.text);
  } else if (wanted.kind === "show") {
    show(wanted.where);
    if (wanted.where === "github") shownView("pulls");
    const place = find(wanted.where === "slack" ? "messages" : "view");
    if (wanted.where === "slack") place.scrollTop = place.scrollHeight;
    (place.querySelector(".pull-actions button:not(:disabled), .conversation:last-child .add") ?? place).focus();
  } else {
    show("github");
    shownView("pulls");
    if (wanted.kind === "pull-request") openPull(wanted);
    if (wanted.kind === "commit" || wanted.kind === "change") commit(wanted);
    if (wanted.kind === "edit") {
      const pull = state.github.repository.pullRequests.find((one) => one.state === "open");
      if (pull) edit(pull, wanted);
      else openPull(wanted);
    }
  }
}

const slackHands = {
  get names() {
    return state.slack.users;
  },
  again: () => render(),
  reply: (message) => composer.reply(message),
  react: (message, emoji, on) =>
    send({ kind: on ? "react" : "unreact", user: me, channel: message.channel, ts: message.ts, emoji }),
  click: (message, element) => {
    if (element.url) window.open(element.url, "_blank", "noreferrer,noopener");
    const go = () =>
      send({ kind: "click", user: me, channel: message.channel, ts: message.ts, actionId: element.action_id });
    if (element.confirm) confirmDialog(element.confirm, go);
    else go();
  },
};

const githubHands = {
  openPull: () => openPull(),
  commit: () => commit(),
  openIssue: () => issueDialog((fields) => send({ kind: "open-issue", user: me, ...fields })),
  edit: (pull) => edit(pull),
  merge: (pull) => send({ kind: "merge-pull-request", user: me, number: pull.number }),
  close: (pull) => send({ kind: "close-pull-request", user: me, number: pull.number }),
  draft: (pull) => send({ kind: "edit-pull-request", user: me, number: pull.number, draft: !pull.draft }),
};

function render() {
  if (!state || pressed) return;
  const who = person();
  me = who.user;
  const name = state.slack.channels.find((one) => one.id === channel())?.name ?? "";
  find("channel").textContent = `#${name}`;
  find("repository").textContent = state.github.repository.fullName;
  composer.as(who.name, name);
  renderPeople(state, me, { become });
  renderBot(state, { kill: () => send({ kind: "kill-bot" }), start: () => send({ kind: "start-bot" }) });
  renderTrack(state);
  renderSteps(state, { fill });
  renderSlack(state, me, slackHands);
  renderGitHub(state, view, githubHands, who.permission !== "read");
}

for (const button of document.querySelectorAll(".tabs button")) {
  button.addEventListener("click", () => show(button.dataset.tab));
}
for (const tab of document.querySelectorAll(".subtabs [role=tab]")) {
  tab.addEventListener("click", () => shownView(tab.dataset.view));
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const next = event.key === "ArrowRight" ? tab.nextElementSibling : tab.previousElementSibling;
    if (!next) return;
    next.focus();
    shownView(next.dataset.view);
  });
}

// A link to a pull request, an issue or a message of the sandbox leads to its place on this page.
document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!target || !state) return;
  const url = new URL(target.href, location.href);
  const pull = /\/pull\/(\d+)$/.exec(url.pathname);
  const message = /\/archives\/[^/]+\/p(\d{10})(\d{6})$/.exec(url.pathname);
  if (url.origin === new URL(state.github.url).origin && (pull || /\/issues\/\d+$/.test(url.pathname))) {
    event.preventDefault();
    show("github");
    shownView(pull ? "pulls" : "issues");
    const place = pull && document.querySelector(`[data-pull="${pull[1]}"]`);
    if (place) {
      place.open = true;
      place.scrollIntoView({ block: "start" });
    }
  } else if (message) {
    event.preventDefault();
    show("slack");
    document.querySelector(`[data-ts="${message[1]}.${message[2]}"]`)?.scrollIntoView({ block: "center" });
  }
});

function theme(next) {
  document.documentElement.dataset.theme = next;
  localStorage.setItem("theme", next);
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const kept = localStorage.getItem("theme");
if (kept) theme(kept);
find("theme").addEventListener("click", () => {
  const now = document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
  theme(now === "dark" ? "light" : "dark");
});

// What scrolls can be reached with the keyboard.
find("messages").tabIndex = 0;
addEventListener("pointerdown", () => {
  pressed = true;
});
for (const end of ["pointerup", "pointercancel", "blur"]) {
  addEventListener(end, () => {
    pressed = false;
    setTimeout(render);
  });
}

show("slack");
follow((next) => {
  if (next.starting) return;
  state = next;
  render();
});
