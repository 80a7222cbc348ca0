/**
 * Which machine, which boot of it, and which view of its processes this is.
 *
 * A process id means something only together with these. Nothing here may guess: what cannot be read is named
 * `undefined`, and then nothing is ever held to be proven by it.
 */
import { hostname } from "node:os";
import type { Context } from "../../context.ts";

export type Machine = {
  readonly host: string;
  /** Differs after every start of the machine. */
  readonly bootId?: string | undefined;
  /** Linux only: a container has its own, and all its processes end with it. */
  readonly pidNamespace?: string | undefined;
};

async function macBootId(context: Context): Promise<string | undefined> {
  const child = context.processes.spawn("/usr/sbin/sysctl", ["-n", "kern.bootsessionuuid"], {
    stdio: ["ignore", "pipe", "ignore"],
    env: {},
  });
  if (child.stdout === null) return undefined;
  let text = "";
  child.on("error", () => undefined);
  for await (const chunk of child.stdout) text += String(chunk);
  return text.trim() || undefined;
}

export async function thisMachine(context: Context): Promise<Machine> {
  const bootId = await context.files
    .readFile("/proc/sys/kernel/random/boot_id", "utf8")
    .then((text) => text.trim())
    .catch(() => macBootId(context));
  const pidNamespace = await context.files.readlink("/proc/self/ns/pid").catch(() => undefined);
  return {
    host: hostname(),
    ...(bootId === undefined ? {} : { bootId }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
  };
}

/**
 * Whether process ids recorded on `then` can be looked up on `now`.
 *
 * `ended`: the machine was started anew, or its container was, so that nothing of then still runs. That is only sure
 * while the host name is the same: a folder carried to another machine says nothing about the machine that it left.
 */
export function compareMachines(then: Machine, now: Machine): "same" | "ended" | "elsewhere" {
  if (then.bootId === undefined || now.bootId === undefined) return "elsewhere";
  if (then.bootId === now.bootId && then.pidNamespace === now.pidNamespace) return "same";
  return then.host === now.host ? "ended" : "elsewhere";
}
