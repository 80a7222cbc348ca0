/** The sample played by the whole bot, with the hands that its tests share. */

import type { BotProcess } from "../../sandbox/bot-process.ts";
import type { SceneBot } from "../../sandbox/open-scene.ts";
import { sample, sampleRepository } from "../../sandbox/sample/scene.ts";
import { openStory, openStoryOfProcess, type Story, type StoryOptions } from "./story.ts";

export const [alice, rosa, olaf] = ["U0ALICE", "U0ROSA", "U0OLAF"] as const;

export type Play<Bot extends SceneBot = SceneBot> = Story<Bot> & {
  /** Commits, opens a pull request that closes the issue, waits until it is ready, merges; resolves with the merge. */
  ship(branch: string, path: string, content: string, issue: number): Promise<string>;
};

type PlayOptions = Omit<StoryOptions, "scene" | "siteUrl">;
const theSample = { scene: sample, siteUrl: "https://shop.example" } as const;

export async function openPlay(options: PlayOptions = {}): Promise<Play> {
  return played(await openStory({ ...options, ...theSample }));
}

/** With the bot as a process of its own, which can be killed. */
export async function openPlayOfProcess(options: PlayOptions = {}): Promise<Play<BotProcess>> {
  return played(await openStoryOfProcess({ ...options, ...theSample }));
}

function played<Bot extends SceneBot>(story: Story<Bot>): Play<Bot> {
  return {
    ...story,
    async ship(branch, path, content, issue) {
      const number = await story.propose({
        branch,
        changes: [{ path, content }],
        title: `Change ${path}`,
        body: `close #${issue}`,
      });
      const sha = await story.merge(number);
      await story.until(`${sha} on staging`, async () => (await story.serving("staging")) === sha);
      await story.live("staging", sha);
      return sha;
    },
  };
}

export function isLive(play: Story, environment: string, sha: string): true | undefined {
  return play.isLive(environment, sha, sampleRepository) || undefined;
}
