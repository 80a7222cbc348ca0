// Who one is, and the bot's process.
import { el, find, isDrawn, replace } from "./elements.js";
import { avatar } from "./message-view.js";

/** Which example is open; the sample says nothing of itself. */
export function renderScene(state) {
  const { name, title } = state.scene;
  find("scene").textContent = title;
  document.title = name === "" ? "Signalbox sandbox" : `${title} · Signalbox sandbox`;
}

export function renderPeople(state, me, hands) {
  if (isDrawn(find("people"), [state.people, me])) return;
  replace(find("people"), [
    el("legend.hidden", {}, "Who you are"),
    state.people.map((person) =>
      el(
        "label.person",
        { title: `${person.name}, ${person.role}: may ${person.permission} ` },
        el("input", {
          type: "radio",
          name: "person",
          value: person.user,
          checked: person.user === me,
          "data-focus": `person/${person.user}`,
          onchange: () => hands.become(person.user),
        }),
        avatar(`person-${person.user}`, person.name.slice(0, 1)),
        el("span.person-name", {}, el("strong", {}, person.name), el("span", {}, person.role)),
      ),
    ),
  ]);
}

const words = { starting: "Starting", running: "Running", stopped: "Killed", failed: "Failed" };
const lamps = { starting: "wait", running: "go", stopped: "stop", failed: "stop" };

export function renderBot(state, hands) {
  if (isDrawn(find("bot"), state.bot)) return;
  const { state: now, note } = state.bot;
  const up = now === "running" || now === "starting";
  replace(find("bot"), [
    el(`span.lamp.${lamps[now]}`, { "aria-hidden": "true" }),
    el("span.bot-words", { role: "status", title: note }, el("strong", {}, "Bot"), el("span", {}, words[now])),
    up
      ? el(
          "button",
          { type: "button", "data-focus": "bot", title: "Ends the bot’s process at once", onclick: () => hands.kill() },
          "kill -9",
        )
      : el("button.primary", { type: "button", "data-focus": "bot", onclick: () => hands.start() }, "Start again"),
  ]);
}
