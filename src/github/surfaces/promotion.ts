/**
 * `github.promotion`: the pull request that promotes into an environment's branch, and the branch that it comes from.
 *
 * The branch is moved forward only, and only while it still holds what the bot put there: what people pushed is theirs. A
 * description that somebody wrote anew is left alone too; it is known by the marker that is gone. One that was merged
 * before its branch could be moved forward is remembered as `missed`, and another is made for what it did not bring.
 */
import { optional } from "../../optional.ts";
import type { External, Rendering, Surface } from "../../projections/surface.ts";
import { orUndefined } from "../failures.ts";
import { promotionBody, promotionTitle } from "../wording-promotion.ts";
import { type Ground, loadRepository, reach } from "./ground.ts";

export type PromotionContent = {
  readonly repositoryId: number;
  readonly branch: string;
  readonly base: string;
  /** Where the branch is made; absent where it is an environment's own. */
  readonly at?: string;
  readonly title: string;
  readonly body: string;
  readonly marker: string;
  /** Another one took its place. */
  readonly replaced: boolean;
};

export function createPromotionSurface(ground: Ground): Surface<PromotionContent> {
  const target = async ({ repositoryId }: PromotionContent) =>
    await reach(ground, await loadRepository(ground, repositoryId));

  async function headOf(content: PromotionContent): Promise<string | undefined> {
    const { octokit, at } = await target(content);
    const found = await orUndefined(octokit.rest.git.getRef({ ...at, ref: `heads/${content.branch}` }));
    return found?.data.object.sha;
  }

  /** Without `force`, so that it only goes forward. */
  async function moveOn(content: PromotionContent, to: string): Promise<void> {
    const { octokit, at } = await target(content);
    await octokit.rest.git.updateRef({ ...at, ref: `heads/${content.branch}`, sha: to, force: false });
  }

  /** Where it cannot be moved forward somebody has pushed, and what they put there is theirs. */
  async function movedOn(content: PromotionContent, to: string): Promise<boolean> {
    return (
      (await orUndefined(
        moveOn(content, to).then(() => true),
        [422],
      )) === true
    );
  }

  /** Nobody was shown it before there is a pull request: what a try that failed left behind is brought up to date. */
  async function makeBranch(content: PromotionContent, to: string): Promise<void> {
    const head = await headOf(content);
    if (head === to) return;
    const { octokit, at } = await target(content);
    if (head !== undefined) {
      await movedOn(content, to);
      return;
    }
    await octokit.rest.git.createRef({ ...at, ref: `refs/heads/${content.branch}`, sha: to });
    await ground.context.faults.at("github.promotion-branch-made");
  }

  /** An open one between the two branches: GitHub allows one, so that whoever made it, it is this one. */
  async function find(content: PromotionContent): Promise<External | undefined> {
    const { octokit, at } = await target(content);
    const found = await octokit.rest.pulls.list({
      ...at,
      head: `${at.owner}:${content.branch}`,
      base: content.base,
      state: content.at === undefined ? "open" : "all",
      per_page: 10,
    });
    const [pull] = found.data;
    // Where its branch was put is not known any more: see `update`.
    return pull && { number: pull.number };
  }

  return {
    surface: "github.promotion",

    async render(subject): Promise<Rendering<PromotionContent> | undefined> {
      const row = await loadPromotion(ground, Number(subject));
      if (row === undefined) return undefined;
      const marker = `<!-- signalbox:promotion:${row.id} -->`;
      return {
        content: {
          repositoryId: row.repository_id,
          branch: row.branch,
          base: row.base,
          ...optional("at", row.snapshot ? row.sha : undefined),
          title: promotionTitle(row),
          body: `${marker}\n${promotionBody(row)}`,
          marker,
          replaced: row.replaced_by !== null,
        },
      };
    },

    find: async (_subject, content) => await find(content),

    async create(_subject, content) {
      // What was promoted first may have been taken back since. What a try that broke off had opened is found, and closed.
      if (content.replaced) return {};
      const { octokit, at } = await target(content);
      if (content.at !== undefined) await makeBranch(content, content.at);
      const { title, body, base, branch: head } = content;
      // Of an environment's own branch somebody may have opened one by hand.
      const open = content.at === undefined ? await find(content) : undefined;
      if (open !== undefined) return open;
      const made = await octokit.rest.pulls.create({ ...at, title, body, base, head });
      return { number: made.data.number, ...optional("at", content.at) };
    },

    async update(external, content) {
      if (external["number"] === undefined) return external;
      const { octokit, at } = await target(content);
      const number = { ...at, pull_number: Number(external["number"]) };
      const pull = (await octokit.rest.pulls.get(number)).data;
      // What was found after a crash may have been put there for what was promoted before.
      const put = external["at"];
      if (pull.state !== "open") {
        const missed = !content.replaced && content.at !== undefined && put !== undefined && content.at !== put;
        return missed && pull.merged && pull.head.sha === put ? { ...external, missed: 1 } : external;
      }
      if (content.replaced) {
        if (pull.head.sha === (put ?? content.at)) await octokit.rest.pulls.update({ ...number, state: "closed" });
        return external;
      }
      if (content.at !== undefined && content.at !== put && pull.head.sha !== content.at) {
        // People have pushed meanwhile: what it promotes is what they see on it.
        if (put !== undefined && pull.head.sha !== put) return external;
        if (put !== undefined) await moveOn(content, content.at);
        else if (!(await movedOn(content, content.at))) return { ...external, at: content.at };
      }
      if (pull.body?.includes(content.marker) === true) {
        await octokit.rest.pulls.update({ ...number, title: content.title, body: content.body });
      }
      return { ...external, ...optional("at", content.at) };
    },
  };
}

async function loadPromotion({ db }: Ground, id: number) {
  return await db
    .selectFrom("promotion")
    .innerJoin("environment", "environment.id", "promotion.environment_id")
    .innerJoin("service", "service.id", "environment.service_id")
    .innerJoin("repository", "repository.id", "service.repository_id")
    .where("promotion.id", "=", id)
    .where("repository.removed_at", "is", null)
    .selectAll("promotion")
    .select(["environment.name as environment", "service.name as service", "service.repository_id"])
    .select("repository.full_name as repository")
    .executeTakeFirst();
}
