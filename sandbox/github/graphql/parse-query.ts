/**
 * Reads a query of GraphQL (spec.graphql.org, "Language"): fields with aliases and arguments, variables and inline
 * fragments. Named fragments and directives are not read: nobody here asks for them, and they are refused.
 */
import { graphError } from "./graph-error.ts";

export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };
export type Arguments = Readonly<Record<string, Value>>;
export type Field = {
  readonly kind: "field";
  readonly alias: string;
  readonly name: string;
  readonly args: Arguments;
  readonly selection: readonly Selection[] | undefined;
};
export type Selection =
  | Field
  | { readonly kind: "on"; readonly type: string; readonly selection: readonly Selection[] };

const token = /[\s,]+|#[^\n]*|(?<token>\.\.\.|[{}()[\]:!=$]|"(?:[^"\\\n]|\\.)*"|-?\d+|[_A-Za-z]\w*)/gy;

function* tokensOf(query: string): Generator<string> {
  token.lastIndex = 0;
  while (token.lastIndex < query.length) {
    const at = token.lastIndex;
    const found = token.exec(query);
    if (found === null) throw unexpected(query.slice(at, at + 1));
    if (found.groups?.["token"] !== undefined) yield found.groups["token"];
  }
}

function unexpected(what: string | undefined) {
  const seen = what === undefined ? "end of file" : JSON.stringify(what);
  return graphError({ message: `Parse error on ${seen}`, extensions: { code: "parseError" } });
}

export type Operation = { readonly kind: "query" | "mutation"; readonly selection: readonly Selection[] };

export function parseQuery(query: string, variables: Arguments): Operation {
  const tokens = [...tokensOf(query)];
  let at = 0;
  const peek = () => tokens[at];
  const isName = (text: string | undefined) => text !== undefined && /^[_A-Za-z]/.test(text);

  function take(expected?: string): string {
    const found = tokens[at];
    if (found === undefined || (expected !== undefined && found !== expected)) throw unexpected(found);
    at += 1;
    return found;
  }
  function takeName(): string {
    if (!isName(peek())) throw unexpected(peek());
    return take();
  }

  function value(): Value {
    const first = take();
    if (first === "$") return variables[takeName()] ?? null;
    if (first === "[") {
      const list: Value[] = [];
      while (peek() !== "]") list.push(value());
      take("]");
      return list;
    }
    if (first === "{") return named("}");
    if (first.startsWith('"')) return String(JSON.parse(first));
    if (/^-?\d/.test(first)) return Number(first);
    if (!isName(first)) throw unexpected(first);
    // An enum's values are names like any other.
    return first === "null" ? null : first === "true" ? true : first === "false" ? false : first;
  }

  function named(end: ")" | "}"): Arguments {
    const found: Record<string, Value> = {};
    while (peek() !== end) {
      const name = takeName();
      take(":");
      found[name] = value();
    }
    take(end);
    return found;
  }

  function selection(): readonly Selection[] {
    const found: Selection[] = [];
    take("{");
    while (peek() !== "}") {
      if (peek() !== "...") {
        found.push(field());
        continue;
      }
      take("...");
      take("on");
      found.push({ kind: "on", type: takeName(), selection: selection() });
    }
    take("}");
    return found;
  }

  function field(): Field {
    const first = takeName();
    const renamed = peek() === ":";
    if (renamed) take(":");
    const name = renamed ? takeName() : first;
    let args: Arguments = {};
    if (peek() === "(") {
      take("(");
      args = named(")");
    }
    return { kind: "field", alias: first, name, args, selection: peek() === "{" ? selection() : undefined };
  }

  const kind = peek() === "mutation" ? "mutation" : "query";
  if (isName(peek())) {
    take(kind);
    if (isName(peek())) take();
    // What types the variables have is for the fields to find out that they are given to.
    if (peek() === "(") while (take() !== ")");
  }
  const whole = selection();
  if (peek() !== undefined) throw unexpected(peek());
  return { kind, selection: whole };
}
