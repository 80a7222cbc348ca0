/** Every measure, in the order in which they run. Each is a file of its own in `measures/`. */
import type { Measure } from "./measure.ts";
import { calls } from "./measures/calls.ts";
import { commands } from "./measures/commands.ts";
import { memory } from "./measures/memory.ts";
import { reaction } from "./measures/reaction.ts";
import { start } from "./measures/start.ts";
import { webhooks } from "./measures/webhooks.ts";

export const measures: readonly Measure[] = [start, webhooks, commands, reaction, memory, calls];
