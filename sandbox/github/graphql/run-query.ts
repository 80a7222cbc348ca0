/**
 * Answers a parsed query from objects whose fields are functions. As GitHub's, it refuses the whole query for a field
 * that a type has not, for a connection without bounds, and for too many nodes; what is not found becomes null, with an
 * error beside the data.
 */
import { type GraphErrorBody, graphError } from "./graph-error.ts";
import type { Arguments, Field, Selection } from "./parse-query.ts";

export type GraphObject = {
  readonly type: string;
  readonly fields: Readonly<Record<string, (args: Arguments) => unknown>>;
};

/** A value that a field could not find, with what is said of it. */
export class NotFound {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** "Rate limits and query limits for the GraphQL API", docs.github.com. */
const mostNodes = 500_000;
const largestPage = 100;

type Path = readonly (string | number)[];

export async function runQuery(root: GraphObject, selection: readonly Selection[]) {
  countNodes(selection, 1, []);
  const errors: GraphErrorBody[] = [];
  const data = await select(root, selection, [], errors);
  return { data, ...(errors.length === 0 ? {} : { errors }) };
}

async function select(of: GraphObject, selection: readonly Selection[], path: Path, errors: GraphErrorBody[]) {
  const found: Record<string, unknown> = {};
  for (const one of selection) {
    if (one.kind === "on") {
      if (one.type === of.type) Object.assign(found, await select(of, one.selection, path, errors));
      continue;
    }
    found[one.alias] = await complete(await resolve(of, one), one, [...path, one.alias], errors);
  }
  return found;
}

function resolve(of: GraphObject, { name, args }: Field): unknown {
  if (name === "__typename") return of.type;
  const field = Object.hasOwn(of.fields, name) ? of.fields[name] : undefined;
  if (field !== undefined) return field(args);
  throw graphError({
    message: `Field '${name}' doesn't exist on type '${of.type}'`,
    extensions: { code: "undefinedField", typeName: of.type, fieldName: name },
  });
}

async function complete(value: unknown, field: Field, path: Path, errors: GraphErrorBody[]): Promise<unknown> {
  if (value instanceof NotFound) {
    errors.push({ type: "NOT_FOUND", path, message: value.message });
    return null;
  }
  if (Array.isArray(value)) {
    return await Promise.all(value.map((one, index) => complete(one, field, [...path, index], errors)));
  }
  if (!isGraphObject(value)) return value ?? null;
  if (field.selection !== undefined) return await select(value, field.selection, path, errors);
  throw graphError({
    message: `Field must have selections (field '${field.name}' returns ${value.type} but has no selections.)`,
    extensions: { code: "selectionMismatch" },
  });
}

function isGraphObject(value: unknown): value is GraphObject {
  return typeof value === "object" && value !== null && "type" in value && "fields" in value;
}

/** What is asked for at most: pages within pages are multiplied. */
function countNodes(selection: readonly Selection[], times: number, path: Path): number {
  let nodes = 0;
  for (const one of selection) {
    if (one.kind === "on") {
      nodes += countNodes(one.selection, times, path);
      continue;
    }
    const page = one.args["first"] ?? one.args["last"];
    if (page !== undefined && (typeof page !== "number" || page < 1 || page > largestPage)) {
      const message = `Requesting ${String(page)} records on the \`${one.name}\` connection exceeds the \`first\` limit of 100 records.`;
      throw graphError({ type: "EXCESSIVE_PAGINATION", path: [...path, one.alias], message });
    }
    const inside = typeof page === "number" ? times * page : times;
    nodes += (typeof page === "number" ? inside : 0) + countNodes(one.selection ?? [], inside, [...path, one.alias]);
  }
  if (nodes > mostNodes) {
    const message = `This query requests up to ${nodes} possible nodes which exceeds the maximum limit of 500,000.`;
    throw graphError({ type: "MAX_NODE_LIMIT_EXCEEDED", message });
  }
  return nodes;
}
