/** The sandbox's GitHub with a repository in it, and the real client signed in to it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { SandboxCall, SandboxGitHub, SandboxPerson } from "../../sandbox/contract.ts";
import { createSandboxGitHub } from "../../sandbox/github/sandbox-github.ts";
import { createGitHub, type GitHub } from "../../src/github/client.ts";
import type { EventRepository } from "../../src/github/events.ts";
import { listInstallations, listRepositories } from "../../src/github/installations.ts";
import { realTimeContext, type TestContext } from "../harness/test-context.ts";

const people: readonly SandboxPerson[] = [
  { login: "alice", slackUser: "U1", name: "Alice", permission: "write", role: "developer" },
  { login: "rosa", slackUser: "U2", name: "Rosa", permission: "admin", role: "release manager" },
  { login: "olaf", slackUser: "U3", name: "Olaf", permission: "read", role: "product owner" },
];

export type WithSandbox = Omit<TestContext, "clock" | "seed"> & {
  readonly sandbox: SandboxGitHub;
  readonly github: GitHub;
  /** The calls of `act`, without those that sign in. */
  callsOf(act: () => Promise<unknown>): Promise<readonly string[]>;
  repository(fullName: string): Promise<EventRepository>;
  close(): Promise<void>;
};

export async function aSandbox(
  files: Readonly<Record<string, string>> = { "README.md": "shop" },
): Promise<WithSandbox> {
  const { context, faults } = realTimeContext();
  const folder = await mkdtemp(join(tmpdir(), "signalbox-github-"));
  const sandbox = await createSandboxGitHub({ context, folder, people });
  await sandbox.createRepository("acme/shop", { files });
  const github = createGitHub({
    context,
    log: pino({ level: "silent" }),
    settings: {
      appId: sandbox.appId,
      privateKey: sandbox.privateKey,
      webhookSecret: sandbox.webhookSecret,
      githubApiUrl: sandbox.apiUrl,
      githubUrl: sandbox.url,
    },
  });
  return {
    context,
    faults,
    sandbox,
    github,
    async callsOf(act) {
      const before = sandbox.calls().length;
      await act();
      return sandbox
        .calls()
        .slice(before)
        .filter(isNoSignIn)
        .map(({ method, path }) => `${method} ${path}`);
    },
    async repository(fullName) {
      for (const installation of await listInstallations(github)) {
        const found = (await listRepositories(github, installation)).find((one) => one.fullName === fullName);
        if (found !== undefined) return found;
      }
      throw new Error(`the App does not reach ${fullName}`);
    },
    async close() {
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isNoSignIn({ path }: SandboxCall): boolean {
  return !path.includes("/access_tokens");
}
