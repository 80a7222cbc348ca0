// Where one types: messages and commands, with the commands offered while one types a slash. One for the channel, one
// for the thread, in which there are no commands.
import { el, replace } from "./elements.js";

const commands = [
  ["/deploy", "choose in a form what to deploy"],
  ["/deploy production", "ask for a deployment"],
  ["/deploy status", "where each environment stands"],
  ["/deploy why production", "every gate, and who can clear it"],
  ["/deploy diff production", "what would ship"],
  ["/deploy history", "what was deployed"],
  ["/deploy queue", "what waits, and for what"],
  ["/deploy lock production ", "hold it, with a reason"],
  ["/deploy unlock production", "let it go"],
  ["/deploy freeze all until ", "hold everything until a time"],
  ["/deploy thaw all", "end a freeze"],
  ["/deploy link", "prove who you are on GitHub"],
  ["/deploy help", "everything the bot understands"],
  ["/promote production", "deploy what is live on staging"],
  ["/rollback production", "back to what was live before"],
];

export function createComposer(form, onSend) {
  const input = form.querySelector("input");
  const list = form.querySelector(".suggestions");
  let known = [];
  let chosen = -1;

  function offers() {
    const text = input.value;
    if (!list || !text.startsWith("/")) return [];
    return commands.filter(
      ([name]) => name.startsWith(text) && name !== text && known.includes(name.trim().split(" ")[0]),
    );
  }

  function hide() {
    if (list) list.hidden = true;
  }

  function take(name) {
    input.value = name;
    input.focus();
    suggest();
  }

  function suggest() {
    if (!list) return;
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
    list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  input.addEventListener("input", () => {
    chosen = -1;
    suggest();
  });
  input.addEventListener("blur", (event) => {
    if (!list?.contains(event.relatedTarget)) hide();
  });
  input.addEventListener("keydown", (event) => {
    const found = offers();
    if (event.key === "Escape") hide();
    if (found.length === 0 || list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const down = event.key === "ArrowDown";
      chosen = down ? (chosen + 1) % found.length : (chosen <= 0 ? found.length : chosen) - 1;
      suggest();
    } else if (event.key === "Tab" || (event.key === "Enter" && chosen >= 0)) {
      event.preventDefault();
      take(found[Math.max(chosen, 0)][0]);
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === "") return;
    input.value = "";
    hide();
    onSend(text);
  });

  return {
    fill(text) {
      input.value = text;
      input.focus();
      input.setSelectionRange(text.length, text.length);
      hide();
    },
    focus: () => input.focus(),
    clear() {
      input.value = "";
    },
    /** Says where one writes; the commands are those that the app has. */
    into(where, appCommands = []) {
      input.placeholder = where;
      known = appCommands;
    },
  };
}
