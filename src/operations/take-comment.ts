/**
 * A command that was written as a comment on an issue or pull request: read by the parser of all commands, carried out by
 * the operation of all commands, and answered once in the same thread. Only a comment as it was first written counts:
 * what is edited into one later, or was meant hours ago, is carried out by nobody.
 */
import type { CommandName, CommandReading } from "../commands/command.ts";
import { commandsIn, type WrittenCommand } from "../commands/comment.ts";
import { optional } from "../optional.ts";
import { touch } from "../projections/touch.ts";
import { answered } from "./answered.ts";
import { askedLongAgo } from "./asked-long-ago.ts";
import type { Bot } from "./bot.ts";
import { loadServicesOf } from "./place.ts";
import type { RepositoryRef } from "./ports.ts";
import type { ReplyContent } from "./said.ts";
import { takeCommand } from "./take-command.ts";

export type Parse = (name: CommandName, text: string, now: number) => CommandReading;

export type Comment = {
  readonly repository: RepositoryRef;
  readonly issue: number;
  readonly onPullRequest: boolean;
  readonly comment: number;
  readonly body: string;
  readonly login: string;
  /** Epoch ms. */
  readonly at: number;
};

/** As much of a command is kept as shows which one is answered. */
const keptCommand = 200;

export async function takeComment(bot: Bot, parse: Parse, comment: Comment): Promise<void> {
  const commands = commandsIn(comment.body);
  const [command] = commands;
  if (command === undefined) return;
  // A repository without a pipeline file is left alone.
  if ((await loadServicesOf(bot.db, comment.repository.id)).length === 0) return;
  const key = `comment:${comment.repository.id}:${comment.comment}`;
  if (await isAnswered(bot, comment)) return;
  const content = await answered(bot, key, async () => await carryOut(bot, parse, comment, commands, key));
  await bot.context.faults.at("comment.carried-out");
  await store(bot, comment, command, content);
  await bot.context.faults.at("comment.answered");
}

async function carryOut(
  bot: Bot,
  parse: Parse,
  comment: Comment,
  commands: readonly WrittenCommand[],
  key: string,
): Promise<ReplyContent> {
  const [command] = commands;
  // None of several: whoever reads the answer could not tell which was carried out and which had failed.
  if (command === undefined || commands.length > 1) return { code: "several-commands", commands: commands.length };
  const late = await askedLongAgo(bot, { key, at: comment.at });
  if (late !== undefined) return late;
  const reading = parse(command.name, command.text, comment.at);
  if (reading.kind === "problem") return { code: "command-problem", problem: reading.problem };
  return await takeCommand(bot, reading.command, {
    kind: "github",
    login: comment.login,
    repository: comment.repository.id,
    ...optional("pullRequest", comment.onPullRequest ? comment.issue : undefined),
    key,
    // GitHub's times are whole seconds: what came earlier in the same one may have been seen.
    at: comment.at + 999,
  });
}

async function isAnswered(bot: Bot, { repository, comment }: Comment): Promise<boolean> {
  const row = await bot.db
    .selectFrom("comment_reply")
    .select("id")
    .where("repository_id", "=", repository.id)
    .where("comment_id", "=", comment)
    .executeTakeFirst();
  return row !== undefined;
}

async function store(bot: Bot, comment: Comment, command: WrittenCommand, content: ReplyContent): Promise<void> {
  const { repository, issue, login } = comment;
  await bot.db.transaction().execute(async (trx) => {
    const added = await trx
      .insertInto("comment_reply")
      .values({
        repository_id: repository.id,
        issue,
        comment_id: comment.comment,
        login,
        command: `${command.name} ${command.text}`.trim().slice(0, keptCommand),
        content: JSON.stringify(content),
        deployment_id: deploymentOf(content),
        at: new Date(bot.context.clock.now()),
      })
      .onConflict((conflict) => conflict.columns(["repository_id", "comment_id"]).doNothing())
      .returning("id")
      .executeTakeFirst();
    if (added === undefined) return;
    const lane = `github/${repository.installationId}`;
    await touch(trx, bot.wake, { surface: "github.reply", subject: `${added.id}`, lane });
  });
}

/** The deployment whose end the answer will tell. */
function deploymentOf(content: ReplyContent): number | null {
  return content.code === "requested" || content.code === "already-requested" ? content.deployment : null;
}
