// Puts the page together: the newest state, who one is, what is shown, and what each hand does.
import { createComposer } from "./composer.js";
import { follow, send } from "./door.js";
import { find } from "./elements.js";
import { createGitHubHands } from "./github-hands.js";
import { renderGitHub, renderRepositories } from "./github-view.js";
import { renderHome } from "./home-view.js";
import { renderModal } from "./modal-view.js";
import { renderSidebar } from "./sidebar-view.js";
import { createSlackHands } from "./slack-hands.js";
import { renderChannel, renderThread } from "./slack-view.js";
import { renderSteps } from "./steps-view.js";
import { followTheme } from "./theme.js";
import { renderBot, renderPeople, renderScene } from "./top-view.js";
import { renderTrack } from "./track-view.js";

let state;
let me = localStorage.getItem("person") ?? "U0ALICE";
let view = "pulls";
/** Which repository is shown; the first until somebody chooses. */
let repository = "";
/** What is shown of Slack: a channel, or the bot with its home and its direct conversation. */
let place = { kind: "channel", id: "" };
/** The first message of the thread that is open. */
let thread;
/** Up to when each person has seen each conversation and thread, by timestamp. */
const seenBy = new Map();
/** While a button is held down nothing is drawn anew, so that the click still finds it. */
let pressed = false;

const person = () => state.people.find((one) => one.user === me) ?? state.people[0];
const direct = () => state.slack.channels.find((one) => one.directWith === me);

function seen() {
  const mine = seenBy.get(me) ?? new Map();
  seenBy.set(me, mine);
  return mine;
}

/** The conversation that is shown; App Home is none. */
function channel() {
  if (place.kind === "channel") return place.id || state.slack.channel;
  return direct()?.id ?? "";
}

const say = (text, more) => send({ kind: "say", user: me, channel: channel(), text, ...more });
const composer = createComposer(find("composer"), (text) => say(text));
const threadComposer = createComposer(find("thread-composer"), (text) => say(text, { threadTs: thread }));

function show(tab) {
  document.body.dataset.tab = tab;
  for (const button of document.querySelectorAll(".tabs button")) {
    button.setAttribute("aria-current", String(button.dataset.tab === tab));
  }
  if (tab === "github") closeThread();
  // While it was not on the screen it could not be scrolled along with what was said.
  if (tab === "slack") find("messages").scrollTop = find("messages").scrollHeight;
}

function closeThread() {
  thread = undefined;
  render();
}

function openThread(root, write = false) {
  thread = root.ts;
  threadComposer.clear();
  render();
  find("thread-messages").scrollTop = find("thread-messages").scrollHeight;
  if (write) threadComposer.focus();
  else find("close-thread").focus({ preventScroll: true });
}

function go(next) {
  place = next;
  thread = undefined;
  document.body.classList.remove("places-open");
  find("places-toggle").setAttribute("aria-expanded", "false");
  if (next.kind === "app" && next.tab === "home") slackHands.openHome();
  render();
  find("messages").scrollTop = find("messages").scrollHeight;
}

function become(user) {
  const other = me !== user;
  me = user;
  localStorage.setItem("person", user);
  send({ kind: "become", user });
  if (other && place.kind === "app") go({ kind: "app", tab: "home" });
  render();
}

function shownView(next) {
  view = next;
  render();
}

const slackHands = createSlackHands(() => me, { openThread, reply: (message) => openThread(message, true) });
const githubHands = createGitHubHands(
  () => state,
  () => me,
);

/** The newest state with the chosen repository in it. */
function chosen(next) {
  const { repositories } = next.github;
  const shown = repositories.find((one) => one.fullName === repository) ?? repositories[0];
  return { ...next, github: { ...next.github, repository: shown } };
}

function showRepository(name) {
  repository = name;
  state = chosen(state);
  render();
}

function fillGitHub(wanted) {
  show("github");
  if (wanted.kind !== "edit") showRepository(wanted.repository ?? state.github.repositories[0].fullName);
  shownView("pulls");
  if (wanted.kind === "pull-request") githubHands.openPull(wanted);
  if (wanted.kind === "change") githubHands.commit(wanted);
  if (wanted.kind !== "edit") return;
  const pull = state.github.repository.pullRequests.find((one) => one.state === "open");
  if (pull) githubHands.edit(pull, wanted);
  else githubHands.openPull(wanted);
}

function showPart(where) {
  show(where === "github" ? "github" : "slack");
  if (where === "github") shownView("pulls");
  else go(where === "home" ? { kind: "app", tab: "home" } : { kind: "channel", id: state.slack.channel });
  const part = find(where === "github" ? "view" : where === "home" ? "home" : "messages");
  const hand = part.querySelector(".pull-actions button:not(:disabled), .conversation:last-child .add");
  (hand ?? part).focus();
}

function fill(wanted) {
  if (wanted.as) become(wanted.as);
  if (wanted.kind === "text") {
    show("slack");
    const named = state.slack.channels.find((one) => `#${one.name}` === wanted.channel);
    go({ kind: "channel", id: named?.id ?? state.slack.channel });
    composer.fill(wanted.text);
  } else if (wanted.kind === "show") showPart(wanted.where);
  else fillGitHub(wanted);
}

