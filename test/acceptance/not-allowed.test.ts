/** What the operator has not allowed, and what the operator forgot to set. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleRepository } from "../../sandbox/sample/scene.ts";
import { alice, openPlay, type Play } from "./play.ts";

describe("a repository that the operator does not let run commands", () => {
  let play: Play;
  beforeAll(async () => {
    play = await openPlay({ operatorFile: "commands: []\n" });
  });
  afterAll(async () => {
    await play?.close();
  });

  test("a merge is told so, and nothing runs", async () => {
    const number = await play.github.openPullRequest(sampleRepository, "alice", {
      title: "Add the basket",
      body: "close #1",
      head: "add-basket",
    });
    await play.until("the pull request to be ready", () => play.pull(number).mergeable || undefined);
    await play.github.mergePullRequest(sampleRepository, "alice", number);
    const message = await play.until("the message", () =>
      play.messages().find(({ blocks }) => JSON.stringify(blocks).includes("operator.yml")),
    );
    expect(message.text).toMatch(/Rejected/);
    expect((await play.world()).runs).toEqual([]);
  });

  test("a command is answered with the gate and who can clear it", async () => {
    const answer = await play.ask(alice, "/deploy staging");
    expect(answer).toMatch(/access/);
    expect(answer).toMatch(/operator/);
    expect((await play.world()).runs).toEqual([]);
  });
});

describe("settings", () => {
  const main = fileURLToPath(new URL("../../src/signalbox.js", import.meta.url));

  function start(env: Record<string, string>): { code: number | null; error: string } {
    const ended = spawnSync(process.execPath, [main], {
      cwd: fileURLToPath(new URL(".", import.meta.url)),
      env: { PATH: process.env["PATH"] ?? "", ...env },
      encoding: "utf8",
      timeout: 30_000,
    });
    return { code: ended.status, error: ended.stderr };
  }

  test("in production all that are missing are listed, and the bot does not start", () => {
    const { code, error } = start({ NODE_ENV: "production" });
    expect(code).toBe(1);
    for (const name of ["APP_ID", "PRIVATE_KEY", "WEBHOOK_SECRET", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]) {
      expect(error).toContain(name);
    }
  });

  test("one credential without the others opens no sandbox, and no secret is repeated", () => {
    const { code, error } = start({ SLACK_BOT_TOKEN: "nonsense-that-is-secret", PORT: "many" });
    expect(code).toBe(1);
    expect(error).toContain("PORT");
    expect(error).toContain("APP_ID");
    expect(error).not.toContain("nonsense-that-is-secret");
  });
});
