/**
 * The answer to a command or a click, for the person's eyes only. Subject: the reply's id. Sent to the response URL that
 * came with the command, and only if that is Slack's: the URL is input. Nothing tells whether a crash came before or
 * after the sending, so then it is sent again; better told twice than not at all.
 */
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Context } from "../context.ts";
import { realKeyOf } from "../operations/answered.ts";
import { OutsideError } from "../operations/ports.ts";
import { responseUrlForMs } from "../operations/reply.ts";
import type { Surface } from "../projections/surface.ts";
import type { Database } from "../store/schema.ts";
import type { SlackMessage } from "./blocks/block.ts";
import { withAddress } from "./blocks/link-offer.ts";
import { renderReply } from "./blocks/said.ts";
import type { SlackClient } from "./client.ts";
import { undelivered } from "./posting.ts";
import { type MenuMessage, withMenu } from "./views/menu.ts";

type Options = {
  readonly db: Kysely<Database>;
  readonly context: Context;
  readonly log: Logger;
  readonly client: SlackClient;
  /** SLACK_API_URL: its host is as good as Slack's own. */
  readonly apiUrl: string;
  /** Where a sign-in with this id begins; undefined where linking is not set up. */
  readonly signInAddress: ((id: string) => string) | undefined;
};

/** Whether a response URL leads to Slack, or to the host that the operator put in Slack's place. */
export function isResponseUrl(url: string, apiUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host, hostname, username, password } = new URL(url);
  if (username !== "" || password !== "") return false;
  const configured = new URL(apiUrl);
  if (host === configured.host && protocol === configured.protocol) return true;
  const slack = ["slack.com", "slack-gov.com"].some((name) => hostname === `hooks.${name}`);
  return protocol === "https:" && slack && host === hostname;
}

export function replySurface(options: Options): Surface<SlackMessage | MenuMessage> {
  const { db, context, log, client, apiUrl, signInAddress } = options;
  async function load(subject: string) {
    if (!/^\d{1,15}$/u.test(subject)) return undefined;
    return await db.selectFrom("reply").selectAll().where("id", "=", Number(subject)).executeTakeFirst();
  }

  /** What stands for an answer until there is one, is not said after it. */
  async function isOvertaken(key: string): Promise<boolean> {
    const real = realKeyOf(key);
    if (real === undefined) return false;
    const row = await db.selectFrom("reply").select("id").where("key", "=", real).executeTakeFirst();
    return row !== undefined;
  }

  function giveUp(subject: string, why: string) {
    log.warn({ subject: `reply/${subject}`, why }, "an answer could not be delivered and is given up");
    return undelivered(why);
  }

  return {
    surface: "slack.reply",
    async render(subject) {
      const reply = await load(subject);
      if (reply === undefined || (await isOvertaken(reply.key))) return undefined;
      const { content } = reply;
      const message = renderReply(content, reply.at.getTime());
      if (reply.menu !== null) return { content: withMenu(message, reply.menu, reply.id) };
      if (content.code !== "link-offered" || signInAddress === undefined) return { content: message };
      return { content: withAddress(message, content, signInAddress(content.ask)) };
    },
    async find() {
      return undefined;
    },
    async create(subject, message) {
      const reply = await load(subject);
      if (reply === undefined) return giveUp(subject, "there is no such reply");
      if (!isResponseUrl(reply.response_url, apiUrl)) return giveUp(subject, "the response URL is not Slack's");
      if (context.clock.now() - reply.at.getTime() > responseUrlForMs)
        return giveUp(subject, "the response URL has expired");
      const body = { response_type: "ephemeral", replace_original: reply.replaces, ...message };
      const status = await client.respond(reply.response_url, body);
      if (status >= 200 && status < 300) return { answered: 1 };
      // What Slack refuses once, it refuses again: the URL is used up or unknown.
      if (status >= 400 && status < 500) return giveUp(subject, `Slack answered ${status}`);
      throw new OutsideError(`Slack's response URL answered ${status}`);
    },
  };
}
