/** A supervisor that is killed with -9 at the fault point named in the file `die-at` of its data folder. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext } from "../../src/context.ts";
import { runSupervisor } from "../../src/deployers/run/supervisor-process.ts";

const dieAt = readFileSync(join(process.argv[2] ?? "", "die-at"), "utf8");

await runSupervisor(
  createContext({
    faults: {
      at(name) {
        if (name === dieAt) process.kill(process.pid, "SIGKILL");
      },
    },
  }),
);
