/** A branch gets a throwaway instance by a real command over real git, and loses it when it is deleted. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleRepository } from "../../sandbox/sample/scene.ts";
import { alice, openPlay, type Play } from "./play.ts";

let play: Play;
beforeAll(async () => {
  play = await openPlay();
});
afterAll(async () => {
  await play?.close();
});

const pipeline = (siteDir: string) => `
service: shop
channel: "#shop-deploys"
people: {alice: U0ALICE}
environments:
  staging: {branch: main, deploy: "true"}
demos:
  branches: "feature-demo/*"
  url: "https://{slug}.demo.example.com"
  env: {SITE_DIR: ${JSON.stringify(siteDir)}}
  deploy: sh demo.sh up
  destroy: sh demo.sh down
`;

/** What the branch brings itself: nothing of it is on main when the branch is gone. */
const script = `set -eu
case "$1" in
up) printf '%s %s %s' "$SIGNALBOX_SHA" "$SIGNALBOX_REF" "$SIGNALBOX_DEMO_URL" > "$SITE_DIR/$SIGNALBOX_DEMO_SLUG" ;;
down) rm "$SITE_DIR/$SIGNALBOX_DEMO_SLUG" ;;
esac
`;

const branch = "feature-demo/It's_$HOME";
const deployments = () =>
  play.github.view(sampleRepository).deployments.filter(({ environment }) => environment === "demo/it-s-home");

test("a push makes it, the deletion of the branch destroys it, by the branch's own script", async () => {
  await play.github.commit(sampleRepository, "alice", {
    branch: "main",
    message: "Make demos of feature-demo/*",
    changes: [{ path: ".github/signalbox.yml", content: pipeline(play.siteDir) }],
  });
  const inForce = () => play.log.filter((line) => /is in force/.test(line)).length;
  await play.until("the pipeline file in force", () => inForce() >= 2 || undefined);
  await play.github.createRef(sampleRepository, "alice", `refs/heads/${branch}`, "main");
  const sha = await play.github.commit(sampleRepository, "alice", {
    branch,
    message: "Show the basket",
    changes: [{ path: "demo.sh", content: script }],
  });
  const seen = join(play.siteDir, "it-s-home");
  const wanted = `${sha} ${branch} https://it-s-home.demo.example.com`;
  await play.until("the demo", () => (existsSync(seen) && readFileSync(seen, "utf8") === wanted) || undefined);
  await play.until("its success on GitHub", () =>
    deployments().find((one) => one.sha === sha && one.statuses.some(({ state }) => state === "success")),
  );
  expect(await play.ask(alice, "/deploy demo")).toContain("it-s-home");
  await play.github.deleteBranch(sampleRepository, "alice", branch);
  await play.until("it to be destroyed", () => !existsSync(seen) || undefined);
  await play.until("it to be inactive on GitHub", () => {
    const newest = deployments().find((one) => one.sha === sha);
    return newest?.statuses.some(({ state }) => state === "inactive") || undefined;
  });
  expect(await play.ask(alice, "/deploy demo list")).toContain("shop has no demos now.");
});
