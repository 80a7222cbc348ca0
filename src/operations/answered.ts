/** Carries a command or click out so that it is always answered, whatever breaks. */
import type { Bot } from "./bot.ts";
import { OutsideError } from "./ports.ts";
import type { ReplyContent } from "./said.ts";

/** What is down comes back, and the delivery is taken up again; a bug meets a reference that the log also has. */
export async function answered(bot: Bot, key: string, operation: () => Promise<ReplyContent>): Promise<ReplyContent> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof OutsideError) throw error;
    const reference = bot.context.ids.uuid().slice(0, 8);
    bot.log.error({ err: error, reference, delivery: key }, "a command could not be carried out");
    return { code: "broke", reference };
  }
}
