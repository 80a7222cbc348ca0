// Makes elements from plain values. Text always becomes text nodes, so nothing that people or the bot write can become
// markup; there is no way here to set HTML.

/** `el("p.note", {id: "x", onclick: f}, "text", child, undefined)`: falsy children are left out. */
export function el(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length > 0) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || value === null) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

export function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === "") continue;
    element.append(child);
  }
}

/** A link is made only of web addresses; anything else stays text. */
export function link(href, ...children) {
  const safe = /^https?:\/\//i.test(href) || href.startsWith("/");
  return safe
    ? el("a", { href, target: "_blank", rel: "noreferrer noopener" }, ...children)
    : el("span", {}, ...children);
}

export function find(id) {
  return document.getElementById(id);
}

const drawn = new WeakMap();

/** True when the container was last drawn from the same parts: then it is left alone, and what is in it stays put. */
export function isDrawn(container, parts) {
  const next = JSON.stringify(parts);
  if (drawn.get(container) === next) return true;
  drawn.set(container, next);
  return false;
}

/** Puts new content in place and keeps the focus on the element that had it, known by `data-focus`. */
export function replace(container, children) {
  const active = document.activeElement;
  const focused = active && container.contains(active) ? active.getAttribute("data-focus") : null;
  container.replaceChildren();
  append(container, children);
  if (focused) container.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

export function clockTime(ms) {
  return new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export const shortSha = (sha) => sha.slice(0, 7);
