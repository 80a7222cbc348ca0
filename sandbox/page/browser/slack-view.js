// The channel: messages with their threads, reactions and buttons, as the chosen person sees them.
import { renderBlocks } from "./blocks.js";
import { clockTime, el, find, isDrawn, replace } from "./elements.js";
import { emoji, offered } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

const folded = new Set();

function author(message, state) {
  if (message.user === "USLACKBOT") return { name: "Slackbot", kind: "slackbot", letter: "S" };
  const name = state.slack.users[message.user] ?? message.user;
  return {
    name,
    kind: message.user === state.slack.botUser ? "bot" : `person-${message.user}`,
    letter: name.slice(0, 1),
  };
}

export function avatar(kind, letter) {
  if (kind === "bot") return el("img.avatar", { src: "/mark.svg", alt: "" });
  return el(`span.avatar.${kind}`, { "aria-hidden": "true" }, letter);
}

function reactionRow(message, state, me, hands) {
  const given = Object.entries(message.reactions);
  if (message.ephemeralFor) return undefined;
  const chips = given.map(([name, users]) => {
    const mine = users.includes(me);
    const who = users.map((user) => state.slack.users[user] ?? user).join(", ");
    return el(
      `button.reaction${mine ? ".mine" : ""}`,
      {
        type: "button",
        title: `${who} reacted with :${name}:`,
        "aria-label": `${emoji(name)} by ${who}${mine ? ". Take yours away" : ". Add yours"}`,
        "aria-pressed": String(mine),
        "data-focus": `${message.ts}/reaction/${name}`,
        onclick: () => hands.react(message, name, !mine),
      },
      el("span", {}, emoji(name)),
      el("span.who", {}, who),
    );
  });
  const add = offered
    .filter((name) => !(name in message.reactions))
    .map((name) =>
      el(
        "button.add",
        {
          type: "button",
          "aria-label": `React with ${emoji(name)}`,
          "data-focus": `${message.ts}/add/${name}`,
          onclick: () => hands.react(message, name, true),
        },
        emoji(name),
      ),
    );
  return el("div.reactions", {}, chips, el("span.adders", {}, add));
}

function renderMessage(message, state, me, hands, inThread) {
  const by = author(message, state);
  const body = message.blocks.length > 0 ? renderBlocks(message, hands) : mrkdwn(message.text, state.slack.users);
  // What asks for something keeps its reactions in sight; elsewhere they come with the pointer or the keyboard.
  const asks = message.blocks.some((block) => block.type === "actions");
  return el(
    `article.message${message.ephemeralFor ? ".ephemeral" : ""}${asks ? ".asks" : ""}`,
    { "data-ts": message.ts },
    avatar(by.kind, by.letter),
    el(
      "div.message-main",
      {},
      message.ephemeralFor && el("p.only-you", {}, "Only visible to you"),
      el(
        "p.byline",
        {},
        el("strong", {}, by.name),
        by.kind === "bot" && el("span.app", {}, "App"),
        el("time", {}, clockTime(Number(message.ts) * 1000)),
        message.edits > 0 && el("span.edited", {}, "edited"),
        !inThread &&
          !message.ephemeralFor &&
          el(
            "button.quiet.reply",
            { type: "button", "data-focus": `${message.ts}/reply`, onclick: () => hands.reply(message) },
            "Reply",
          ),
      ),
      el("div.message-text", {}, body),
      reactionRow(message, state, me, hands),
    ),
  );
}

function renderThread(root, replies, state, me, hands) {
  if (replies.length === 0) return undefined;
  const closed = folded.has(root.ts);
  const label = `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`;
  return el(
    "div.thread",
    {},
    el(
      "button.quiet.fold",
      {
        type: "button",
        "aria-expanded": String(!closed),
        "data-focus": `${root.ts}/fold`,
        onclick: () => {
          if (!folded.delete(root.ts)) folded.add(root.ts);
          hands.again();
        },
      },
      closed ? `Show ${label}` : label,
    ),
    !closed && replies.map((reply) => renderMessage(reply, state, me, hands, true)),
  );
}

export function renderSlack(state, me, hands) {
  const container = find("messages");
  if (isDrawn(container, [me, state.slack, [...folded]])) return;
  const stuck = container.scrollHeight - container.scrollTop - container.clientHeight < 60;
  const mine = state.slack.messages.filter((one) => !one.ephemeralFor || one.ephemeralFor === me);
  const replies = Map.groupBy(
    mine.filter((one) => one.threadTs),
    (one) => one.threadTs,
  );
  const roots = mine.filter((one) => !one.threadTs);
  const empty = el(
    "div.empty",
    {},
    el("p", {}, "Nothing was said here yet."),
    el(
      "p",
      {},
      "Type ",
      el("code", {}, "/deploy help"),
      " to see what the bot understands, or begin with the first thing to try.",
    ),
  );
  replace(
    container,
    roots.length === 0
      ? [empty]
      : roots.map((root) =>
          el(
            "div.conversation",
            {},
            renderMessage(root, state, me, hands, false),
            renderThread(root, replies.get(root.ts) ?? [], state, me, hands),
          ),
        ),
  );
  if (stuck) container.scrollTop = container.scrollHeight;
}
