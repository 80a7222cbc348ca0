/**
 * What a sandbox opens with: people, channels, repositories, what the operator allows, and a list of things to try. The
 * sample is one scene; every folder under `examples/` is another.
 */
import type { Context } from "../src/context.ts";
import type { FileChange, SandboxGitHub, SandboxPerson, SandboxRepositoryView } from "./contract.ts";
import type { MonitoringView } from "./monitoring/monitoring.ts";
import type { Act, BotState } from "./page/play.ts";
import type { SandboxMessage } from "./slack-contract.ts";
import type { WorldView } from "./world.ts";

/** Somewhere that a revision is served from: a folder of the site, and the environment on GitHub that stands for it. */
export type ScenePlace = { readonly folder: string; readonly repository: string; readonly environment: string };

export type SceneSeed = {
  readonly context: Context;
  readonly github: SandboxGitHub;
  /** The folder into which the scene's commands deploy, absolute. */
  readonly siteDir: string;
  /** Where that folder is served, without a slash at the end. */
  readonly siteUrl: string;
  /** Where a Prometheus, a Grafana and a Sentry are: `<monitoringUrl>/prometheus` and so on. */
  readonly monitoringUrl: string;
  /** Seconds that each step of a stage takes, so that a person can watch (and interrupt) it; 0 in tests. */
  readonly pace: number;
};

export type Scene = {
  /** Empty for the sample; else the name after `--example`. */
  readonly name: string;
  /** What the page says that this is, in a few words. */
  readonly title: string;
  readonly people: readonly SandboxPerson[];
  /** Each with its `#`; the first is shown first. */
  readonly channels: readonly [string, ...string[]];
  /** The first is shown first, and is where a change is made unless said. */
  readonly repositories: readonly [string, ...string[]];
  readonly places: readonly ScenePlace[];
  /** The text of `operator.yml`. */
  operatorFile(seed: Pick<SceneSeed, "siteDir" | "siteUrl" | "monitoringUrl">): string;
  /** Settings of the bot besides the usual ones: the values of secrets that the operator file names. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Makes the beginning; everything after is done by people and the bot. */
  seed(seed: SceneSeed): Promise<void>;
  /** What others do by themselves while the scene is open, such as a scan that reports checks; returns what ends it. */
  readonly others?: (seed: SceneSeed) => () => void;
  /** What “Commit a change” writes, so that people see on the served page whether it is there. */
  change(github: SandboxGitHub, repository: string, change: SceneChange): readonly FileChange[];
  readonly steps: readonly Step[];
};

export type SceneChange = { readonly name: string; readonly detail: string; readonly branch: string };

/** What a step's button fills in, and as whom. Without a repository it is the scene's first. */
export type Fill =
  | { readonly kind: "text"; readonly as: string; readonly text: string; readonly channel?: string }
  | {
      readonly kind: "pull-request";
      readonly as: string;
      readonly repository?: string;
      readonly head: string;
      readonly base?: string;
      readonly title: string;
      readonly body: string;
    }
  | { readonly kind: "edit"; readonly as: string; readonly title: string; readonly body: string }
  | {
      readonly kind: "change";
      readonly as: string;
      readonly repository?: string;
      readonly base?: string;
      readonly branch?: string;
      readonly name: string;
      readonly detail: string;
      /** Whether a pull request is opened next; it is unless said. */
      readonly opens?: boolean;
    }
  | { readonly kind: "show"; readonly as?: string; readonly where: "slack" | "home" | "github" };

/** One thing to try. */
export type Step = {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly button: string;
  readonly fill: Fill;
  /** Whether it has happened; what was once seen stays ticked. `done` holds the ids of those seen before. */
  happened(seen: Seen, done: ReadonlySet<string>): boolean;
};

/** All that can be seen of a scene from outside the bot. */
export type Seen = {
  /** The scene's first repository. */
  readonly repository: SandboxRepositoryView;
  readonly repositories: readonly SandboxRepositoryView[];
  readonly messages: readonly SandboxMessage[];
  readonly botUser: string;
  readonly world: WorldView;
  readonly monitoring: MonitoringView;
  /** Whose modal is open, and for whom the bot published an App Home. */
  readonly modals: readonly string[];
  readonly homes: readonly string[];
  /** Somebody proved to the bot who they are on GitHub. */
  readonly provedLogin: boolean;
  readonly acts: readonly Act[];
  readonly bot: BotState;
};
