/** Every measure, in the order in which they run. Each is a file of its own in `measures/`. */
import type { Measure } from "./measure.ts";
import { calls } from "./measures/calls.ts";
import { commands } from "./measures/commands.ts";
import { decisions } from "./measures/decisions.ts";
import { memory } from "./measures/memory.ts";
import { past } from "./measures/past.ts";
import { reaction } from "./measures/reaction.ts";
import { start } from "./measures/start.ts";
import { webhooks } from "./measures/webhooks.ts";

export const measures: readonly Measure[] = [decisions, start, webhooks, commands, past, reaction, memory, calls];
