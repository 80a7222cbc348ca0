/** A `run` deployer over a real repository, with commands that count themselves and wait to be let go. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { createContext } from "../../src/context.ts";
import type { Attempt, Deployer } from "../../src/deployers/contract.ts";
import { attemptFolder } from "../../src/deployers/run/attempt-folder.ts";
import { readCommand, readSupervisor } from "../../src/deployers/run/records.ts";
import { createRunDeployer, type RunDeployerOptions } from "../../src/deployers/run.ts";
import type { OperatorRules } from "../../src/operations/bot.ts";
import { type TestFaults, testFaults } from "../harness/fault-points.ts";
import { shareCompiledCode } from "../harness/run-folder.ts";
import { type AttemptOptions, makeAttempt, until } from "./attempts.ts";
import { makeFolder, makeRepository, type TestRepository } from "./git-fixture.ts";

export const grantedSecret = "hunter2-the-password";

export function operatorRules(overrides: Partial<OperatorRules> = {}): OperatorRules {
  return {
    commandsAllowed: (repository) => repository === "acme/shop",
    pinAllowed: (repository, into) => repository === "acme/shop" && into === "acme/infra",
    secrets: (_repository, names) => ({
      values: names.includes("DB_PASSWORD") ? { DB_PASSWORD: grantedSecret } : {},
      refused: names.filter((name) => name !== "DB_PASSWORD"),
    }),
    outbound: ["127.0.0.1"],
    ...overrides,
  };
}

export type RunBench = {
  readonly deployer: Deployer;
  readonly faults: TestFaults;
  readonly dataDir: string;
  readonly repository: TestRepository;
  readonly sha: string;
  attempt(run: string, options?: Partial<AttemptOptions> & { readonly confirm?: string }): Attempt;
  /** Text of a command that counts itself, then waits for `letGo`, then goes on with the rest. */
  counting(rest: string): string;
  counted(): number;
  /** Resolves when so many commands have counted themselves. */
  running(count: number): Promise<number>;
  letGo(): void;
  /** Kills whatever the attempts left running, and removes every file. */
  close(attempts: readonly Attempt[]): Promise<void>;
};

export function runBench(overrides: Partial<RunDeployerOptions> = {}): RunBench {
  const folder = makeFolder();
  const repository = makeRepository(join(folder.path, "repository"));
  const faults = testFaults();
  const context = createContext({ faults });
  const dataDir = join(folder.path, "data");
  shareCompiledCode(dataDir);
  const counter = join(folder.path, "counter");
  const gate = join(folder.path, "gate");
  const deployer = createRunDeployer({
    context,
    log: pino({ level: "silent" }),
    dataDir,
    github: { gitAccess: async () => ({ url: repository.path }) },
    operator: operatorRules(),
    onlyHost: true,
    ...(process.env["PATH"] === undefined ? {} : { path: process.env["PATH"] }),
    ...overrides,
  });
  const counted = () => (existsSync(counter) ? readFileSync(counter, "utf8").split("\n").length - 1 : 0);
  return {
    deployer,
    faults,
    dataDir,
    repository,
    sha: repository.sha,
    attempt(run, { confirm, ...options } = {}) {
      const definition = { kind: "run", run, ...(confirm === undefined ? {} : { confirm }) } as const;
      return makeAttempt(definition, { sha: repository.sha, ...options });
    },
    counting: (rest) => `echo run >> '${counter}'\nuntil [ -e '${gate}' ]; do sleep 0.02; done\n${rest}`,
    counted,
    running: (count) => until(() => (counted() >= count ? counted() : undefined)),
    letGo: () => writeFileSync(gate, ""),
    async close(attempts) {
      for (const attempt of attempts) {
        const paths = attemptFolder(dataDir, attempt.token);
        for (const record of [await readCommand(context, paths), await readSupervisor(context, paths)]) {
          if (record !== undefined) context.processes.kill(-record.pid, "SIGKILL");
        }
      }
      folder.remove();
    },
  };
}
