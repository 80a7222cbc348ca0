/** Starts a sandbox GitHub with three people, a listener for its webhooks, and the octokit that the bot itself uses. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProbotOctokit } from "probot";
import type { SandboxGitHub, SandboxPerson } from "../../../sandbox/contract.ts";
import { createSandboxGitHub } from "../../../sandbox/github/sandbox-github.ts";
import { type Context, createContext } from "../../../src/context.ts";

const people: readonly SandboxPerson[] = [
  { login: "ada", slackUser: "U1", name: "Ada Hart", permission: "write", role: "developer" },
  { login: "ruth", slackUser: "U2", name: "Ruth Okoye", permission: "admin", role: "release manager" },
  { login: "noor", slackUser: "U3", name: "Noor Haddad", permission: "read", role: "guest" },
];

export type Received = {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly raw: string;
};

/** The answer that the listener gives next; 202 when nothing was said. */
export type Listener = { readonly url: string; readonly received: Received[]; readonly answers: number[] };

export type Started = {
  readonly github: SandboxGitHub;
  readonly listener: Listener;
  /** Octokit as the App's installation on `acme`, as the App, or with a token. */
  readonly octokit: Octokit;
  readonly app: Octokit;
  asPerson(login: string): Octokit;
  stop(): Promise<void>;
};

export type Octokit = InstanceType<typeof ProbotOctokit>;

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function makeOctokit(github: SandboxGitHub, auth: Record<string, unknown>): Octokit {
  return new ProbotOctokit({
    auth,
    baseUrl: github.apiUrl,
    retry: { enabled: false },
    throttle: { enabled: false },
    log: quiet,
  });
}

export async function startSandbox(
  options: {
    readonly context?: Context;
    readonly callsPerHour?: number;
    readonly files?: Readonly<Record<string, string>>;
    readonly requiredChecks?: readonly string[];
  } = {},
): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), "sandbox-github-"));
  const { context = createContext(), callsPerHour } = options;
  const github = await createSandboxGitHub({
    context,
    folder,
    people,
    ...(callsPerHour === undefined ? {} : { callsPerHour }),
  });
  const { listener, close } = await listen();
  github.deliverTo(listener.url);
  await github.createRepository("acme/shop", {
    files: options.files ?? { "README.md": "# Shop\n", Makefile: "deploy:\n\techo deployed\n" },
    ...(options.requiredChecks === undefined ? {} : { requiredChecks: options.requiredChecks }),
  });
  const identity = { appId: github.appId, privateKey: github.privateKey };
  const app = makeOctokit(github, identity);
  const { data } = await app.rest.apps.getRepoInstallation({ owner: "acme", repo: "shop" });
  return {
    github,
    listener,
    app,
    octokit: makeOctokit(github, { ...identity, installationId: data.id }),
    asPerson: (login) => makeOctokit(github, { token: github.tokenOf(login) }),
    async stop() {
      await github.close();
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listen(): Promise<{ readonly listener: Listener; readonly close: () => Promise<void> }> {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, raw: Buffer.concat(chunks).toString() });
      response.writeHead(answers.shift() ?? 202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The listener has no port.");
  return {
    listener: { url: `http://127.0.0.1:${address.port}/api/github/webhooks`, received, answers },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const shop = { owner: "acme", repo: "shop" } as const;

/** A branch with one changed file, and a pull request from it. */
export async function openPullRequest(
  github: SandboxGitHub,
  branch: string,
  options: { readonly title?: string; readonly body?: string; readonly base?: string; readonly path?: string } = {},
): Promise<number> {
  const { title = `Add ${branch}`, body = "", path = `${branch}.txt` } = options;
  await github.commit("acme/shop", "ada", {
    branch,
    message: `Write ${path}`,
    changes: [{ path, content: `${branch}\n` }],
  });
  return github.openPullRequest("acme/shop", "ada", {
    title,
    body,
    head: branch,
    ...(options.base === undefined ? {} : { base: options.base }),
  });
}
