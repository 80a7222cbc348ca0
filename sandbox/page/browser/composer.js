// Where one types: messages, replies and commands, with the commands offered while one types a slash.
import { el, find, replace } from "./elements.js";

const commands = [
  ["/deploy production", "ask for a deployment"],
  ["/deploy status", "where each environment stands"],
  ["/deploy why production", "every gate, and who can clear it"],
  ["/promote production", "deploy what is live on staging"],
  ["/rollback production", "back to what was live before"],
  ["/deploy lock production ", "hold it, with a reason"],
  ["/deploy unlock production", "let it go"],
  ["/deploy help", "everything the bot understands"],
];

export function createComposer(onSend) {
  const input = find("text");
  const list = find("suggestions");
  let thread;
  let chosen = -1;

  function offers() {
    const text = input.value;
    return text.startsWith("/") ? commands.filter(([name]) => name.startsWith(text) && name !== text) : [];
  }

  function take(name) {
    input.value = name;
    input.focus();
    suggest();
  }

  function suggest() {
    const found = offers();
    chosen = Math.min(chosen, found.length - 1);
    list.hidden = found.length === 0;
    replace(
      list,
      found.map(([name, meaning], index) =>
        el(
          "button.suggestion",
          {
            type: "button",
            role: "option",
            tabindex: "-1",
            "aria-selected": String(index === chosen),
            onclick: () => take(name),
          },
          el("code", {}, name),
          el("span", {}, meaning),
        ),
      ),
    );
  }

  function setThread(message) {
    thread = message?.ts;
    find("replying").hidden = thread === undefined;
    if (message) input.focus();
  }

  input.addEventListener("input", () => {
    chosen = -1;
    suggest();
  });
  input.addEventListener("blur", (event) => {
    if (!list.contains(event.relatedTarget)) list.hidden = true;
  });
  input.addEventListener("keydown", (event) => {
    const found = offers();
    if (event.key === "Escape") {
      list.hidden = true;
      setThread(undefined);
    }
    if (found.length === 0 || list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      chosen =
        (chosen + (event.key === "ArrowDown" ? 1 : found.length) + (chosen < 0 && event.key === "ArrowUp" ? 1 : 0)) %
        found.length;
      suggest();
    } else if (event.key === "Tab" || (event.key === "Enter" && chosen >= 0)) {
      event.preventDefault();
      take(found[Math.max(chosen, 0)][0]);
    }
  });
  find("leave-thread").addEventListener("click", () => setThread(undefined));
  find("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === "") return;
    input.value = "";
    list.hidden = true;
    onSend(text, thread);
  });

  return {
    fill(text) {
      setThread(undefined);
      input.value = text;
      input.focus();
      input.setSelectionRange(text.length, text.length);
      list.hidden = true;
    },
    reply: setThread,
    as(name, channel) {
      input.placeholder = `Message #${channel} as ${name}, or type /deploy`;
    },
  };
}
