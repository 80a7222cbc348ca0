/** How each command is written, what it does, and examples: for `/deploy help` and for whoever left something out. */
import { deploymentHelp } from "./help-deployments.ts";
import type { HelpEntry } from "./help-entry.ts";
import { holdingHelp } from "./help-holding.ts";
import { lookingHelp } from "./help-looking.ts";
import { shippingHelp } from "./help-shipping.ts";
import type { HelpTopic } from "./help-topics.ts";

const entries: Readonly<Record<HelpTopic, HelpEntry>> = {
  ...shippingHelp,
  ...lookingHelp,
  ...holdingHelp,
  ...deploymentHelp,
};

export function helpOn(topic: HelpTopic): HelpEntry {
  return entries[topic];
}
