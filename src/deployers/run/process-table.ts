/**
 * What runs on this machine: one process by its id and start time, or the members of a process group and its session.
 *
 * Reads only; a process that has ended but was not yet collected by its parent (a zombie) counts as ended.
 */
import type { Context } from "../../context.ts";

export type RunningProcess = {
  readonly pid: number;
  readonly group: number;
  readonly session: number;
  /** Together with the id it names one process for ever, until the machine is started anew. */
  readonly start: string;
};

/** The fields after the command's name, which stands in parentheses and may itself hold spaces and parentheses. */
function parseStat(pid: number, stat: string): RunningProcess | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, , group, session] = fields;
  const start = fields[19];
  if (state === undefined || group === undefined || session === undefined || start === undefined) return undefined;
  if (state === "Z" || state === "X") return undefined;
  return { pid, group: Number(group), session: Number(session), start };
}

/** A line of `ps -o pid=,pgid=,stat=,lstart=`, for systems without /proc. They tell no session. */
function parsePsLine(line: string): RunningProcess | undefined {
  const found = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
  if (found === null) return undefined;
  const [, pid, group, state, start] = found;
  if (pid === undefined || group === undefined || start === undefined || state?.startsWith("Z")) return undefined;
  return { pid: Number(pid), group: Number(group), session: Number(group), start };
}

async function psTable(context: Context): Promise<readonly RunningProcess[]> {
  const child = context.processes.spawn("/bin/ps", ["-A", "-o", "pid=,pgid=,stat=,lstart="], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { LC_ALL: "C", TZ: "UTC" },
  });
  if (child.stdout === null) throw new Error("The list of processes could not be read.");
  let text = "";
  const failed = new Promise<never>((_, reject) => child.on("error", reject));
  const read = async () => {
    for await (const chunk of child.stdout ?? []) text += String(chunk);
  };
  await Promise.race([read(), failed]);
  return text.split("\n").flatMap((line) => parsePsLine(line) ?? []);
}

async function hasProc(context: Context): Promise<boolean> {
  return context.files.access("/proc/self/stat").then(
    () => true,
    () => false,
  );
}

export async function processTable(context: Context): Promise<readonly RunningProcess[]> {
  if (!(await hasProc(context))) return psTable(context);
  const pids = (await context.files.readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => runningProcess(context, pid)));
  return found.flatMap((running) => running ?? []);
}

/** The process with this id, whichever it is; undefined when there is none. */
export async function runningProcess(context: Context, pid: number): Promise<RunningProcess | undefined> {
  const stat = await context.files.readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat !== undefined) return parseStat(pid, stat);
  if (await hasProc(context)) return undefined;
  return (await psTable(context)).find((running) => running.pid === pid);
}

/** Names one process: the id alone may have been given to another since. */
export type ProcessName = { readonly pid: number; readonly start: string };

/**
 * Every process of the group and session that `leader` opened.
 *
 * The kernel gives a number to nobody while a group or session still has it; so when the number now belongs to a
 * process with another start time, what `leader` opened is empty.
 */
export async function membersOf(context: Context, leader: ProcessName): Promise<readonly RunningProcess[]> {
  const table = await processTable(context);
  const holder = table.find((running) => running.pid === leader.pid);
  if (holder !== undefined && holder.start !== leader.start) return [];
  return table.filter((running) => running.group === leader.pid || running.session === leader.pid);
}
