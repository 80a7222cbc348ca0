/** In which team a deployment's message stands: what people of another do to it, counts for nothing. */
import type { Bot } from "./bot.ts";
import { messageOf } from "./note-reaction.ts";
import { messageSubject } from "./tell.ts";

/** False also while the message has not been posted, or was posted by nobody. */
export async function isOfAnotherTeam(
  { db }: Pick<Bot, "db">,
  { deployment, ask, team }: { readonly deployment: number; readonly ask: number; readonly team: string },
): Promise<boolean> {
  const subject = messageSubject(deployment, ask);
  const row = await db
    .selectFrom("projection")
    .select("external")
    .where("key", "=", `slack.message/${subject}`)
    .executeTakeFirst();
  const message = messageOf(subject, row?.external);
  return message !== undefined && message.team !== team;
}
