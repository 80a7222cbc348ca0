// The bot's App Home, as it published it for the chosen person.
import { renderBlocks } from "./blocks.js";
import { el, find, isDrawn, replace } from "./elements.js";
import { heldText } from "./inputs.js";

export function renderHome({ state, me, hands }) {
  const view = state.slack.homes[me];
  const container = find("home");
  if (isDrawn(container, [me, view, state.slack.users])) return;
  const nothing = el(
    "div.empty",
    {},
    el("p", {}, "This is where the bot shows what waits for you."),
    el("p", {}, "It has published nothing for you yet."),
  );
  const at = {
    key: "home",
    names: state.slack.users,
    click: (element, block) => hands.clickHome(element, block),
    change: (element, block, value) => hands.chooseHome(element, block, value),
    held: (block, element) => heldText(view.values[block.block_id]?.[element.action_id]),
  };
  replace(container, [view ? el("div.message-text.home-blocks", {}, renderBlocks(view.blocks, at)) : nothing]);
}
