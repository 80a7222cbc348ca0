/** What a route is, how it is found, and how it reads its parameters and its body. */
import { z } from "zod";
import type { Hub } from "../hub/hub.ts";
import type { Account, Repository } from "../hub/state.ts";
import { notFound, Problem, unprocessable } from "../problem.ts";
import { type Actor, actingAccount, refuseUnseen } from "./sign-in.ts";

export type Answer = {
  readonly status?: number;
  readonly body?: unknown;
  /** Instead of a JSON body. */
  readonly text?: { readonly type: string; readonly content: string | Buffer };
  readonly headers?: Readonly<Record<string, string>>;
};

export type Call = {
  readonly method: string;
  /** As it came, percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly body: unknown;
  readonly actor: Actor;
  /** A part of the path, decoded. */
  param(name: string): string;
  numberParam(name: string): number;
};

export type RepositoryCall = Call & { readonly repository: Repository; readonly by: Account };

export type Route = {
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  run(hub: Hub, call: Call): Promise<Answer> | Answer;
};

/** In a pattern `:name` is one segment of the path, `*name` one or more. */
export function route(method: string, path: string, run: (call: Call, hub: Hub) => Promise<Answer> | Answer): Route {
  const names: string[] = [];
  const source = path.replace(/[.]/g, "\\.").replace(/([:*])(\w+)/g, (_, kind: string, name: string) => {
    names.push(name);
    return kind === ":" ? "([^/]+)" : "(.+)";
  });
  return { method, pattern: new RegExp(`^${source}/?$`), names, run: (hub, call) => run(call, hub) };
}

/** The App itself, signed in by its JWT. */
export function appRoute(method: string, path: string, run: (call: Call, hub: Hub) => Promise<Answer> | Answer): Route {
  return route(method, path, (call, hub) => {
    if (call.actor.kind !== "app") throw new Problem(401, "A JSON web token could not be decoded");
    return run(call, hub);
  });
}

/** A route under `/repos/{owner}/{repo}`, for whoever may see the repository and, for writing, may write to it. */
export function repositoryRoute(
  method: string,
  path: string,
  run: (call: RepositoryCall, hub: Hub) => Promise<Answer> | Answer,
): Route {
  return route(method, `/repos/:owner/:repo${path}`, (call, hub) => {
    const repository = hub.repositories.get(`${call.param("owner")}/${call.param("repo")}`.toLowerCase());
    refuseUnseen(call.actor, repository);
    if (repository === undefined) throw notFound();
    const by = actingAccount(hub, call.actor);
    if (method !== "GET" && call.actor.kind === "person" && by.permission === "read") {
      throw new Problem(403, "Resource not accessible by personal access token");
    }
    return run({ ...call, repository, by }, hub);
  });
}

export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; param(name: string): string; numberParam(name: string): number } | undefined {
  for (const one of routes) {
    if (one.method !== method) continue;
    const found = one.pattern.exec(path);
    if (found === null) continue;
    const param = (name: string): string => {
      const value = found[one.names.indexOf(name) + 1];
      if (value === undefined) throw new Error(`The route ${one.pattern.source} has no part "${name}".`);
      try {
        return decodeURIComponent(value);
      } catch {
        throw notFound();
      }
    };
    const numberParam = (name: string): number => {
      const value = param(name);
      if (!/^\d{1,15}$/.test(value)) throw notFound();
      return Number(value);
    };
    return { route: one, param, numberParam };
  }
  return undefined;
}

/** Reads the body, or refuses it with GitHub's 422. */
export function parseBody<T>(schema: z.ZodType<T>, call: Call): T {
  const parsed = schema.safeParse(call.body ?? {});
  if (parsed.success) return parsed.data;
  const sentences = parsed.error.issues.map((issue) => {
    const at = issue.path.join("/");
    if (issue.code === "invalid_type" && issue.input === undefined && /received undefined/.test(issue.message)) {
      return `"${at}" wasn't supplied.`;
    }
    return at === "" ? issue.message : `For 'properties/${at}', ${issue.message}.`;
  });
  throw unprocessable(`Invalid request.\n\n${sentences.join("\n")}`);
}

/** GitHub takes null for a text that is not there. */
export const optionalText = z.string().nullish();

const mostPerPage = 100;

/** One page of a list, with GitHub's `Link` header; `wrap` puts the page into an object. */
export async function listAnswer<T>(
  hub: Hub,
  call: Call,
  items: readonly T[],
  render: (item: T) => unknown,
  wrap: (page: readonly unknown[], total: number) => unknown = (page) => page,
  defaultPerPage = 30,
): Promise<Answer> {
  const read = (name: string, fallback: number) => {
    const value = Number(call.query.get(name) ?? fallback);
    return Number.isInteger(value) && value > 0 ? value : fallback;
  };
  const perPage = Math.min(read("per_page", defaultPerPage), Math.max(mostPerPage, defaultPerPage));
  const page = read("page", 1);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const shown = await Promise.all(items.slice((page - 1) * perPage, page * perPage).map(render));
  const link = (to: number, rel: string) => {
    const query = new URLSearchParams(call.query);
    query.set("page", String(to));
    return `<${hub.url()}${call.path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, "prev")] : []),
    ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
    ...(page > 1 ? [link(1, "first")] : []),
  ];
  const headers: Record<string, string> = links.length === 0 ? {} : { link: links.join(", ") };
  return { body: wrap(shown, items.length), headers };
}
