// The emoji that a deployment bot and its people use; any other stays as `:name:`.
const signs = {
  white_check_mark: "✅",
  heavy_check_mark: "✔️",
  "+1": "👍",
  thumbsup: "👍",
  ship: "🚢",
  shipit: "🐿️",
  x: "❌",
  "-1": "👎",
  thumbsdown: "👎",
  no_entry: "⛔",
  no_entry_sign: "🚫",
  eyes: "👀",
  rocket: "🚀",
  warning: "⚠️",
  lock: "🔒",
  unlock: "🔓",
  hourglass: "⌛",
  hourglass_flowing_sand: "⏳",
  rewind: "⏪",
  leftwards_arrow_with_hook: "↩️",
  tada: "🎉",
  construction: "🚧",
  arrow_right: "➡️",
  red_circle: "🔴",
  large_green_circle: "🟢",
  vertical_traffic_light: "🚦",
  large_yellow_circle: "🟡",
  large_orange_circle: "🟠",
  white_circle: "⚪",
  large_blue_circle: "🔵",
  question: "❓",
  exclamation: "❗",
  information_source: "ℹ️",
  clock3: "🕒",
  hammer: "🔨",
  package: "📦",
  stop_sign: "🛑",
  bust_in_silhouette: "👤",
  octagonal_sign: "🛑",
  heavy_multiplication_x: "✖️",
  raised_hand: "✋",
  point_right: "👉",
  memo: "📝",
  link: "🔗",
  gear: "⚙️",
  black_square_for_stop: "⏹️",
  fast_forward: "⏩",
  arrows_counterclockwise: "🔄",
  white_medium_square: "◻️",
  pause_button: "⏸️",
};
const tones = {
  "skin-tone-2": "🏻",
  "skin-tone-3": "🏼",
  "skin-tone-4": "🏽",
  "skin-tone-5": "🏾",
  "skin-tone-6": "🏿",
};

export function emoji(name) {
  const [base, tone] = name.split("::");
  const sign = signs[base];
  return sign ? sign + (tones[tone] ?? "") : `:${name}:`;
}

export const isKnownEmoji = (name) => name.split("::")[0] in signs;

/** What a person is offered for a reaction. */
export const offered = ["white_check_mark", "+1", "ship", "x", "eyes"];
