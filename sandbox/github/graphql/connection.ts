/** A page of a list, as every connection of GitHub's GraphQL API gives it. */
import { graphError } from "./graph-error.ts";
import type { Arguments } from "./parse-query.ts";
import type { GraphObject } from "./run-query.ts";

/** `key` names an item for good, so that a page begins after it even when others came before it meanwhile. */
export function connection<T>(
  type: string,
  items: readonly T[],
  args: Arguments,
  { key, node }: { readonly key: (item: T) => string; readonly node: (item: T) => GraphObject },
): GraphObject {
  const { first, after } = args;
  if (typeof first !== "number") {
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${type}\` connection.`;
    throw graphError({ type: "MISSING_PAGINATION_BOUNDARIES", message });
  }
  const cursorOf = (item: T) => Buffer.from(`cursor:v2:${key(item)}`).toString("base64");
  const start = typeof after === "string" ? items.findIndex((item) => cursorOf(item) === after) + 1 : 0;
  if (start === 0 && typeof after === "string") {
    const message = `\`${after}\` does not appear to be a valid cursor.`;
    throw graphError({ type: "INVALID_CURSOR_ARGUMENTS", message });
  }
  const page = items.slice(start, start + first);
  const last = page.at(-1);
  return {
    type,
    fields: {
      totalCount: () => items.length,
      nodes: () => page.map(node),
      pageInfo: () => ({
        type: "PageInfo",
        fields: {
          hasNextPage: () => start + first < items.length,
          endCursor: () => (last === undefined ? null : cursorOf(last)),
        },
      }),
    },
  };
}
