// The page's way to the sandbox: state comes as server-sent events, what people do goes out as JSON.
import { find } from "./elements.js";

let hiding;

function tell(message) {
  const toast = find("toast");
  toast.textContent = message;
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    toast.hidden = true;
  }, 7000);
}

/** True when it was done; otherwise the person has been told why not. */
export async function send(request) {
  try {
    const response = await fetch("/api/do", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
    const answer = await response.json();
    if (!answer.ok) tell(answer.message);
    return answer.ok === true;
  } catch {
    tell("The sandbox does not answer. Is it still running in the terminal?");
    return false;
  }
}

export function follow(onState) {
  const events = new EventSource("/api/events");
  events.addEventListener("message", (event) => onState(JSON.parse(event.data)));
  events.addEventListener("error", () => document.body.classList.add("lost"));
  events.addEventListener("open", () => document.body.classList.remove("lost"));
}
