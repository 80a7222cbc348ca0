/**
 * Runs git with nothing of the machine's or a person's settings: no hooks, no prompts, no helpers, no maintenance of
 * its own. A token goes in through the environment only, never into arguments, and is never written down.
 */
import type { Context, Timer } from "../../context.ts";
import { plainLine } from "./plain-text.ts";

export type Git = {
  readonly context: Context;
  readonly path: string;
  /** A folder that git may take for HOME. */
  readonly home: string;
  readonly signal: AbortSignal;
  /** An open lock that git and its children hold as long as they run. */
  readonly lock?: number;
  readonly extraHeader?: string | undefined;
};

export type GitResult = { readonly code: number; readonly stdout: string; readonly stderr: string };

const settings: readonly (readonly [string, string])[] = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["credential.helper", ""],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["submodule.recurse", "false"],
  ["fetch.recurseSubmodules", "false"],
  ["advice.detachedHead", "false"],
  ["init.defaultBranch", "main"],
  // A redirect would carry the token to wherever it points.
  ["http.followRedirects", "false"],
  // A far side that says nothing for a minute is given up.
  ["http.lowSpeedLimit", "1"],
  ["http.lowSpeedTime", "60"],
];

function environment(git: Git): Record<string, string> {
  const all = git.extraHeader === undefined ? settings : [...settings, ["http.extraHeader", git.extraHeader] as const];
  return {
    PATH: git.path,
    HOME: git.home,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "file:http:https",
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(
      all.flatMap(([key, value], at) => [
        [`GIT_CONFIG_KEY_${at}`, key],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ]),
    ),
  };
}

const kept = 64 * 1024;

/** Resolves with whatever code git gave; rejects when it could not be run or was told to end. */
export async function git(git: Git, args: readonly string[]): Promise<GitResult> {
  git.signal.throwIfAborted();
  const { context } = git;
  const child = context.processes.spawn("git", args, {
    cwd: git.home,
    env: environment(git),
    stdio: ["ignore", "pipe", "pipe", ...(git.lock === undefined ? [] : [git.lock])],
  });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
      texts[name] = (texts[name] + chunk).slice(-kept);
    });
  }
  const end = (name: NodeJS.Signals) => child.pid !== undefined && context.processes.kill(child.pid, name);
  let late: Timer | undefined;
  const stop = () => {
    end("SIGTERM");
    late = context.clock.after(5_000, () => end("SIGKILL"));
  };
  git.signal.addEventListener("abort", stop, { once: true });
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", (cause) => reject(new Error(`git did not start: ${cause.message}`, { cause })));
      child.once("close", (status) => resolve(status ?? -1));
    });
    git.signal.throwIfAborted();
    return { code, ...texts };
  } finally {
    git.signal.removeEventListener("abort", stop);
    // Its number may be another process's by then.
    late?.cancel();
  }
}

/** Fit to be read by people. */
export function whatFailed(doing: string, { code, stderr }: GitResult): string {
  return `${doing} failed: ${plainLine(stderr, 400) || `git exited with code ${code}`}`;
}

/** As `git`, and rejects with what git said when it failed. */
export async function gitOrThrow(how: Git, doing: string, args: readonly string[]): Promise<string> {
  const result = await git(how, args);
  if (result.code !== 0) throw new Error(whatFailed(doing, result));
  return result.stdout;
}
