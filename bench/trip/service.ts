/**
 * The service whose deployments are timed: the sample, with stages `deploy` only and one production for each of several
 * names, so that requests can wait side by side. The first line of `make deploy` writes down when it ran.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sampleRepository } from "../../sandbox/sample/scene.ts";
import type { BenchedBot } from "../open-bot.ts";

function pipelineFile(trace: string, productions: readonly string[]): string {
  const environment = (name: string, rest: readonly string[]) =>
    [`  ${name}:`, ...rest, `    env: { TRACE: ${JSON.stringify(trace)} }`, "    deploy: make deploy"].join("\n");
  const approved = ["    after: staging", "    approvals: { count: 1, from: [release-managers], requester: false }"];
  return `${[
    "service: shop",
    'channel: "#shop-deploys"',
    "people: { alice: U0ALICE, rosa: U0ROSA, olaf: U0OLAF }",
    "groups: { release-managers: [rosa] }",
    "environments:",
    environment("staging", ["    branch: main"]),
    ...productions.map((name) => environment(name, approved)),
  ].join("\n")}\n`;
}

const makefile = `.PHONY: deploy
deploy:
	@date +%s%N > "$$TRACE/$$SIGNALBOX_DEPLOYMENT"
	@true
`;

export type TimedService = {
  /** Commits the service to the sample's default branch; resolves with the revision. */
  commit(): Promise<string>;
  /** When the first line of a deployment's command ran, in ms since the epoch; undefined before. */
  began(deployment: string): Promise<number | undefined>;
};

export function timedService(bot: BenchedBot, trace: string, productions: readonly string[]): TimedService {
  return {
    commit: () =>
      bot.github.commit(sampleRepository, "alice", {
        branch: "main",
        message: "Note when a deployment begins",
        changes: [
          { path: ".github/signalbox.yml", content: pipelineFile(trace, productions) },
          { path: "Makefile", content: makefile },
        ],
      }),
    async began(deployment) {
      const text = await readFile(join(trace, deployment), "utf8").catch(() => "");
      return text.endsWith("\n") ? Number(BigInt(text.trim()) / 1000n) / 1000 : undefined;
    },
  };
}
