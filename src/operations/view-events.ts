/** What people do in forms, menus and App Home, each handed to its operation. Decides nothing itself. */
import type { Bot } from "./bot.ts";
import { clickInHome, type HomeClick, openHome } from "./home.ts";
import { type Carry, type Chosen, choose } from "./menu.ts";
import { changeForm, type FormTold, sendForm } from "./prepare.ts";

export function createViewEvents(bot: Bot, carry: Carry) {
  return {
    formChanged: (changed: FormTold & { readonly actionTs: string }) => changeForm(bot, changed),
    formSent: (sent: FormTold) => sendForm(bot, sent),
    homeOpened: (opened: { readonly team: string; readonly user: string }) => openHome(bot, opened),
    homeClicked: (click: HomeClick) => clickInHome(bot, click),
    menuChosen: (chosen: Chosen) => choose(bot, chosen, carry),
  };
}
