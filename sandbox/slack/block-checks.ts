/** How what an app sends is checked: texts, lengths and lists, each problem with a JSON pointer. It knows no block. */

export type BlockProblem = { readonly pointer: string; readonly message: string };

export type Fields = Readonly<Record<string, unknown>>;
export type Report = (pointer: string, message: string) => void;

export const plainOnly = ["plain_text"] as const;
export const anyText = ["plain_text", "mrkdwn"] as const;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function checkText(value: unknown, at: string, limit: number, allowed: readonly string[], report: Report): void {
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

/** The same for a text that may be left out. */
export function checkOptionalText(
  value: unknown,
  at: string,
  limit: number,
  allowed: readonly string[],
  report: Report,
): void {
  if (value !== undefined) checkText(value, at, limit, allowed, report);
}

export function checkLength(value: unknown, at: string, limit: number, report: Report): void {
  if (value === undefined) return;
  if (typeof value !== "string") {
    report(at, "must be a string");
    return;
  }
  if (value.length > limit) report(at, `must be less than ${limit + 1} characters`);
}

export function checkNumber(value: unknown, at: string, least: number, most: number, report: Report): void {
  if (value === undefined) return;
  if (typeof value !== "number" || !Number.isInteger(value)) report(at, "must be an integer");
  else if (value < least) report(at, `must be greater than or equal to ${least}`);
  else if (value > most) report(at, `must be less than or equal to ${most}`);
}

export function checkFlag(value: unknown, at: string, report: Report): void {
  if (value !== undefined && typeof value !== "boolean") report(at, "must be a boolean");
}

export function checkList(value: unknown, at: string, least: number, most: number, report: Report): readonly unknown[] {
  if (!Array.isArray(value)) {
    report(at, "must be an array");
    return [];
  }
  if (value.length < least) report(at, `no less than ${least} items allowed`);
  if (value.length > most) report(at, `no more than ${most} items allowed`);
  return value;
}
