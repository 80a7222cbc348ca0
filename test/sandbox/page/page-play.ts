/** The page over the sandbox's real GitHub and Slack and the sample service; only the bot's process stands in. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SandboxGitHub } from "../../../sandbox/contract.ts";
import { createSandboxGitHub } from "../../../sandbox/github/sandbox-github.ts";
import { openMonitoring } from "../../../sandbox/monitoring/monitoring.ts";
import { openPage } from "../../../sandbox/page/page-server.ts";
import type { PageState } from "../../../sandbox/page/page-state.ts";
import type { BotControl, BotState } from "../../../sandbox/page/play.ts";
import { sample as scene } from "../../../sandbox/sample/scene.ts";
import { createSandboxSlack, type SandboxSlackServer } from "../../../sandbox/slack/sandbox-slack.ts";
import { watchWorld } from "../../../sandbox/world.ts";
import { createContext } from "../../../src/context.ts";

export type PagePlay = {
  readonly url: string;
  readonly slack: SandboxSlackServer;
  readonly github: SandboxGitHub;
  readonly siteDir: string;
  state(): Promise<PageState>;
  /** Sends what the page sends when a person does something. */
  act(request: unknown, headers?: Readonly<Record<string, string>>): Promise<{ status: number; body: unknown }>;
  /** The next state that the page is sent and that the test accepts. */
  until(accept: (state: PageState) => boolean): Promise<PageState>;
  /** Writes what `make deploy` writes. */
  deploy(environment: string, sha: string): Promise<void>;
  close(): Promise<void>;
};

function standInBot(): BotControl {
  let state: BotState = "running";
  const listeners = new Set<() => void>();
  const become = async (next: BotState) => {
    state = next;
    for (const listener of listeners) listener();
  };
  return {
    state: () => state,
    note: () => "",
    kill: () => become("stopped"),
    start: () => become("running"),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

async function* states(url: string): AsyncGenerator<PageState> {
  const response = await fetch(`${url}/api/events`);
  const decoder = new TextDecoder();
  let text = "";
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true });
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) if (event.startsWith("data: ")) yield JSON.parse(event.slice("data: ".length));
  }
}

export async function openPagePlay(): Promise<PagePlay> {
  const context = createContext();
  const folder = await mkdtemp(join(tmpdir(), "signalbox-page-"));
  const siteDir = join(folder, "site");
  const page = await openPage({ host: "127.0.0.1", port: 0 });
  const slack = await createSandboxSlack({ context, people: scene.people, channels: scene.channels });
  const github = await createSandboxGitHub({ context, folder: join(folder, "github"), people: scene.people });
  const monitoring = await openMonitoring(context, siteDir, "127.0.0.1");
  const at = { siteDir, siteUrl: `${page.url}/site`, monitoringUrl: monitoring.url };
  await scene.seed({ context, github, ...at, pace: 0 });
  const world = await watchWorld(
    context,
    siteDir,
    scene.places.map((place) => place.folder),
  );
  page.show({ context, scene, slack, github, bot: standInBot(), world, monitoring, siteDir });
  return {
    url: page.url,
    slack,
    github,
    siteDir,
    state: async () => JSON.parse(await (await fetch(`${page.url}/api/state`)).text()),
    async act(request, headers = {}) {
      const response = await fetch(`${page.url}/api/do`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(request),
      });
      const text = await response.text();
      return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
    },
    async until(accept) {
      for await (const state of states(page.url)) if (accept(state)) return state;
      throw new Error("The stream ended before the state came.");
    },
    async deploy(environment, sha) {
      await mkdir(join(siteDir, environment), { recursive: true });
      await writeFile(join(siteDir, environment, "index.html"), "<!doctype html><title>The shop</title>");
      await writeFile(join(siteDir, environment, "version.txt"), `sha ${sha}\nversion 1.0.0\ndeployment 1\nat now\n`);
    },
    async close() {
      world.close();
      await page.close();
      await slack.close();
      await github.close();
      await monitoring.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
