/** `${{ … }}` as far as the sandbox's workflows need it: contexts, literals, comparisons, and the status functions. */

export type Scope = {
  readonly contexts: Readonly<Record<string, unknown>>;
  readonly functions: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
};

const token = /\s*(\|\||&&|==|!=|[!(),.]|'(?:[^']|'')*'|\d+(?:\.\d+)?|[A-Za-z_][\w-]*)/uy;

function tokens(text: string): readonly string[] {
  const found: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const next = token.exec(text);
    if (next?.[1] === undefined) throw new Error(`The sandbox does not read the expression ${text}.`);
    found.push(next[1]);
  }
  return found;
}

export function evaluate(text: string, scope: Scope): unknown {
  const all = tokens(text);
  let at = 0;
  const take = (wanted: string) => {
    if (all[at] !== wanted) return false;
    at += 1;
    return true;
  };
  function primary(): unknown {
    const one = all[at] ?? "";
    at += 1;
    if (one === "(") {
      const value = either();
      take(")");
      return value;
    }
    if (one === "!") return !primary();
    if (one.startsWith("'")) return one.slice(1, -1).replaceAll("''", "'");
    if (/^\d/u.test(one)) return Number(one);
    if (one === "true" || one === "false") return one === "true";
    if (one === "null") return null;
    if (take("(")) {
      const args: unknown[] = [];
      while (!take(")")) {
        if (at >= all.length) throw new Error(`The sandbox does not read the expression ${text}.`);
        args.push(either());
        take(",");
      }
      const named = scope.functions[one];
      if (named === undefined) throw new Error(`The sandbox does not know the function ${one}.`);
      return named(...args);
    }
    let value: unknown = scope.contexts[one];
    while (take(".")) {
      const key = all[at] ?? "";
      at += 1;
      value = typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : null;
    }
    return value ?? null;
  }
  function compared(): unknown {
    const left = primary();
    if (take("==")) return same(left, primary());
    if (take("!=")) return !same(left, primary());
    return left;
  }
  function both(): unknown {
    let value = compared();
    while (take("&&")) {
      const right = compared();
      value = value ? right : value;
    }
    return value;
  }
  function either(): unknown {
    let value = both();
    while (take("||")) {
      const right = both();
      value = value ? value : right;
    }
    return value;
  }
  const value = either();
  if (at < all.length) throw new Error(`The sandbox does not read the expression ${text}.`);
  return value;
}

/** Texts are compared in any case, as GitHub does. */
function same(left: unknown, right: unknown): boolean {
  return shown(left).toLowerCase() === shown(right).toLowerCase();
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function fill(text: string, scope: Scope): string {
  return text.replace(/\$\{\{(.*?)\}\}/gsu, (_, inside: string) => shown(evaluate(inside, scope)));
}

/** A condition may stand with or without its braces. */
export function holds(condition: string, scope: Scope): boolean {
  const bare = /^\s*\$\{\{(.*)\}\}\s*$/su.exec(condition)?.[1] ?? condition;
  const value = evaluate(bare, scope);
  return value !== false && value !== null && value !== "" && value !== 0;
}
