/** The sample played by the whole bot, with the hands that its tests share. */
import { sample, sampleRepository } from "../../sandbox/sample/scene.ts";
import { openStory, type Story, type StoryOptions } from "./story.ts";

export const [alice, rosa, olaf] = ["U0ALICE", "U0ROSA", "U0OLAF"] as const;

export type Play = Story & {
  /** Commits, opens a pull request that closes the issue, waits until it is ready, merges; resolves with the merge. */
  ship(branch: string, path: string, content: string, issue: number): Promise<string>;
};

export async function openPlay(options: Omit<StoryOptions, "scene" | "siteUrl"> = {}): Promise<Play> {
  const story = await openStory({ ...options, scene: sample, siteUrl: "https://shop.example" });
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
