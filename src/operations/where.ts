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

/** `services` are those that the person may be told of; `home` is the one that a number alone is of. */
export async function where(
  bot: Bot,
  asked: Whereabouts,
  services: readonly ServicePlace[],
  home: ServicePlace | undefined,
  loginIn: (service: ServicePlace) => Promise<string | undefined>,
): Promise<ReplyContent> {
  const repository = asked.repository ?? home?.repository.fullName ?? "";
  const mayBeRead = new Map<number, boolean>();
  let linked: string | undefined;

  async function readable(repositoryId: number): Promise<boolean> {
    const known = mayBeRead.get(repositoryId);
    if (known !== undefined) return known;
    const service = services.find((one) => one.repository.id === repositoryId);
    const login = service && (await loginIn(service));
    linked ??= login;
    const may =
      service !== undefined &&
      login !== undefined &&
      mayRead({ permission: await bot.github.permission(service.repository, login) });
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
