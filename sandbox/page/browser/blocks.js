// Block Kit as elements: header, section with fields, context, actions, divider. What it does not know it leaves out.
import { el } from "./elements.js";
import { emoji, isKnownEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

function text(object, names) {
  if (!object) return undefined;
  if (object.type === "mrkdwn") return mrkdwn(object.text, names);
  return object.text.replace(/:([a-z0-9_+-]+):/g, (all, name) => (isKnownEmoji(name) ? emoji(name) : all));
}

function button(element, message, hands) {
  const style = element.style === "primary" ? ".primary" : element.style === "danger" ? ".danger" : "";
  return el(
    `button.slack-button${style}`,
    {
      type: "button",
      "data-focus": `${message.ts}/${element.action_id}`,
      onclick: () => hands.click(message, element),
    },
    text(element.text, hands.names),
  );
}

function element(one, message, hands) {
  if (one.type === "button") return button(one, message, hands);
  if (one.type === "image") return el("span.hidden", {}, one.alt_text ?? "");
  return el("span", {}, text(one, hands.names));
}

const makers = {
  header: (block, _message, hands) => el("h3.block-header", {}, text(block.text, hands.names)),
  section: (block, message, hands) =>
    el(
      "div.block-section",
      {},
      el(
        "div.block-main",
        {},
        block.text && el("div", {}, text(block.text, hands.names)),
        block.fields &&
          el(
            "div.block-fields",
            {},
            block.fields.map((field) => el("div", {}, text(field, hands.names))),
          ),
      ),
      block.accessory && element(block.accessory, message, hands),
    ),
  context: (block, message, hands) =>
    el(
      "div.block-context",
      {},
      block.elements.map((one) => element(one, message, hands)),
    ),
  actions: (block, message, hands) =>
    el(
      "div.block-actions",
      {},
      block.elements.map((one) => element(one, message, hands)),
    ),
  divider: () => el("hr"),
};

export function renderBlocks(message, hands) {
  return message.blocks.map((block) => makers[block.type]?.(block, message, hands));
}
