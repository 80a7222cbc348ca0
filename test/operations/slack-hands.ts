/** What people do in Slack, as events of our own, and what they are answered: for tests of forms, menus and App Home. */
import { type CommandName, commandNames } from "../../src/commands/command.ts";
import { parseCommand } from "../../src/commands/parse.ts";
import type { ActionId } from "../../src/operations/actions.ts";
import type { FormShown } from "../../src/operations/form.ts";
import { type HomeClick, loadHomeView } from "../../src/operations/home.ts";
import type { Menu } from "../../src/operations/menu-shown.ts";
import type { ReplyContent } from "../../src/operations/said.ts";
import { createSlackEvents } from "../../src/operations/slack-events.ts";
import { answerOf } from "../../src/slack/emoji.ts";
import type { World } from "./world.ts";

export type Answered = {
  readonly id: number;
  readonly content: ReplyContent;
  readonly menu: Menu | null;
  readonly replaces: boolean;
};

export function slackHands(world: World) {
  const events = createSlackEvents(world.bot, parseCommand, answerOf);
  let keys = 0;
  const nextKey = () => {
    keys += 1;
    return `key-${keys}`;
  };
  let lateBy = 0;
  const who = (user: string, key: string) => {
    return { key, lastTry: false, receivedAt: world.clock.now() - lateBy, team: "T1", user };
  };

  const hands = {
    events,
    /** What is done from now on had come in so long before it is handled. */
    heardAfter(ms: number): void {
      lateBy = ms;
    },
    /** Types a command in the channel, as `/deploy staging`. */
    async type(user: string, written: string, key = nextKey(), channelName = "shop-deploys"): Promise<void> {
      const name = commandNames.find((one): one is CommandName => written === one || written.startsWith(`${one} `));
      if (name === undefined) throw new Error(`no command: ${written}`);
      const text = written.slice(name.length).trim();
      const channel = { channel: "C1", channelName, responseUrl: "https://hooks.slack.com/commands/T1/1" };
      await events.command({ ...who(user, key), name, text, ...channel });
      await world.settle();
    },
    async choose(user: string, menu: number, choice: string, key = nextKey()): Promise<void> {
      const to = { channel: "C1", responseUrl: "https://hooks.slack.com/actions/T1/2" };
      await events.menuChosen({ ...who(user, key), menu, choice, ...to });
      await world.settle();
    },
    /** Presses a button on a deployment's message. */
    async click(user: string, actionId: ActionId, value: string): Promise<void> {
      const to = { channel: "C1", responseUrl: "https://hooks.slack.com/actions/T1/3" };
      const actionTs = `${world.clock.now() / 1_000}`;
      await events.action({ ...who(user, nextKey()), actionId, value, actionTs, ...to });
      await world.settle();
    },
    async openHome(user: string): Promise<number> {
      await events.homeOpened(who(user, nextKey()));
      await world.settle();
      const { id } = await world.db
        .selectFrom("home")
        .select("id")
        .where("slack_user", "=", user)
        .executeTakeFirstOrThrow();
      return id;
    },
    async clickInHome(user: string, action: HomeClick["action"], value: string, lastTry = false): Promise<void> {
      await events.homeClicked({
        ...who(user, nextKey()),
        lastTry,
        action,
        value,
        actionTs: `${world.clock.now() / 1_000}`,
      });
      await world.settle();
    },
    async home(id: number) {
      const view = await loadHomeView(world.bot, id);
      if (view === undefined) throw new Error("there is no such home");
      return view;
    },
    async answers(): Promise<readonly Answered[]> {
      const rows = await world.db.selectFrom("reply").selectAll().orderBy("id").execute();
      return rows.map(({ id, content, menu, replaces }) => ({ id, content, menu, replaces }));
    },
    async last(): Promise<Answered> {
      const last = (await hands.answers()).at(-1);
      if (last === undefined) throw new Error("nothing was answered");
      return last;
    },
    async form(): Promise<{ readonly id: number; readonly shown: FormShown }> {
      const { id, shown } = await world.db
        .selectFrom("form")
        .select(["id", "shown"])
        .orderBy("id", "desc")
        .limit(1)
        .executeTakeFirstOrThrow();
      return { id, shown };
    },
    async choosing() {
      const { id, shown } = await hands.form();
      if (shown.code !== "choosing") throw new Error(`the form shows ${JSON.stringify(shown)}`);
      return { id, ...shown };
    },
    /** The fields as the form holds them now, with what is changed. */
    async fields(change: Readonly<Record<string, string>> = {}) {
      const { chosen } = await hands.choosing();
      const held = Object.entries(chosen).map(([key, value]) => [key, `${value}`]);
      return { ...(Object.fromEntries(held) as Readonly<Record<string, string>>), ...change };
    },
    async change(user: string, change: Readonly<Record<string, string>>, actionTs: string): Promise<void> {
      const { id } = await hands.form();
      await events.formChanged({
        ...who(user, nextKey()),
        form: id,
        fields: await hands.fields(change),
        actionTs,
      });
    },
    async send(user: string, change: Readonly<Record<string, string>> = {}, key = nextKey()): Promise<void> {
      const { id } = await hands.form();
      await events.formSent({ ...who(user, key), form: id, fields: await hands.fields(change) });
      await world.settle();
    },
  };
  return hands;
}
