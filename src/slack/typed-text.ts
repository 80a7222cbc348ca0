/**
 * Undoes what Slack makes of a command's text: `<https://x|x>` becomes what was typed again, `&amp;` becomes `&`. It
 * must run once, on text from Slack alone: elsewhere `&amp;` is what somebody wrote.
 *
 * Source: https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling
 */

/** `<#C012|shop-deploys>`, `<@U012|alice>`, `<!subteam^S012|@sre>`, `<!here>`, `<mailto:a@b|a@b>`, `<https://x|x>`. */
const formatted = /<([#@!]?)([^<>|]*)(?:\|([^<>]*))?>/gu;

function typed(sign: string, target: string, label: string | undefined): string {
  switch (sign) {
    case "#":
      return `#${label === undefined || label === "" ? target : label}`;
    case "@":
      return `@${label === undefined || label === "" ? target : label}`;
    case "!":
      return `@${(label ?? target).replace(/^@/u, "")}`;
    default:
      return label ?? target.replace(/^mailto:/u, "");
  }
}

export function typedText(text: string): string {
  return text
    .replace(formatted, (_whole, sign: string, target: string, label: string | undefined) => typed(sign, target, label))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