function markSeen() {
  // What lies behind another tab of a phone is not seen.
  const hidden = find("panel-slack").offsetParent === null && find("panel-thread").offsetParent === null;
  if (hidden || document.hidden) return;
  const last = state.slack.messages.findLast((one) => one.channel === channel() && !one.threadTs);
  if (last && !(place.kind === "app" && place.tab === "home")) seen().set(channel(), Number(last.ts));
  const reply = state.slack.messages.findLast((one) => one.threadTs === thread);
  if (thread && reply) seen().set(thread, Number(reply.ts));
}

function renderPlace(around) {
  const home = place.kind === "app" && place.tab === "home";
  const shown = state.slack.channels.find((one) => one.id === channel());
  const name = place.kind === "app" ? "Signalbox" : `#${shown?.name ?? ""}`;
  find("place-name").textContent = name;
  find("app-tabs").hidden = place.kind !== "app";
  for (const tab of find("app-tabs").children) {
    tab.setAttribute("aria-selected", String(tab.dataset.tab === place.tab));
  }
  find("home").hidden = !home;
  find("messages").hidden = home;
  find("composer").hidden = home || shown?.archived === true;
  find("archived").hidden = home || shown?.archived !== true;
  composer.into(`Message ${name}`, state.slack.commands);
  threadComposer.into("Reply");
  if (home) renderHome(around);
  else renderChannel(channel(), name, around);
  const open = thread !== undefined && renderThread(channel(), around);
  find("panel-thread").hidden = !open;
  document.body.classList.toggle("thread-open", open);
  find("thread-place").textContent = name;
}

function render() {
  if (!state || pressed) return;
  const who = person();
  me = who.user;
  markSeen();
  const around = { state, me, hands: slackHands, open: thread, seen: seen() };
  renderRepositories(state, { show: showRepository });
  renderScene(state);
  renderPeople(state, me, { become });
  renderBot(state, { kill: () => send({ kind: "kill-bot" }), start: () => send({ kind: "start-bot" }) });
  renderTrack(state);
  renderSteps(state, { fill });
  renderSidebar(around, {
    place: place.id === "" ? { ...place, id: state.slack.channel } : place,
    direct: direct(),
    go,
  });
  renderPlace(around);
  renderModal(around);
  renderGitHub(state, view, githubHands, who);
}

for (const button of document.querySelectorAll(".tabs button")) {
  button.addEventListener("click", () => show(button.dataset.tab));
}

/** Arrow keys go from tab to tab. */
function walkTabs(tabs, choose) {
  for (const tab of tabs) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
      const next = event.key === "ArrowRight" ? tab.nextElementSibling : tab.previousElementSibling;
      if (!next) return;
      next.focus();
      choose(next);
    });
  }
}
walkTabs(document.querySelectorAll(".subtabs [data-view]"), (tab) => shownView(tab.dataset.view));
walkTabs(find("app-tabs").children, (tab) => go({ kind: "app", tab: tab.dataset.tab }));

find("close-thread").addEventListener("click", closeThread);
find("panel-thread").addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeThread();
});
find("places-toggle").addEventListener("click", () => {
  const open = document.body.classList.toggle("places-open");
  find("places-toggle").setAttribute("aria-expanded", String(open));
});

// A link to a pull request, an issue or a message of the sandbox leads to its place on this page.
document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!target || !state) return;
  const url = new URL(target.href, location.href);
  const pull = /\/pull\/(\d+)$/.exec(url.pathname);
  const message = /\/archives\/([^/]+)\/p(\d{10})(\d{6})$/.exec(url.pathname);
  if (url.origin === new URL(state.github.url).origin && (pull || /\/issues\/\d+$/.test(url.pathname))) {
    event.preventDefault();
    show("github");
    shownView(pull ? "pulls" : "issues");
    const named = /^\/([^/]+\/[^/]+)\/(?:pull|issues)\//.exec(url.pathname);
    if (named) showRepository(named[1]);
    const found = pull && document.querySelector(`[data-pull="${pull[1]}"]`);
    if (found) {
      found.open = true;
      found.scrollIntoView({ block: "start" });
    }
  } else if (message) {
    event.preventDefault();
    show("slack");
    const known = state.slack.channels.find((one) => one.id === message[1]);
    go(known?.directWith ? { kind: "app", tab: "messages" } : { kind: "channel", id: message[1] });
    const root = url.searchParams.get("thread_ts");
    if (root) openThread({ ts: root });
    document.querySelector(`[data-ts="${message[2]}.${message[3]}"]`)?.scrollIntoView({ block: "center" });
  }
});

followTheme(find("theme"));

// What scrolls can be reached with the keyboard.
for (const id of ["messages", "thread-messages", "home"]) find(id).tabIndex = 0;
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
  const first = state === undefined;
  state = chosen(next);
  if (first) send({ kind: "become", user: person().user });
  render();
});
