// Things to try, ticked off as they are seen to have happened.
import { el, find, isDrawn, replace } from "./elements.js";

export function renderSteps(state, hands) {
  if (isDrawn(find("steps"), state.trip)) return;
  const done = state.trip.filter((step) => step.done).length;
  const next = state.trip.find((step) => !step.done);
  find("try-count").textContent = `${done} of ${state.trip.length}`;
  replace(
    find("steps"),
    state.trip.map((step) => {
      const current = step === next;
      return el(
        `li.step${step.done ? ".done" : ""}${current ? ".next" : ""}`,
        { title: current ? undefined : step.detail, "aria-current": current && "step" },
        el("span.lamp", {
          class: `lamp ${step.done ? "go" : current ? "wait" : "off"}`,
          role: "img",
          "aria-label": step.done ? "Done" : "To do",
        }),
        el("div", {}, el("h3", {}, step.title), el("p", {}, step.detail)),
        el(
          "button",
          {
            type: "button",
            "data-focus": `step/${step.id}`,
            "aria-label": `${step.button}: ${step.title}`,
            onclick: () => hands.fill(step.fill),
          },
          step.button,
        ),
      );
    }),
  );
}
