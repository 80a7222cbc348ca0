/**
 * How requests to the sandbox's Slack are read: form fields or JSON, with a bound on their size. It knows no method
 * and never answers by itself.
 */
import type { IncomingMessage, ServerResponse } from "node:http";

export type CallFields = Readonly<Record<string, unknown>>;

const mostBytes = 1024 * 1024;

/** The whole body as text; undefined when it is larger than Slack would take. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes: Buffer = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
    size += bytes.length;
    if (size > mostBytes) return undefined;
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function jsonFields(text: string): CallFields | undefined {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value));
}

/**
 * Web API arguments. In a form, Slack's clients write lists and objects as JSON text; only `blocks`, `metadata`,
 * `view` and `attachments` are read so, because a message text may begin with a bracket as well.
 */
export function callFields(contentType: string, query: URLSearchParams, text: string): CallFields | undefined {
  if (contentType.startsWith("application/json")) {
    const fields = jsonFields(text);
    return fields && { ...Object.fromEntries(query), ...fields };
  }
  const fields: Record<string, unknown> = Object.fromEntries([...query, ...new URLSearchParams(text)]);
  for (const name of ["blocks", "metadata", "view", "attachments"]) {
    const value = fields[name];
    if (typeof value === "string" && value !== "") fields[name] = parseJson(value) ?? value;
  }
  return fields;
}

export function field(fields: CallFields, name: string): string | undefined {
  const value = fields[name];
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Slack reads `true` and `1` as true, in forms and JSON alike. */
export function flag(fields: CallFields, name: string): boolean {
  const value = field(fields, name);
  return value === "true" || value === "1";
}

export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(body));
}
