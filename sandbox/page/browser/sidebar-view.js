// What there is in Slack: channels, and the bot with its App Home. On a phone it is folded behind the channel's name.
import { el, find, isDrawn, replace } from "./elements.js";

/** Messages of a conversation that the person has not seen, threads aside. */
function unread(channel, { state, me, seen }) {
  const since = seen.get(channel.id) ?? 0;
  return state.slack.messages.filter(
    (one) =>
      one.channel === channel.id &&
      !one.threadTs &&
      one.user !== me &&
      (!one.ephemeralFor || one.ephemeralFor === me) &&
      Number(one.ts) > since,
  ).length;
}

function entry({ key, label, sign, count, current, note, go }) {
  return el(
    "li",
    {},
    el(
      `button.place${count > 0 ? ".unread" : ""}`,
      { type: "button", "data-focus": `place/${key}`, "aria-current": current ? "page" : undefined, onclick: go },
      el("span.sign", { "aria-hidden": "true" }, sign),
      el("span.place-name", {}, label),
      note && el("span.note", {}, note),
      count > 0 && el("span.badge-count", { "aria-label": `${count} new` }, String(count)),
    ),
  );
}

/** What is said of a channel in which the bot cannot write. */
function noteOf(channel) {
  if (channel.archived) return "archived";
  return channel.joined ? undefined : "without the bot";
}

export function renderSidebar(around, { place, direct, go }) {
  const { state, me, seen } = around;
  const channels = state.slack.channels.filter((one) => !one.directWith);
  const counted = channels.map((one) => unread(one, around));
  const told = direct ? unread(direct, around) : 0;
  if (isDrawn(find("places"), [me, place, channels, counted, told, [...seen]])) return;
  replace(find("places"), [
    el("h3", {}, "Channels"),
    el(
      "ul",
      {},
      channels.map((channel, index) =>
        entry({
          key: channel.id,
          label: channel.name,
          sign: channel.private ? "🔒" : "#",
          note: noteOf(channel),
          count: counted[index],
          current: place.kind === "channel" && place.id === channel.id,
          go: () => go({ kind: "channel", id: channel.id }),
        }),
      ),
    ),
    el("h3", {}, "Apps"),
    el(
      "ul",
      {},
      entry({
        key: "app",
        label: "Signalbox",
        sign: el("img", { src: "/mark.svg", alt: "", width: "16", height: "16" }),
        count: told,
        current: place.kind === "app",
        go: () => go({ kind: "app", tab: told > 0 ? "messages" : "home" }),
      }),
    ),
  ]);
}
