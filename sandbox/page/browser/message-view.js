// One message: who, when, what, with its buttons, menus and reactions, as the chosen person sees it.
import { renderBlocks } from "./blocks.js";
import { clockTime, el } from "./elements.js";
import { emoji, offered } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

function author(message, state) {
  if (message.user === "USLACKBOT") return { name: "Slackbot", kind: "slackbot", letter: "S" };
  const name = state.slack.users[message.user] ?? message.user;
  const bot = message.user === state.slack.botUser;
  return { name, kind: bot ? "bot" : `person-${message.user}`, letter: name.slice(0, 1) };
}

export function avatar(kind, letter) {
  if (kind === "bot") return el("img.avatar", { src: "/mark.svg", alt: "" });
  return el(`span.avatar.${kind}`, { "aria-hidden": "true" }, letter);
}

function reaction(message, name, users, { state, me, hands }) {
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
}

function reactionRow(message, around) {
  if (message.ephemeralFor) return undefined;
  const given = Object.entries(message.reactions).map(([name, users]) => reaction(message, name, users, around));
  const add = offered
    .filter((name) => !(name in message.reactions))
    .map((name) =>
      el(
        "button.add",
        {
          type: "button",
          "aria-label": `React with ${emoji(name)}`,
          "data-focus": `${message.ts}/add/${name}`,
          onclick: () => around.hands.react(message, name, true),
        },
        emoji(name),
      ),
    );
  return el("div.reactions", {}, given, el("span.adders", {}, add));
}

function body(message, { state, hands }) {
  const names = state.slack.users;
  if (message.blocks.length === 0) return mrkdwn(message.text, names);
  return renderBlocks(message.blocks, {
    key: message.ts,
    names,
    click: (element, block) => hands.click(message, element, block),
    change: (element, block, value) => hands.choose(message, element, block, value),
    held: () => "",
  });
}

export function renderMessage(message, around, inThread = false) {
  const { state, hands } = around;
  const by = author(message, state);
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
      el("div.message-text", {}, body(message, around)),
      reactionRow(message, around),
    ),
  );
}
