/**
 * Slack's limits on blocks, checked as Slack checks them: what breaks one is refused whole. It never mends what was
 * sent. The limits are those of https://docs.slack.dev/reference/block-kit/blocks.
 */
import {
  anyText,
  type BlockProblem,
  checkFlag,
  checkLength,
  checkList,
  checkOptionalText,
  checkText,
  type Fields,
  isFields,
  plainOnly,
  type Report,
} from "./block-checks.ts";
import { checkElement } from "./block-elements.ts";

export type Surface = "message" | "modal" | "home";

const everywhere = ["section", "header", "context", "actions", "divider", "image", "input", "rich_text"];
const blockTypes: Readonly<Record<Surface, readonly string[]>> = {
  message: [...everywhere, "markdown"],
  modal: everywhere,
  home: everywhere,
};
const mostBlocks: Readonly<Record<Surface, number>> = { message: 50, modal: 100, home: 100 };

function checkSection(block: Fields, at: string, actions: Set<string>, report: Report): void {
  if (block["text"] === undefined && block["fields"] === undefined)
    report(at, "missing required field: text or fields");
  checkOptionalText(block["text"], `${at}/text`, 3000, anyText, report);
  if (block["fields"] !== undefined) {
    for (const [index, field] of checkList(block["fields"], `${at}/fields`, 1, 10, report).entries()) {
      checkText(field, `${at}/fields/${index}`, 2000, anyText, report);
    }
  }
  if (block["accessory"] !== undefined) checkElement(block["accessory"], `${at}/accessory`, "section", actions, report);
}

function checkInput(block: Fields, at: string, actions: Set<string>, report: Report): void {
  checkText(block["label"], `${at}/label`, 2000, plainOnly, report);
  checkOptionalText(block["hint"], `${at}/hint`, 2000, plainOnly, report);
  checkFlag(block["optional"], `${at}/optional`, report);
  checkFlag(block["dispatch_action"], `${at}/dispatch_action`, report);
  checkElement(block["element"], `${at}/element`, "input", actions, report);
}

function checkBlock(block: Fields, at: string, actions: Set<string>, report: Report): void {
  switch (block["type"]) {
    case "section":
      checkSection(block, at, actions, report);
      return;
    case "header":
      checkText(block["text"], `${at}/text`, 150, plainOnly, report);
      return;
    case "context":
      for (const [index, element] of checkList(block["elements"], `${at}/elements`, 1, 10, report).entries()) {
        if (isFields(element) && element["type"] === "image") continue;
        checkText(element, `${at}/elements/${index}`, 3000, anyText, report);
      }
      return;
    case "actions":
      for (const [index, element] of checkList(block["elements"], `${at}/elements`, 1, 25, report).entries()) {
        checkElement(element, `${at}/elements/${index}`, "actions", actions, report);
      }
      return;
    case "input":
      checkInput(block, at, actions, report);
      return;
    default:
      return;
  }
}

/** Every limit that the blocks break, with a JSON pointer to each. */
export function blockProblems(blocks: readonly unknown[], surface: Surface): readonly BlockProblem[] {
  const problems: BlockProblem[] = [];
  const report: Report = (pointer, message) => problems.push({ pointer, message });
  const most = mostBlocks[surface];
  if (blocks.length > most) report("/blocks", `no more than ${most} items allowed`);
  const blockIds = new Set<string>();
  for (const [index, block] of blocks.entries()) {
    const at = `/blocks/${index}`;
    if (!isFields(block)) {
      report(at, "must be an object");
      continue;
    }
    const type = block["type"];
    if (typeof type !== "string" || !blockTypes[surface].includes(type)) report(`${at}/type`, "unsupported type");
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

/** The problems as Slack writes them into `errors` and, with a mark before, into `response_metadata.messages`. */
export function problemLines(problems: readonly BlockProblem[], under = ""): readonly string[] {
  return problems.map((one) => `${one.message} [json-pointer:${under}${one.pointer}]`);
}
