/**
 * A supervisor that is killed with -9 at the fault point named in the file `die-at` of its data folder, or that waits at
 * the one named in `hold-at` until the file `go-on` is there, as on a machine that is slow. With the file `full-disk` no
 * record finds room beside an output that holds anything.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import * as files from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createContext } from "../../src/context.ts";
import { runSupervisor } from "../../src/deployers/run/supervisor-process.ts";

const dataDir = process.argv[2] ?? "";
const named = (file: string) => (existsSync(join(dataDir, file)) ? readFileSync(join(dataDir, file), "utf8") : "");
const [dieAt, holdAt] = [named("die-at"), named("hold-at")];

/** Says in the file `held` that it waits. A test that has gone takes the folder with it. */
async function hold(): Promise<void> {
  writeFileSync(join(dataDir, "held"), "");
  while (existsSync(dataDir) && !existsSync(join(dataDir, "go-on"))) await pause(10);
}

const open: typeof files.open = async (path, flags, mode) => {
  const output = join(dirname(String(path)), "output");
  if (flags === "wx" && existsSync(output) && statSync(output).size > 0) {
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  }
  return await files.open(path, flags, mode);
};

await runSupervisor(
  createContext({
    ...(existsSync(join(dataDir, "full-disk")) ? { files: { ...files, open } } : {}),
    faults: {
      async at(name) {
        if (name === dieAt) process.kill(process.pid, "SIGKILL");
        if (name === holdAt) await hold();
      },
    },
  }),
);
