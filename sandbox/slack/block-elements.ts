/**
 * Slack's limits on block elements: buttons, menus and inputs. The limits are those of
 * https://docs.slack.dev/reference/block-kit/block-elements and
 * https://docs.slack.dev/reference/block-kit/composition-objects.
 */
import {
  anyText,
  checkFlag,
  checkLength,
  checkList,
  checkNumber,
  checkOptionalText,
  checkText,
  type Fields,
  isFields,
  plainOnly,
  type Report,
} from "./block-checks.ts";

const selects = ["users_select", "conversations_select", "channels_select"];
const multiSelects = ["multi_users_select", "multi_conversations_select", "multi_channels_select"];
const dates = ["datepicker", "timepicker", "datetimepicker"];
const menus = [...selects, ...multiSelects, ...dates, "static_select", "multi_static_select"];

/** Where each element may stand. Menus that ask the app for their options are not played. */
const inActions = ["button", "overflow", "radio_buttons", "checkboxes", ...menus.filter((one) => !/^multi/.test(one))];
const inSection = ["button", "overflow", "radio_buttons", "checkboxes", "image", ...menus];
const inInput = [
  "plain_text_input",
  "number_input",
  "email_text_input",
  "url_text_input",
  "radio_buttons",
  "checkboxes",
  ...menus,
];
const places = { actions: inActions, section: inSection, input: inInput } as const;

function checkConfirm(value: unknown, at: string, report: Report): void {
  if (!isFields(value)) {
    report(at, "must be an object");
    return;
  }
  checkText(value["title"], `${at}/title`, 100, plainOnly, report);
  checkText(value["text"], `${at}/text`, 300, anyText, report);
  checkOptionalText(value["confirm"], `${at}/confirm`, 30, plainOnly, report);
  checkOptionalText(value["deny"], `${at}/deny`, 30, plainOnly, report);
}

type OptionRules = { readonly texts: readonly string[]; readonly value: number };

function checkOption(value: unknown, at: string, rules: OptionRules, report: Report): void {
  if (!isFields(value)) {
    report(at, "must be an object");
    return;
  }
  checkText(value["text"], `${at}/text`, 75, rules.texts, report);
  if (typeof value["value"] !== "string") report(`${at}/value`, "must be a string");
  checkLength(value["value"], `${at}/value`, rules.value, report);
  checkOptionalText(value["description"], `${at}/description`, 75, rules.texts, report);
}

function sameOption(one: unknown, other: unknown): boolean {
  if (!isFields(one) || !isFields(other)) return false;
  const text = (option: Fields) => (isFields(option["text"]) ? option["text"]["text"] : undefined);
  return one["value"] === other["value"] && text(one) === text(other);
}

function checkOptions(element: Fields, at: string, most: number, rules: OptionRules, report: Report): void {
  const groups = element["option_groups"];
  const options: unknown[] = [];
  if (groups === undefined) {
    const given = checkList(element["options"], `${at}/options`, 1, most, report);
    for (const [index, option] of given.entries()) checkOption(option, `${at}/options/${index}`, rules, report);
    options.push(...given);
  } else {
    for (const [index, group] of checkList(groups, `${at}/option_groups`, 1, 100, report).entries()) {
      const here = `${at}/option_groups/${index}`;
      if (!isFields(group)) {
        report(here, "must be an object");
        continue;
      }
      checkText(group["label"], `${here}/label`, 75, plainOnly, report);
      const given = checkList(group["options"], `${here}/options`, 1, 100, report);
      for (const [place, option] of given.entries()) checkOption(option, `${here}/options/${place}`, rules, report);
      options.push(...given);
    }
  }
  const initial = element["initial_option"];
  if (initial !== undefined && !options.some((one) => sameOption(one, initial))) {
    report(`${at}/initial_option`, "must match one of the options");
  }
  const several = element["initial_options"];
  if (Array.isArray(several) && several.some((one) => !options.some((option) => sameOption(option, one)))) {
    report(`${at}/initial_options`, "must match some of the options");
  }
}

function checkButton(element: Fields, at: string, report: Report): void {
  checkText(element["text"], `${at}/text`, 75, plainOnly, report);
  checkLength(element["value"], `${at}/value`, 2000, report);
  checkLength(element["url"], `${at}/url`, 3000, report);
  checkLength(element["accessibility_label"], `${at}/accessibility_label`, 75, report);
  const style = element["style"];
  if (style !== undefined && style !== "primary" && style !== "danger") {
    report(`${at}/style`, "must be one of: primary, danger");
  }
}

function checkTyped(element: Fields, at: string, report: Report): void {
  checkNumber(element["min_length"], `${at}/min_length`, 0, 3000, report);
  checkNumber(element["max_length"], `${at}/max_length`, 1, 3000, report);
  checkLength(element["initial_value"], `${at}/initial_value`, 3000, report);
  checkFlag(element["multiline"], `${at}/multiline`, report);
}

const plainOptions: OptionRules = { texts: plainOnly, value: 150 };
const markedOptions: OptionRules = { texts: anyText, value: 150 };

function checkKind(element: Fields, at: string, report: Report): void {
  switch (element["type"]) {
    case "button":
      checkButton(element, at, report);
      return;
    case "plain_text_input":
      checkTyped(element, at, report);
      return;
    case "static_select":
    case "multi_static_select":
      checkOptions(element, at, 100, plainOptions, report);
      return;
    case "overflow":
      checkOptions(element, at, 5, plainOptions, report);
      return;
    case "radio_buttons":
    case "checkboxes":
      checkOptions(element, at, 10, markedOptions, report);
      return;
    case "image":
      if (typeof element["alt_text"] !== "string") report(`${at}/alt_text`, "must be a string");
      return;
    default:
      return;
  }
}

export type ElementPlace = keyof typeof places;

/** `seen` holds the action ids of the block so far: Slack wants them unique within a block. */
export function checkElement(value: unknown, at: string, place: ElementPlace, seen: Set<string>, report: Report): void {
  if (!isFields(value)) {
    report(at, "must be an object");
    return;
  }
  const type = value["type"];
  if (typeof type !== "string" || !places[place].includes(type)) report(`${at}/type`, "unsupported type");
  checkKind(value, at, report);
  checkOptionalText(value["placeholder"], `${at}/placeholder`, 150, plainOnly, report);
  if (value["confirm"] !== undefined) checkConfirm(value["confirm"], `${at}/confirm`, report);
  const action = value["action_id"];
  checkLength(action, `${at}/action_id`, 255, report);
  if (typeof action !== "string") return;
  if (seen.has(action)) report(`${at}/action_id`, `\`action_id\` "${action}" already exists`);
  seen.add(action);
}
