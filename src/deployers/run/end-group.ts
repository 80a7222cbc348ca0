/**
 * Ends everything that a command started in its group and session: asks first, then kills, then looks.
 *
 * A process that opened a session of its own (a daemon) has left, and is not followed.
 */
import type { Context } from "../../context.ts";
import { membersOf, type ProcessName } from "./process-table.ts";

export const graceMs = 10_000;
const killedMs = 5_000;

async function signal(context: Context, leader: ProcessName, name: NodeJS.Signals): Promise<boolean> {
  const members = await membersOf(context, leader);
  const groups = new Set(members.map((member) => member.group));
  // By group, so that a process that is being forked right now gets it too.
  for (const group of groups) context.processes.kill(-group, name);
  return members.length > 0;
}

async function goneWithin(context: Context, leader: ProcessName, ms: number): Promise<boolean> {
  const until = context.clock.monotonic() + ms;
  for (let pause = 5; ; pause = Math.min(pause * 2, 200)) {
    if ((await membersOf(context, leader)).length === 0) return true;
    if (context.clock.monotonic() >= until) return false;
    await context.clock.sleep(pause);
  }
}

/** True when nothing of it runs any more. */
export async function endGroup(context: Context, leader: ProcessName, grace = graceMs): Promise<boolean> {
  if (!(await signal(context, leader, "SIGTERM"))) return true;
  if (await goneWithin(context, leader, grace)) return true;
  await signal(context, leader, "SIGKILL");
  return goneWithin(context, leader, killedMs);
}

/** One signal to what is left of a command whose supervisor is gone; the caller looks again later. */
export async function signalGroup(context: Context, leader: ProcessName, name: "SIGTERM" | "SIGKILL"): Promise<void> {
  await signal(context, leader, name);
}
