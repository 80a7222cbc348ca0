/** The answer to `/deploy link`, with the address that is for this person alone. */
import type { LinkReply } from "../../operations/link.ts";
import { linkLabel } from "../../wording/link.ts";
import { type SlackMessage, section } from "./block.ts";
import { link } from "./text.ts";

/** The address is put in where it is sent, so that it need not be stored. */
export function withAddress(
  message: SlackMessage,
  offer: Extract<LinkReply, { code: "link-offered" }>,
  address: string,
): SlackMessage {
  return { ...message, blocks: [...message.blocks, section(link(address, linkLabel(offer.until)))] };
}
