/**
 * Reads `.github/signalbox.yml` from the default branch, or at a commit, by Probot's own config mechanism (@probot/octokit-plugin-config),
 * so that `_extends` and the organisation's `.github` repository work as in every Probot App. It only gets the data;
 * the raw texts are kept besides, so that a mistake can be told with its line.
 *
 * A file that cannot be read as YAML, or extends what it cannot, comes back with its text and without data: the reader
 * says what is wrong. Calls: 1, and 1 for each file that it leads to; none for those that are known already.
 */
import { z } from "zod";
import { type GitHubPort, type KnownPipelineFiles, OutsideError, type RepositoryRef } from "../../operations/ports.ts";
import { optional } from "../../optional.ts";
import type { PipelineSource } from "../../policy/pipeline.ts";
import type { GitHub } from "../client.ts";
import { GitHubRefusal } from "../failures.ts";
import { ownerAndRepo } from "../repository-name.ts";

export const pipelineFilePath = ".github/signalbox.yml";

const configCall = z.object({ owner: z.string(), repo: z.string(), path: z.string(), ref: z.string().optional() });

export async function readPipelineSources(
  github: GitHub,
  repository: RepositoryRef,
  at?: string,
  known: KnownPipelineFiles = new Map(),
): ReturnType<GitHubPort["pipelineSources"]> {
  // An instance of its own: the hooks must see this reading's files and no other's.
  const octokit = await github.freshInstallation(repository.installationId);
  octokit.hook.wrap("request", async (request, options) => {
    const call = configCall.safeParse(options).data;
    const name = `${call?.owner}/${call?.repo}`.toLowerCase();
    if (call?.path !== pipelineFilePath || call.ref !== undefined || !known.has(name)) return await request(options);
    const text = known.get(name);
    if (text === undefined) throw new GitHubRefusal(`there is no ${pipelineFilePath} in ${name}`, 404);
    return { status: 200, url: options.url, headers: {}, data: text };
  });
  const sources: PipelineSource[] = [];
  octokit.hook.after("request", (response, options) => {
    const call = configCall.safeParse(options);
    if (!call.success || typeof response.data !== "string") return;
    const { owner, repo, path } = call.data;
    sources.push({ name: `${owner}/${repo}:${path}`, text: response.data });
  });
  try {
    const { config, files } = await octokit.config.get<Record<string, unknown>>({
      ...ownerAndRepo(repository.fullName),
      path: pipelineFilePath,
      ...optional("branch", at),
      defaults: (configs) => configs.reduce(mergeConfigs, {}),
    });
    if (files.every((file) => file.config === null)) return undefined;
    const last = files.at(-1);
    // The plugin passes over a base that is not there; half a policy could be one without its approvals.
    if (last !== undefined && last.config === null) {
      return { sources, merged: undefined, unfollowed: `${last.owner}/${last.repo}:${last.path}` };
    }
    return { sources, merged: config };
  } catch (error) {
    if (error instanceof OutsideError) throw error;
    // Whatever else the plugin throws is about what stands in the files.
    const whole = { name: `${repository.fullName}:${pipelineFilePath}`, text: "" };
    return {
      sources: sources.length > 0 ? sources : [whole],
      merged: undefined,
      ...optional("unfollowed", unfollowedIn(error)),
    };
  }
}

/** What the plugin says of an `_extends` that it cannot follow; undefined when it stumbled over something else. */
function unfollowedIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (/Recursion detected/.test(error.message)) return "a file that extends this one again";
  return /Invalid value (.{1,200}?) for _extends/s.exec(error.message)?.[1];
}

type Config = Record<string, unknown>;

/**
 * Lays `over` onto `base`: maps are merged key by key, everything else is replaced whole. Lists are not joined, as
 * Probot's `context.config` would by default, since the stages of a deployment must be those that are written last.
 */
export function mergeConfigs(base: Config, over: Config): Config {
  if (!isMap(over)) return over;
  const [under, upper] = [new Map(Object.entries(base)), new Map(Object.entries(over))];
  const entries = keysInOrder([...under.keys()], [...upper.keys()]).map((key) => {
    const [below, value] = [under.get(key), upper.get(key)];
    if (!upper.has(key)) return [key, below] as const;
    return [key, isMap(below) && isMap(value) ? mergeConfigs(below, value) : value] as const;
  });
  // From entries, since an assignment to `__proto__` would change the object instead of setting a key.
  return Object.fromEntries(entries);
}

/**
 * Those of `over` in its own order, since environments are promoted in the order in which they are written. What only
 * `base` has keeps its place among those of both; what only `over` has stands before the next of both, or else last.
 */
function keysInOrder(base: readonly string[], over: readonly string[]): readonly string[] {
  const shared = new Set(base).intersection(new Set(over));
  const runs: string[][] = [];
  let run: string[] = [];
  for (const key of over) {
    run.push(key);
    if (!shared.has(key)) continue;
    runs.push(run);
    run = [];
  }
  return [...base.flatMap((key) => (shared.has(key) ? (runs.shift() ?? []) : [key])), ...run];
}

function isMap(value: unknown): value is Config {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
