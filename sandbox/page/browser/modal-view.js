// The modal on top, drawn over everything as Slack draws it. What one types stays while the bot changes the view.
import { renderBlocks } from "./blocks.js";
import { el, find, isDrawn, replace } from "./elements.js";
import { heldText } from "./inputs.js";

/** What was typed or chosen here and may not have come back yet, by view, block and action. */
const here = new Map();
const keyOf = (view, block, element) => `${view.id}/${block.block_id}/${element.action_id}`;

function formOf(view, { state, hands }) {
  const at = {
    key: view.id,
    names: state.slack.users,
    errors: view.errors,
    click: (element, block) => hands.clickModal(element, block),
    held: (block, element) =>
      here.get(keyOf(view, block, element)) ?? heldText(view.values[block.block_id]?.[element.action_id]),
    type: (element, block, value) => here.set(keyOf(view, block, element), value),
    change: (element, block, value) => {
      here.set(keyOf(view, block, element), value);
      hands.fill(element, block, value);
    },
  };
  const first = view.depth === 0;
  return [
    el(
      "header.modal-head",
      {},
      el("h2", { id: "view-title" }, view.title),
      el(
        "button.icon-button",
        { type: "button", "aria-label": "Close all", "data-focus": "modal/x", onclick: () => hands.closeModal(true) },
        "×",
      ),
    ),
    view.trouble && el("p.trouble", { role: "alert" }, view.trouble),
    el("div.modal-body.message-text.scroll", { tabindex: "-1" }, renderBlocks(view.blocks, at)),
    el(
      "footer.modal-foot",
      {},
      el(
        "button",
        { type: "button", "data-focus": "modal/close", onclick: () => hands.closeModal(false) },
        first ? view.close : "Back",
      ),
      view.submit && el("button.primary", { type: "submit", "data-focus": "modal/submit" }, view.submit),
    ),
  ];
}

/** Text that was typed and not entered is told before the view is sent. */
function pending(view) {
  const elements = view.blocks.flatMap((block) => (block.element ? [{ block, element: block.element }] : []));
  return elements.flatMap(({ block, element }) => {
    const typed = here.get(keyOf(view, block, element));
    const known = heldText(view.values[block.block_id]?.[element.action_id]);
    return element.type.endsWith("_input") && typed !== undefined && typed !== known ? [{ block, element, typed }] : [];
  });
}

/** The view whose first field has had the focus once: a form often comes a moment after the modal. */
let begun;

function begin(dialog, view) {
  const first = dialog.querySelector(".modal-body :is(input, select, textarea)");
  if (begun === view.id || !first) return;
  begun = view.id;
  first.focus();
}

export function renderModal(around) {
  const { state, me, hands } = around;
  const dialog = find("view-dialog");
  const view = state.slack.modals[me];
  if (!view) {
    if (dialog.open) dialog.close();
    here.clear();
    return;
  }
  if (!isDrawn(dialog, [me, view, state.slack.users])) {
    const scrolled = dialog.querySelector(".modal-body")?.scrollTop ?? 0;
    replace(find("view-form"), formOf(view, around));
    find("view-form").onsubmit = async (event) => {
      event.preventDefault();
      for (const { block, element, typed } of pending(view)) await hands.type(element, block, typed);
      await hands.submitModal();
    };
    dialog.querySelector(".modal-body").scrollTop = scrolled;
  }
  dialog.oncancel = (event) => {
    event.preventDefault();
    hands.closeModal(false);
  };
  if (!dialog.open) dialog.showModal();
  begin(dialog, view);
}
