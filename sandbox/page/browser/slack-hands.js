// What the chosen person's hands do in Slack, each told to the sandbox.
import { confirmDialog } from "./dialogs.js";
import { send } from "./door.js";

/** `looks` shows what the hands want to see: a thread, the chosen place. */
export function createSlackHands(me, looks) {
  const by = (kind, more) => send({ kind, user: me(), ...more });
  const ids = (element, block) => ({ actionId: element.action_id, blockId: block.block_id });

  function sure(element, go) {
    if (element.confirm) confirmDialog(element.confirm, go);
    else go();
  }

  function follow(link) {
    if (link) window.open(link, "_blank", "noreferrer,noopener");
  }

  function pressing(kind) {
    return (element, block) =>
      sure(element, () => {
        follow(element.url);
        return by(kind, ids(element, block));
      });
  }

  return {
    ...looks,
    react: (message, emoji, on) => by(on ? "react" : "unreact", { channel: message.channel, ts: message.ts, emoji }),
    click: (message, element, block) =>
      sure(element, () => {
        follow(element.url);
        return by("click", { channel: message.channel, ts: message.ts, ...ids(element, block) });
      }),
    choose: (message, element, block, value) =>
      sure(element, () => by("choose", { channel: message.channel, ts: message.ts, ...ids(element, block), value })),
    clickHome: pressing("click-home"),
    chooseHome: (element, block, value) => sure(element, () => by("choose-home", { ...ids(element, block), value })),
    clickModal: pressing("click-modal"),
    fill: (element, block, value) => by("fill", { ...ids(element, block), value }),
    type: (element, block, value) => by("type", { ...ids(element, block), value }),
    submitModal: () => by("submit-modal", {}),
    closeModal: (all) => by("close-modal", { all }),
    openHome: () => by("open-home", {}),
  };
}
