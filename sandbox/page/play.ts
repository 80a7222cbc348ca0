/** What the page brings together: both sides, the bot's process, the world, and what people have done on the page. */
import type { Context } from "../../src/context.ts";
import type { SandboxGitHub } from "../contract.ts";
import type { Monitoring } from "../monitoring/monitoring.ts";
import type { Scene } from "../scene.ts";
import type { SandboxSlackServer } from "../slack/sandbox-slack.ts";
import type { World } from "../world.ts";

export type BotState = "starting" | "running" | "stopped" | "failed";

/** The bot's process, as far as a person on the page may meddle with it. */
export type BotControl = {
  state(): BotState;
  /** One sentence on how it came to the present state. */
  note(): string;
  /** Ends the process at once, as `kill -9` does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  onChange(listener: () => void): () => void;
};

export type Play = {
  readonly context: Context;
  readonly scene: Scene;
  readonly slack: SandboxSlackServer;
  readonly github: SandboxGitHub;
  readonly bot: BotControl;
  readonly world: World;
  readonly monitoring: Monitoring;
  /** The folder that the environments serve from. */
  readonly siteDir: string;
};

/** Something that a person did on the page, with the sandbox's clock in milliseconds. */
export type Act =
  | { readonly kind: "command"; readonly user: string; readonly text: string; readonly at: number }
  | {
      readonly kind: "react";
      readonly user: string;
      readonly ts: string;
      readonly emoji: string;
      readonly at: number;
    }
  | {
      readonly kind: "click";
      readonly user: string;
      readonly ts: string;
      readonly actionId: string;
      readonly at: number;
    }
  | { readonly kind: "home"; readonly user: string; readonly at: number }
  | { readonly kind: "kill"; readonly running: readonly number[]; readonly at: number };
