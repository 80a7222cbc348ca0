/**
 * Slack's limits on blocks, checked as Slack checks them: a message that breaks one is refused whole. It never mends
 * what was sent. The limits are those of https://docs.slack.dev/reference/block-kit/blocks.
 */

export type BlockProblem = { readonly pointer: string; readonly message: string };

type Fields = Readonly<Record<string, unknown>>;
type Report = (pointer: string, message: string) => void;

const blockTypes = ["section", "header", "context", "actions", "divider", "image", "input", "rich_text", "markdown"];
const elementTypes = [
  "button",
  "static_select",
  "users_select",
  "overflow",
  "checkboxes",
  "radio_buttons",
  "datepicker",
];

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkText(value: unknown, at: string, limit: number, allowed: readonly string[], report: Report): void {
  if (!isFields(value)) {
    report(at, "must be an object");
    return;
  }
  const type = value["type"];
  if (typeof type !== "string" || !allowed.includes(type)) {
    report(`${at}/type`, `must be one of: ${allowed.join(", ")}`);
  }
  const text = value["text"];
  if (typeof text !== "string") {
    report(`${at}/text`, "must be a string");
    return;
  }
  if (text.length === 0) report(`${at}/text`, "must be more than 0 characters");
  if (text.length > limit) report(`${at}/text`, `must be less than ${limit + 1} characters`);
}

function checkLength(value: unknown, at: string, limit: number, report: Report): void {
  if (value === undefined) return;
  if (typeof value !== "string") {
    report(at, "must be a string");
    return;
  }
  if (value.length > limit) report(at, `must be less than ${limit + 1} characters`);
}

function checkConfirm(value: unknown, at: string, report: Report): void {
  if (!isFields(value)) {
    report(at, "must be an object");
    return;
  }
  checkText(value["title"], `${at}/title`, 100, ["plain_text"], report);
  checkText(value["text"], `${at}/text`, 300, ["plain_text", "mrkdwn"], report);
  if (value["confirm"] !== undefined) checkText(value["confirm"], `${at}/confirm`, 30, ["plain_text"], report);
  if (value["deny"] !== undefined) checkText(value["deny"], `${at}/deny`, 30, ["plain_text"], report);
}

function checkElement(value: unknown, at: string, seen: Set<string>, report: Report): void {
  if (!isFields(value)) {
    report(at, "must be an object");
    return;
  }
  const type = value["type"];
  if (typeof type !== "string" || !elementTypes.includes(type)) report(`${at}/type`, "unsupported type");
  if (type === "button") {
    checkText(value["text"], `${at}/text`, 75, ["plain_text"], report);
    checkLength(value["value"], `${at}/value`, 2000, report);
    checkLength(value["url"], `${at}/url`, 3000, report);
    const style = value["style"];
    if (style !== undefined && style !== "primary" && style !== "danger") {
      report(`${at}/style`, "must be one of: primary, danger");
    }
  }
  if (value["confirm"] !== undefined) checkConfirm(value["confirm"], `${at}/confirm`, report);
  const action = value["action_id"];
  checkLength(action, `${at}/action_id`, 255, report);
  if (typeof action === "string") {
    if (seen.has(action)) report(`${at}/action_id`, `\`action_id\` "${action}" already exists`);
    seen.add(action);
  }
}

function checkList(value: unknown, at: string, least: number, most: number, report: Report): readonly unknown[] {
  if (!Array.isArray(value)) {
    report(at, "must be an array");
    return [];
  }
  if (value.length < least) report(at, `no less than ${least} items allowed`);
  if (value.length > most) report(at, `no more than ${most} items allowed`);
  return value;
}

function checkSection(block: Fields, at: string, actions: Set<string>, report: Report): void {
  if (block["text"] === undefined && block["fields"] === undefined)
    report(at, "missing required field: text or fields");
  if (block["text"] !== undefined) checkText(block["text"], `${at}/text`, 3000, ["plain_text", "mrkdwn"], report);
  if (block["fields"] !== undefined) {
    for (const [index, field] of checkList(block["fields"], `${at}/fields`, 1, 10, report).entries()) {
      checkText(field, `${at}/fields/${index}`, 2000, ["plain_text", "mrkdwn"], report);
    }
  }
  if (block["accessory"] !== undefined) checkElement(block["accessory"], `${at}/accessory`, actions, report);
}

function checkBlock(block: Fields, at: string, actions: Set<string>, report: Report): void {
  switch (block["type"]) {
    case "section":
      checkSection(block, at, actions, report);
      return;
    case "header":
      checkText(block["text"], `${at}/text`, 150, ["plain_text"], report);
      return;
    case "context":
      for (const [index, element] of checkList(block["elements"], `${at}/elements`, 1, 10, report).entries()) {
        if (isFields(element) && element["type"] === "image") continue;
        checkText(element, `${at}/elements/${index}`, 3000, ["plain_text", "mrkdwn"], report);
      }
      return;
    case "actions":
      for (const [index, element] of checkList(block["elements"], `${at}/elements`, 1, 25, report).entries()) {
        checkElement(element, `${at}/elements/${index}`, actions, report);
      }
      return;
    default:
      return;
  }
}

/** Every limit that the blocks break, with a JSON pointer to each; `most` is 50 for a message, 100 for a view. */
export function blockProblems(blocks: readonly unknown[], most = 50): readonly BlockProblem[] {
  const problems: BlockProblem[] = [];
  const report: Report = (pointer, message) => problems.push({ pointer, message });
  if (blocks.length > most) report("/blocks", `no more than ${most} items allowed`);
  const blockIds = new Set<string>();
  for (const [index, block] of blocks.entries()) {
    const at = `/blocks/${index}`;
    if (!isFields(block)) {
      report(at, "must be an object");
      continue;
    }
    const type = block["type"];
    if (typeof type !== "string" || !blockTypes.includes(type)) report(`${at}/type`, "unsupported type");
    const id = block["block_id"];
    checkLength(id, `${at}/block_id`, 255, report);
    if (typeof id === "string") {
      if (blockIds.has(id)) report(`${at}/block_id`, `\`block_id\` "${id}" already exists`);
      blockIds.add(id);
    }
    // Slack asks for action ids that are unique within a block; elsewhere in the message they may repeat.
    checkBlock(block, at, new Set<string>(), report);
  }
  return problems;
}
