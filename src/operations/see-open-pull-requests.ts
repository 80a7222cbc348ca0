/** All open pull requests of a repository, or of many, as if each had just been told of; those that ended are found too. */
import { type Listed, withAnswersFor } from "./ask-in-bulk.ts";
import type { Bot } from "./bot.ts";
import { missed } from "./missed.ts";
import type { RepositoryRef } from "./ports.ts";
import { rulesInForce } from "./pull-request-rules.ts";
import { openNumbers, seePullRequest } from "./see-pull-request.ts";
import { unlessRefused } from "./unless-refused.ts";

/**
 * All that are open, as if just told of; whatever is not among them has ended meanwhile. Where that fails, the comparison
 * with GitHub lists them once more.
 */
export async function seeOpenPullRequests(bot: Bot, repository: RepositoryRef): Promise<void> {
  if ((await rulesInForce(bot.db, repository.id)) === undefined) return;
  try {
    const open = await bot.github.openPullRequests(repository);
    await seeListed(await withAnswersFor(bot, [{ repository, open }]), { repository, open });
  } catch (error) {
    // The repository is known by now: whoever is told again takes its pull requests for looked at.
    await missed(bot, "github");
    throw error;
  }
}

/** The same of many repositories, whose open pull requests were listed already. */
export async function seeListedPullRequests(bot: Bot, listed: readonly Listed[]): Promise<void> {
  const followed: Listed[] = [];
  for (const one of listed) if ((await rulesInForce(bot.db, one.repository.id)) !== undefined) followed.push(one);
  const knowing = await withAnswersFor(bot, followed);
  for (const one of followed) await unlessRefused(bot, one.repository, () => seeListed(knowing, one));
}

async function seeListed(bot: Bot, { repository, open }: Listed): Promise<void> {
  for (const told of open) await seePullRequest(bot, repository, told);
  await closeUnlisted(
    bot,
    repository,
    open.map(({ number }) => number),
  );
}

/** What is stored as open and is not among these has ended meanwhile; GitHub says how. */
async function closeUnlisted(bot: Bot, repository: RepositoryRef, open: readonly number[]): Promise<void> {
  for (const number of await openNumbers(bot, repository)) {
    if (open.includes(number)) continue;
    const found = await bot.github.pullRequest(repository, number);
    if (found !== undefined) await seePullRequest(bot, repository, found);
  }
}
