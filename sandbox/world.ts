/**
 * What a scene's places really serve, read from the files that `make deploy` writes. It is the witness beside
 * what the bot and GitHub say, so it never asks either of them.
 */
import { join } from "node:path";
import type { Context } from "../src/context.ts";

export type Serving = {
  readonly sha: string;
  readonly version: string;
  readonly deployment: string;
  readonly at: string;
};

export type WorldEnvironment = {
  /** The folder of the site that it serves from. */
  readonly name: string;
  readonly serving?: Serving;
  /** How often `make deploy` has begun here. */
  readonly runs: number;
};

/** One line of deploys.log. */
export type DeployRun = {
  readonly at: string;
  readonly what: "begun" | "done";
  readonly environment: string;
  readonly sha: string;
  readonly deployment: string;
};

export type WorldView = { readonly environments: readonly WorldEnvironment[]; readonly runs: readonly DeployRun[] };

export type World = {
  view(): WorldView;
  onChange(listener: () => void): () => void;
  close(): void;
};

const lookEveryMs = 300;

async function readText(context: Context, path: string): Promise<string> {
  try {
    return await context.files.readFile(path, "utf8");
  } catch {
    // Nothing was deployed there yet.
    return "";
  }
}

function parseServing(text: string): Serving | undefined {
  const values = new Map(
    text.split("\n").map((line) => [line.split(" ")[0] ?? "", line.split(" ").slice(1).join(" ")]),
  );
  const sha = values.get("sha");
  if (sha === undefined || sha === "") return undefined;
  const value = (name: string) => values.get(name) ?? "";
  return { sha, version: value("version"), deployment: value("deployment"), at: value("at") };
}

function parseRuns(text: string): readonly DeployRun[] {
  return text.split("\n").flatMap((line) => {
    const [at, what, environment, sha, deployment] = line.split(" ");
    if (at === undefined || environment === undefined || sha === undefined || deployment === undefined) return [];
    return what === "begun" || what === "done" ? [{ at, what, environment, sha, deployment }] : [];
  });
}

/** The places that are known beforehand, and after them those that were made since and still serve something. */
export async function readWorld(context: Context, siteDir: string, known: readonly string[]): Promise<WorldView> {
  const runs = parseRuns(await readText(context, join(siteDir, "deploys.log")));
  const names = [...new Set([...known, ...runs.map((run) => run.environment)])];
  const environments = names.map(async (name): Promise<WorldEnvironment> => {
    const serving = parseServing(await readText(context, join(siteDir, name, "version.txt")));
    const begun = runs.filter((run) => run.environment === name && run.what === "begun").length;
    return { name, runs: begun, ...(serving ? { serving } : {}) };
  });
  const all = await Promise.all(environments);
  return { environments: all.filter(({ name, serving }) => known.includes(name) || serving !== undefined), runs };
}

/** Looks at the files again and again; they are written by processes that tell nobody. */
export async function watchWorld(context: Context, siteDir: string, names: readonly string[]): Promise<World> {
  let current = await readWorld(context, siteDir, names);
  let looking = false;
  const listeners = new Set<() => void>();
  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      const next = await readWorld(context, siteDir, names);
      if (JSON.stringify(next) === JSON.stringify(current)) return;
      current = next;
      for (const listener of listeners) listener();
    } finally {
      looking = false;
    }
  }
  const timer = context.clock.every(lookEveryMs, () => void look());
  return {
    view: () => current,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => timer.cancel(),
  };
}
