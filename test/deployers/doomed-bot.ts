/**
 * A bot that starts one attempt and is killed with -9 at a named fault point. Its work comes as JSON in its first
 * argument; a point named `never` lets it end the start and wait to be killed from outside.
 */
import { pino } from "pino";
import { z } from "zod";
import { createContext } from "../../src/context.ts";
import type { Attempt } from "../../src/deployers/contract.ts";
import { createRunDeployer } from "../../src/deployers/run.ts";

const work = z
  .object({
    dataDir: z.string(),
    repository: z.string(),
    path: z.string(),
    dieAt: z.string(),
    attempt: z.custom<Attempt>(),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));

const context = createContext({
  faults: {
    at(name) {
      if (name === work.dieAt) process.kill(process.pid, "SIGKILL");
    },
  },
});

const deployer = createRunDeployer({
  context,
  log: pino({ level: "silent" }),
  dataDir: work.dataDir,
  path: work.path,
  github: { gitAccess: async () => ({ url: work.repository }) },
  operator: {
    commandsAllowed: () => true,
    pinAllowed: () => true,
    secrets: () => ({ values: {}, refused: [] }),
    outbound: [],
  },
  onlyHost: true,
});
await deployer.start(work.attempt);
process.stdout.write("started\n");
process.stdin.resume();
