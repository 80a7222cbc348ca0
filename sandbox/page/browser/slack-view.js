// The channel or direct conversation that is shown, and the thread beside it.
import { clockTime, el, find, isDrawn, replace } from "./elements.js";
import { renderMessage } from "./message-view.js";

function repliesLink(root, replies, { open, seen, hands }) {
  if (replies.length === 0) return undefined;
  const label = `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`;
  const last = replies.at(-1);
  const fresh = replies.filter((one) => Number(one.ts) > (seen.get(root.ts) ?? 0)).length;
  return el(
    "button.quiet.replies",
    {
      type: "button",
      "aria-expanded": String(open === root.ts),
      "data-focus": `${root.ts}/replies`,
      onclick: () => hands.openThread(root),
    },
    el("strong", {}, label),
    el("span", {}, `last at ${clockTime(Number(last.ts) * 1000)}`),
    fresh > 0 && open !== root.ts && el("span.fresh", {}, "new"),
  );
}

function scrollable(container, draw) {
  const stuck = container.scrollHeight - container.scrollTop - container.clientHeight < 60;
  draw();
  if (stuck) container.scrollTop = container.scrollHeight;
}

function visible(state, me, channel) {
  return state.slack.messages.filter(
    (one) => one.channel === channel && (!one.ephemeralFor || one.ephemeralFor === me),
  );
}

function nothingYet(name) {
  return el(
    "div.empty",
    {},
    el("p", {}, `Nothing was said in ${name} yet.`),
    el(
      "p",
      {},
      "Type ",
      el("code", {}, "/deploy help"),
      " to see what the bot understands, or begin with the first thing to try.",
    ),
  );
}

/** Draws the conversation; `around` has the state, who looks, their hands, the open thread and what was seen of it. */
export function renderChannel(channel, name, around) {
  const container = find("messages");
  const { state, me, open, seen } = around;
  const mine = visible(state, me, channel);
  if (isDrawn(container, [me, channel, open, [...seen], mine, state.slack.users])) return;
  const replies = Map.groupBy(
    mine.filter((one) => one.threadTs),
    (one) => one.threadTs,
  );
  const roots = mine.filter((one) => !one.threadTs);
  const drawn = roots.map((root) =>
    el(
      `div.conversation${open === root.ts ? ".open" : ""}`,
      {},
      renderMessage(root, around),
      repliesLink(root, replies.get(root.ts) ?? [], around),
    ),
  );
  scrollable(container, () => replace(container, drawn.length === 0 ? [nothingYet(name)] : drawn));
}

/** Draws the thread that is open; false when there is none to be drawn. */
export function renderThread(channel, around) {
  const { state, me, open } = around;
  const container = find("thread-messages");
  const all = visible(state, me, channel);
  const root = all.find((one) => one.ts === open);
  if (!root) return false;
  const replies = all.filter((one) => one.threadTs === open);
  if (isDrawn(container, [me, root, replies, state.slack.users])) return true;
  const count = `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`;
  scrollable(container, () =>
    replace(container, [
      renderMessage(root, around, true),
      el("p.count-line", {}, el("span", {}, count)),
      replies.map((reply) => renderMessage(reply, around, true)),
    ]),
  );
  return true;
}
