/**
 * `/deploy where`: where the work of an issue or a pull request is. From stored rows; GitHub is asked only whether the
 * person may read the repositories that the answer speaks of.
 */

import { mayRead } from "../policy/rights.ts";
import type { Bot } from "./bot.ts";
import type { ServicePlace } from "./place.ts";
import type { ReplyContent } from "./said.ts";
import { loadWork, type Work } from "./work.ts";

export type Whereabouts = {
  readonly number: number;
  /** `owner/name`, when it was written; else that of the service. */
  readonly repository?: string;
};

type Reader = { readonly service: ServicePlace; readonly login: string | undefined };

/** `readerOf`: the person in a repository, if they may be told of it; `home` is the one that a number alone is of. */
export async function where(
  bot: Bot,
  asked: Whereabouts,
  home: ServicePlace | undefined,
  readerOf: (repository: number) => Promise<Reader | undefined>,
): Promise<ReplyContent> {
  const repository = asked.repository ?? home?.repository.fullName ?? "";
  const mayBeRead = new Map<number, boolean>();
  let linked: string | undefined;

  async function readable(repositoryId: number): Promise<boolean> {
    const known = mayBeRead.get(repositoryId);
    if (known !== undefined) return known;
    const reader = await readerOf(repositoryId);
    linked ??= reader?.login;
    const may =
      reader?.login !== undefined &&
      mayRead({ permission: await bot.github.permission(reader.service.repository, reader.login) });
    mayBeRead.set(repositoryId, may);
    return may;
  }

  const work: Work[] = [];
  if (home !== undefined && !(await readable(home.repository.id))) {
    return linked === undefined
      ? { code: "not-linked" }
      : { code: "may-not", login: linked, what: "read", needs: "read" };
  }
  for (const one of await loadWork(bot.db, { repository, number: asked.number })) {
    if (await readable(one.repositoryId)) work.push(one);
  }
  const written = asked.repository === undefined ? `#${asked.number}` : `${asked.repository}#${asked.number}`;
  return { code: "where", asked: written, work };
}
