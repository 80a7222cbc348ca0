// What people fill in: menus, text, radio buttons, checkboxes, dates. Each tells its place what it was given.
import { el } from "./elements.js";
import { text } from "./texts.js";

/** What an input holds, out of Slack's shapes: a text, or several. */
export function heldText(value) {
  if (!value) return "";
  if (value.selected_option) return value.selected_option.value;
  if (value.selected_options) return value.selected_options.map((one) => one.value);
  const found = Object.entries(value).find(([name, one]) => name !== "type" && one !== null);
  return found ? (Array.isArray(found[1]) ? found[1] : String(found[1])) : "";
}

function optionElement(option, held, at) {
  const chosen = Array.isArray(held) ? held.includes(option.value) : held === option.value;
  const note = option.description ? ` · ${option.description.text}` : "";
  return el("option", { value: option.value, selected: chosen }, text(option.text, at.names), note);
}

function select(element, block, at, given) {
  const held = at.held(block, element);
  const several = element.type.startsWith("multi_");
  const people = /users?_select/.test(element.type)
    ? Object.entries(at.names).map(([value, name]) => ({ value, text: { type: "plain_text", text: name } }))
    : undefined;
  const options = people ?? element.options ?? [];
  const placeholder = element.placeholder?.text ?? "Choose";
  return el(
    "select.slack-select",
    {
      id: given.id,
      multiple: several,
      "aria-label": given.id ? undefined : placeholder,
      "aria-invalid": given.invalid,
      "aria-describedby": given.describedBy,
      "data-focus": `${at.key}/${block.block_id}/${element.action_id}`,
      onchange: ({ target }) =>
        at.change(element, block, several ? [...target.selectedOptions].map((one) => one.value) : target.value),
    },
    !several && el("option", { value: "", disabled: true, selected: held === "" }, placeholder),
    element.option_groups?.map((group) =>
      el(
        "optgroup",
        { label: group.label.text },
        group.options.map((one) => optionElement(one, held, at)),
      ),
    ) ?? options.map((one) => optionElement(one, held, at)),
  );
}

function choices(element, block, at, given) {
  const single = element.type === "radio_buttons";
  const held = at.held(block, element);
  const name = `${at.key}/${block.block_id}/${element.action_id}`;
  const chosen = (root) => [...root.querySelectorAll("input:checked")].map((one) => one.value);
  return el(
    "div.choices",
    { "aria-describedby": given.describedBy },
    element.options.map((option) =>
      el(
        "label.choice",
        {},
        el("input", {
          type: single ? "radio" : "checkbox",
          name,
          value: option.value,
          checked: Array.isArray(held) ? held.includes(option.value) : held === option.value,
          "data-focus": `${name}/${option.value}`,
          onchange: ({ target }) =>
            at.change(element, block, single ? target.value : chosen(target.closest(".choices"))),
        }),
        el(
          "span",
          {},
          text(option.text, at.names),
          option.description && el("span.hint", {}, text(option.description, at.names)),
        ),
      ),
    ),
  );
}

const inputTypes = {
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
  datepicker: "date",
  timepicker: "time",
};

function typed(element, block, at, given) {
  const long = element.multiline === true;
  const isText = element.type === "plain_text_input";
  const input = el(long ? "textarea.slack-input" : "input.slack-input", {
    id: given.id,
    type: long ? undefined : (inputTypes[element.type] ?? "text"),
    rows: long ? 3 : undefined,
    maxlength: element.max_length,
    placeholder: element.placeholder?.text,
    autocomplete: "off",
    "aria-label": given.id ? undefined : (element.placeholder?.text ?? element.action_id),
    "aria-invalid": given.invalid,
    "aria-describedby": given.describedBy,
    "data-focus": `${at.key}/${block.block_id}/${element.action_id}`,
    oninput: ({ target }) => at.type?.(element, block, target.value),
    onchange: ({ target }) => isText || at.change(element, block, target.value),
    onkeydown: (event) => {
      if (event.key !== "Enter" || long || !block.dispatch_action) return;
      event.preventDefault();
      at.change(element, block, event.target.value);
    },
  });
  input.value = at.held(block, element);
  return input;
}

function overflow(element, block, at) {
  return el(
    "details.overflow",
    {},
    el("summary", { "aria-label": "More", "data-focus": `${at.key}/${block.block_id}/${element.action_id}` }, "⋯"),
    el(
      "div.menu",
      {},
      element.options.map((option) =>
        el(
          "button",
          {
            type: "button",
            onclick: ({ target }) => {
              target.closest("details").open = false;
              at.change(element, block, option.value, option);
            },
          },
          text(option.text, at.names),
        ),
      ),
    ),
  );
}

export function control(element, block, at, given = {}) {
  if (element.type === "overflow") return overflow(element, block, at);
  if (element.type === "radio_buttons" || element.type === "checkboxes") return choices(element, block, at, given);
  if (element.type.endsWith("_select")) return select(element, block, at, given);
  return typed(element, block, at, given);
}
