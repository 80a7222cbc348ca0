// Block Kit as elements: what messages, modals and App Home are made of. What it does not know it leaves out.
import { el } from "./elements.js";
import { control } from "./inputs.js";
import { text } from "./texts.js";

function button(element, block, at) {
  const style = element.style === "primary" ? ".primary" : element.style === "danger" ? ".danger" : "";
  return el(
    `button.slack-button${style}`,
    {
      type: "button",
      "aria-label": element.accessibility_label,
      "data-focus": `${at.key}/${block.block_id}/${element.action_id}`,
      onclick: () => at.click(element, block),
    },
    text(element.text, at.names),
  );
}

function element(one, block, at) {
  if (one.type === "button") return button(one, block, at);
  if (one.type === "image") return el("span.hidden", {}, one.alt_text ?? "");
  if (one.type === "mrkdwn" || one.type === "plain_text") return el("span", {}, text(one, at.names));
  return control(one, block, at);
}

function input(block, at) {
  const id = `${at.key}-${block.block_id}`.replace(/[^\w-]/g, "_");
  const error = at.errors?.[block.block_id];
  const several = ["radio_buttons", "checkboxes"].includes(block.element.type);
  const label = [text(block.label, at.names), block.optional && el("span.optional", {}, " (optional)")];
  const described = [error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(" ");
  const given = { id, invalid: Boolean(error), describedBy: described || undefined };
  return el(
    several ? "fieldset.block-input" : "div.block-input",
    {},
    several ? el("legend", {}, label) : el("label", { for: id }, label),
    control(block.element, block, at, given),
    error && el("p.input-error", { id: `${id}-error` }, error),
    block.hint && el("p.hint", { id: `${id}-hint` }, text(block.hint, at.names)),
  );
}

const makers = {
  header: (block, at) => el("h3.block-header", {}, text(block.text, at.names)),
  section: (block, at) =>
    el(
      "div.block-section",
      {},
      el(
        "div.block-main",
        {},
        block.text && el("div", {}, text(block.text, at.names)),
        block.fields &&
          el(
            "div.block-fields",
            {},
            block.fields.map((field) => el("div", {}, text(field, at.names))),
          ),
      ),
      block.accessory && element(block.accessory, block, at),
    ),
  context: (block, at) =>
    el(
      "div.block-context",
      {},
      block.elements.map((one) => element(one, block, at)),
    ),
  actions: (block, at) =>
    el(
      "div.block-actions",
      {},
      block.elements.map((one) => element(one, block, at)),
    ),
  divider: () => el("hr"),
  input,
};

/**
 * `at` is where the blocks are: `key` tells places apart, `names` are people by id, and `click`, `change` and `held` do
 * what a press and a choice mean there and know what an input holds.
 */
export function renderBlocks(blocks, at) {
  return blocks.map((block) => makers[block.type]?.(block, at));
}
