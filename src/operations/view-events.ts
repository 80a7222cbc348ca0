/** What people do in forms, menus and App Home, each handed to its operation. Decides nothing itself. */
import type { Bot } from "./bot.ts";
import { type Chosen, choose } from "./menu.ts";
import { changeForm, type FormTold, sendForm } from "./prepare.ts";

export function createViewEvents(bot: Bot, carry: Parameters<typeof choose>[2]) {
  return {
    formChanged: (changed: FormTold & { readonly actionTs: string }) => changeForm(bot, changed),
    formSent: (sent: FormTold) => sendForm(bot, sent),
    menuChosen: (chosen: Chosen) => choose(bot, chosen, carry),
  };
}
