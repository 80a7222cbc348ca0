/**
 * A pull request from one branch of a repository into another that is made, kept open and kept true. One that somebody
 * else opened between the two is taken for it, and its words are left as they are.
 */
import type { External } from "../../projections/surface.ts";
import { GitHubRefusal } from "../failures.ts";
import { plainLine } from "../markdown.ts";
import { type Ground, loadRepositoryNamed, reach } from "./ground.ts";

export type KeptPull = {
  readonly repository: string;
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
};

const longestTitle = 200;
/** Tells ours from those that a person opened. */
const marker = "<!-- signalbox:kept-pull-request -->";

export async function findPull(ground: Ground, kept: KeptPull): Promise<External | undefined> {
  const { octokit, at } = await reach(ground, await loadRepositoryNamed(ground, kept.repository));
  const head = `${at.owner}:${kept.head}`;
  const listed = await octokit.rest.pulls.list({ ...at, state: "open", head, base: kept.base, per_page: 10 });
  const [found] = listed.data.filter((pull) => pull.head.ref === kept.head && pull.base.ref === kept.base);
  return found && { number: found.number, ours: isOurs(found.body) ? 1 : 0 };
}

export async function openPull(ground: Ground, kept: KeptPull): Promise<External> {
  const there = await findPull(ground, kept);
  if (there !== undefined) return there;
  const { octokit, at } = await reach(ground, await loadRepositoryNamed(ground, kept.repository));
  const { head, base } = kept;
  const made = await octokit.rest.pulls.create({ ...at, head, base, ...words(kept) });
  return { number: made.data.number, ours: 1 };
}

/** One that was merged is followed by another; one that was closed is opened again, where GitHub lets us. */
export async function updatePull(ground: Ground, external: External, kept: KeptPull): Promise<External> {
  const { octokit, at } = await reach(ground, await loadRepositoryNamed(ground, kept.repository));
  const named = { ...at, pull_number: Number(external["number"]) };
  const { data } = await octokit.rest.pulls.get(named);
  if (data.merged) return await openPull(ground, kept);
  if (data.state === "closed") {
    try {
      await octokit.rest.pulls.update({ ...named, state: "open", ...(isOurs(data.body) ? words(kept) : {}) });
      return external;
    } catch (error) {
      if (error instanceof GitHubRefusal) return await openPull(ground, kept);
      throw error;
    }
  }
  if (external["ours"] === 1) await octokit.rest.pulls.update({ ...named, ...words(kept) });
  return external;
}

function words({ title, body }: KeptPull) {
  return { title: plainLine(title, longestTitle), body: `${body}\n\n${marker}` };
}

function isOurs(body: string | null): boolean {
  return body?.includes(marker) === true;
}
