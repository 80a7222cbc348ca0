// Slack's text objects: plain text, and text with Slack's own marks.
import { emoji, isKnownEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

/** Plain text shows emoji by their names, and nothing else. */
export function text(object, names) {
  if (!object) return undefined;
  if (object.type === "mrkdwn") return mrkdwn(object.text, names);
  return object.text.replace(/:([a-z0-9_+-]+):/g, (all, name) => (isKnownEmoji(name) ? emoji(name) : all));
}
