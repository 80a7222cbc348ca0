/** A branch that gets a demo is pushed to, refreshed, deleted; demos are listed, destroyed, and end by themselves. */
import { afterEach, describe, expect, test } from "vitest";
import { followAllDemos } from "../../src/operations/follow-demos.ts";
import { loadDeploymentView } from "../../src/operations/load-view.ts";
import { renderDeploymentMessage } from "../../src/slack/blocks/deployment.ts";
import { wordReply } from "../../src/wording/reply.ts";
import { InjectedCrash } from "../harness/fault-points.ts";
import { nothing, openWorld, push, repository, sha, tellPush, type World } from "./world.ts";

const file = `
channel: "#shop-deploys"
people: {alice: U0000ALICE, rosa: U0000ROSA, olaf: U0000OLAF}
environments:
  staging: {branch: main, deploy: make deploy}
demos:
  branches: "feature-demo/*"
  url: "https://{slug}.demo.example.com"
  ttl: 14d
  most: 3
  deploy: make demo
  destroy: make demo-destroy
`;

const day = 86_400_000;
const [alice, olaf] = ["U0000ALICE", "U0000OLAF"];
let world: World;

afterEach(async () => {
  await world.close();
});

async function begin(begun: World): Promise<void> {
  await push(begun, "1");
  begun.deployer.starts.length = 0;
}

async function open(text = file): Promise<void> {
  world = await openWorld({ file: text, begin });
}

const basket = "feature-demo/new-basket";

async function demo(branch = basket) {
  return await world.db
    .selectFrom("environment")
    .selectAll()
    .where("demo_branch", "=", branch)
    .executeTakeFirstOrThrow();
}

/** What was really set going: command, environment and revision. */
function ran(): readonly string[] {
  return world.deployer.starts.map(({ stage, environment, sha }) => {
    const run = stage.deployer.kind === "run" ? stage.deployer.run : stage.deployer.kind;
    return `${run}, ${environment}, ${sha.slice(0, 1)}`;
  });
}

async function remove(branch: string): Promise<void> {
  const before = world.github.branches.get(branch) ?? nothing;
  world.github.branches.delete(branch);
  await tellPush(world, branch, before);
}

async function list(): Promise<string> {
  return wordReply(await world.command(alice, { kind: "demo" }), { now: world.clock.now() });
}

async function later(ms: number): Promise<void> {
  await world.clock.advance(ms);
  await world.sweep();
  await world.settle();
}

async function outcomes(): Promise<readonly string[]> {
  const rows = await world.db
    .selectFrom("deployment")
    .innerJoin("environment", "environment.id", "deployment.environment_id")
    .where("environment.demo_branch", "is not", null)
    .select(["deployment.kind", "deployment.status", "deployment.sha"])
    .orderBy("deployment.id")
    .execute();
  return rows.map(({ kind, sha, status }) => `${kind} ${sha.slice(0, 1)} ${status}`);
}

describe("made on push", () => {
  test("by itself, with its name and address for the command", async () => {
    await open();
    await push(world, "a", { branch: basket });
    expect(ran()).toEqual(["make demo, demo/new-basket, a"]);
    expect(world.deployer.starts[0]?.env).toEqual({
      SIGNALBOX_DEMO_SLUG: "new-basket",
      SIGNALBOX_DEMO_URL: "https://new-basket.demo.example.com",
    });
    expect(await demo()).toMatchObject({ live_sha: expect.stringMatching(/^a/u), demo_by: "alice", removed_at: null });
    expect(await outcomes()).toEqual(["merge a success"]);
  });

  test("only of a branch that matches, and never of the default one", async () => {
    await open(file.replace('"feature-demo/*"', '"**"').replace("branch: main, ", ""));
    await push(world, "b", { branch: "main" });
    expect(ran()).toEqual([]);
    await world.pipeline(file);
    world.deployer.starts.length = 0;
    await push(world, "a", { branch: "feature/other" });
    await push(world, "c", { branch: "feature-demo/a/b" });
    expect(ran()).toEqual([]);
  });

  test("refreshed by each push, also by one that takes commits away or brings old ones back", async () => {
    await open();
    const a = await push(world, "a", { branch: basket });
    await push(world, "b", { branch: basket });
    const c = world.commit("c", { branch: basket, parents: [] });
    await tellPush(world, basket, a, { forced: true });
    for (const back of [a, c, a]) {
      world.github.branches.set(basket, back);
      await tellPush(world, basket, c, { forced: true });
    }
    expect(ran().map((one) => one.at(-1))).toEqual(["a", "b", "c", "a", "c", "a"]);
    expect((await demo()).live_sha).toBe(a);
  });

  test("pushed again while the first push is handled, the newest is what it comes to hold", async () => {
    await open();
    const first = world.commit("a", { branch: basket });
    world.faults.arm("demo.prepared", async () => {
      world.commit("b", { branch: basket });
      await tellPush(world, basket, first);
    });
    await tellPush(world, basket, nothing);
    expect(await outcomes()).toEqual(["merge b success"]);
    expect(await demo()).toMatchObject({ live_sha: sha("b"), heard_sha: sha("b") });
    world.github.calls.clear();
    await push(world, "c", { branch: basket });
    expect(world.github.calls.get("branchHead")).toBe(1);
  });

  test("however often it is told, once; and the newest wins over what waits", async () => {
    await open();
    world.deployer.script = () => ({ state: "running" });
    await push(world, "a", { branch: basket });
    await tellPush(world, basket, nothing);
    await push(world, "b", { branch: basket });
    await push(world, "c", { branch: basket });
    expect(await outcomes()).toEqual(["merge a in_progress", "merge b superseded", "merge c queued"]);
    world.deployer.script = () => ({ state: "success", proven: true });
    await world.tick(5_000);
    expect(await outcomes()).toEqual(["merge a success", "merge b superseded", "merge c success"]);
  });

  test("several at once, whose names tell apart what a slug does not", async () => {
    await open();
    await push(world, "a", { branch: basket });
    await push(world, "b", { branch: "feature-demo/New_Basket" });
    await push(world, "c", { branch: 'feature-demo/$(rm -rf)";x' });
    expect(ran()).toEqual([
      "make demo, demo/new-basket, a",
      expect.stringMatching(/^make demo, demo\/new-basket-[0-9a-f]{6}, b$/u),
      "make demo, demo/rm-rf-x, c",
    ]);
  });

  test("no more than there may be: the next is told so, and made by a push when there is room", async () => {
    await open();
    for (const [i, letter] of ["a", "b", "c", "d"].entries()) {
      await push(world, letter, { branch: `feature-demo/${i}` });
    }
    expect(ran()).toHaveLength(3);
    expect((await world.said()).at(-1)).toEqual({
      code: "demo-limit",
      service: "shop",
      branch: "feature-demo/3",
      most: 3,
    });
    await remove("feature-demo/0");
    await push(world, "e", { branch: "feature-demo/3" });
    expect(ran().at(-1)).toBe("make demo, demo/3, e");
  });

  test("where the operator lets the repository run no commands, nothing runs", async () => {
    await open();
    world.commandsAllowed = false;
    await push(world, "a", { branch: basket });
    expect(ran()).toEqual([]);
    expect(await outcomes()).toEqual(["merge a rejected"]);
  });

  test("other environments do not see it: not in the order, not in a freeze of all, not in the status", async () => {
    await open();
    await push(world, "a", { branch: basket });
    const status = wordReply(await world.command(alice, { kind: "status" }), { now: world.clock.now() });
    expect(status).not.toContain("• demo/");
    expect(status).toContain("Demos: new-basket (aaaaaaa). /deploy demo list says more.");
    expect(await world.command(alice, { kind: "promote", environment: "staging" })).toMatchObject({
      code: "nothing-to-promote",
    });
    expect(await world.command(alice, { kind: "why", environment: "demo/new-basket" })).toMatchObject({
      code: "verdict",
      environment: "demo/new-basket",
    });
  });
});

describe("destroyed", () => {
  test("when its branch is deleted, by its own script at what is live there; a push makes it again", async () => {
    await open();
    await push(world, "a", { branch: basket });
    await remove(basket);
    await tellPush(world, basket, nothing);
    expect(ran().slice(1)).toEqual(["make demo-destroy, demo/new-basket, a"]);
    expect(await demo()).toMatchObject({ live_sha: null, slot_deployment_id: null, demo_ends_at: null });
    expect((await demo()).removed_at).not.toBeNull();
    expect(await list()).toBe("shop has no demos now. A push to feature-demo/* makes one.");
    world.github.branches.set(basket, world.github.commits.at(-1)?.sha ?? "");
    await tellPush(world, basket, nothing);
    expect(ran().at(-1)).toBe("make demo, demo/new-basket, a");
    expect((await demo()).removed_at).toBeNull();
  });

  test.each([
    ["told", () => remove(basket)],
    ["found at start", () => followAllDemos(world.bot, [repository])],
  ])(
    "when its branch was renamed, %s: GitHub leads on from the former name, where no branch is",
    async (_how, hear) => {
      await open();
      const renamed = "feature-demo/basket";
      const before = await push(world, "a", { branch: basket });
      const { branchHead } = world.github;
      world.github.branchHead = async (of, branch) => await branchHead(of, branch === basket ? renamed : branch);
      world.github.branches.delete(basket);
      world.github.branches.set(renamed, before);
      await hear();
      await tellPush(world, renamed, nothing);
      expect(ran().slice(1)).toEqual(["make demo-destroy, demo/new-basket, a", "make demo, demo/basket, a"]);
      expect((await demo()).removed_at).not.toBeNull();
    },
  );

  test.each(["demo.prepared", "demo.asked"])(
    "also when the bot was killed at %s, and the branch was gone before its push was told again",
    async (point) => {
      await open();
      world.commit("a", { branch: basket });
      world.faults.arm(point);
      await expect(tellPush(world, basket, nothing)).rejects.toThrow(InjectedCrash);
      world.restart();
      await remove(basket);
      await world.sweep(true);
      await world.settle();
      expect((await demo()).removed_at).not.toBeNull();
      expect(await outcomes()).toEqual(point === "demo.asked" ? ["merge a cancelled", "destroy a success"] : []);
    },
  );

  test.each(["while", "before"])(
    "of a branch that is deleted %s its first push is handled, nothing is made",
    async (when) => {
      await open();
      world.commit("a", { branch: basket });
      // What is told before there is a demo finds nothing to end.
      world.faults.arm("demo.prepared", async () => {
        if (when === "while") await remove(basket);
        else world.github.branches.delete(basket);
      });
      await tellPush(world, basket, nothing);
      expect(await outcomes()).toEqual([]);
      expect((await demo()).removed_at).not.toBeNull();
      expect(await list()).toBe("shop has no demos now. A push to feature-demo/* makes one.");
    },
  );

  test("on command by whoever may push, and answered alike when it is delivered again", async () => {
    await open();
    await push(world, "a", { branch: basket });
    const destroy = { kind: "demo", step: "destroy", name: "New-Basket" } as const;
    expect(await world.command(olaf, destroy)).toMatchObject({ code: "may-not", needs: "push" });
    const reply = await world.command(alice, destroy, "once");
    expect(wordReply(reply, { now: world.clock.now() })).toBe(
      "Deployment 3 destroys the demo new-basket of shop. A push to its branch makes it again.",
    );
    expect(await world.command(alice, destroy, "once")).toMatchObject({ code: "demo-destroying", deployment: 3 });
    expect(await outcomes()).toEqual(["merge a success", "destroy a success"]);
    // What was told before is no push.
    await tellPush(world, basket, nothing);
    await followAllDemos(world.bot, [repository]);
    expect(ran()).toHaveLength(2);
    await push(world, "b", { branch: basket });
    expect(ran().at(-1)).toBe("make demo, demo/new-basket, b");
  });

  test("when its time is over, counted from the last push", async () => {
    await open();
    await push(world, "a", { branch: basket });
    await later(10 * day);
    await push(world, "b", { branch: basket });
    await later(10 * day);
    expect(ran().map((one) => one.slice(0, 12))).toEqual(["make demo, d", "make demo, d"]);
    await later(4 * day);
    expect(ran().at(-1)).toBe("make demo-destroy, demo/new-basket, b");
    expect((await demo()).removed_at).not.toBeNull();
    expect(await world.said()).toContainEqual({
      code: "demo-ends",
      demo: "demo/new-basket",
      branch: basket,
      because: "time-over",
      by: "signalbox",
    });
  });

  test("what runs is asked to stop first, and what waits ends", async () => {
    await open();
    world.deployer.script = () => ({ state: "running" });
    await push(world, "a", { branch: basket });
    await push(world, "b", { branch: basket });
    await world.command(alice, { kind: "demo", step: "destroy", name: basket });
    world.deployer.script = () => ({ state: "success", proven: true });
    await world.tick(5_000);
    await world.tick(5_000);
    expect(await outcomes()).toEqual(["merge a cancelled", "merge b superseded", "destroy a success"]);
    expect((await demo()).removed_at).not.toBeNull();
  });

  test("a failure is kept, shown and said; it is tried again by a person, and once a day", async () => {
    await open();
    await push(world, "a", { branch: basket });
    world.deployer.script = () => ({ state: "failure", proven: true, message: "exit code 2" });
    await remove(basket);
    expect(await outcomes()).toEqual(["merge a success", "destroy a failure"]);
    expect(await demo()).toMatchObject({ removed_at: null, live_sha: expect.stringMatching(/^a/u) });
    expect(await world.notes()).toContain("ended");
    expect(await list()).toContain("Not certain since");
    await world.command(alice, { kind: "retry", deployment: 3 });
    expect(ran().slice(1)).toEqual(["make demo-destroy, demo/new-basket, a", "make demo-destroy, demo/new-basket, a"]);
    await later(14 * day);
    expect(ran()).toHaveLength(4);
    world.deployer.script = () => ({ state: "success", proven: true });
    await later(day);
    expect(ran()).toHaveLength(5);
    expect((await demo()).removed_at).not.toBeNull();
  });

  test("a lock keeps it: a command is refused, and what comes by itself waits until it is unlocked", async () => {
    await open();
    await push(world, "a", { branch: basket });
    world.github.permissions.set("olaf", "write");
    await world.command(olaf, { kind: "lock", environment: "demo/new-basket", reason: "shown on Friday" });
    const kept = await world.command(alice, { kind: "demo", step: "destroy", name: "new-basket" });
    expect(wordReply(kept, { now: world.clock.now() })).toContain("The demo new-basket of shop may not be destroyed.");
    world.deployer.script = () => ({ state: "running" });
    await world.command(olaf, { kind: "deploy", environment: "demo/new-basket" });
    await remove(basket);
    world.deployer.script = () => ({ state: "success", proven: true });
    await world.tick(5_000);
    expect(await outcomes()).toEqual(["merge a success", "deploy a success", "destroy a waiting"]);
    await world.command(olaf, { kind: "unlock", environment: "demo/new-basket" });
    await world.settle();
    await later(60_000);
    expect((await demo()).removed_at).not.toBeNull();
  });

  test("pushed to while it is destroyed, it is made again", async () => {
    await open();
    await push(world, "a", { branch: basket });
    world.deployer.script = () => ({ state: "running" });
    await world.command(alice, { kind: "demo", step: "destroy", name: "new-basket" });
    await push(world, "b", { branch: basket });
    world.deployer.script = () => ({ state: "success", proven: true });
    await world.tick(5_000);
    await world.tick(5_000);
    expect(ran()).toEqual([
      "make demo, demo/new-basket, a",
      "make demo-destroy, demo/new-basket, a",
      "make demo, demo/new-basket, b",
    ]);
    expect(await demo()).toMatchObject({ removed_at: null, live_sha: expect.stringMatching(/^b/u) });
  });

  test("pushed to while its destruction ends, it is made again with an end of its own", async () => {
    await open();
    await push(world, "a", { branch: basket });
    world.deployer.script = () => ({ state: "running" });
    await world.command(alice, { kind: "demo", step: "destroy", name: "new-basket" });
    world.faults.arm("demo.prepared", async () => {
      world.deployer.script = () => ({ state: "success", proven: true });
      await world.tick(5_000);
      expect((await demo()).removed_at).not.toBeNull();
    });
    await push(world, "b", { branch: basket });
    expect(await demo()).toMatchObject({ removed_at: null, live_sha: sha("b"), heard_sha: sha("b") });
    await later(14 * day);
    expect(ran().at(-1)).toBe("make demo-destroy, demo/new-basket, b");
    expect((await demo()).removed_at).not.toBeNull();
  });

  test("between being asked for and being noted, it stays destroyed", async () => {
    await open();
    world.commandsAllowed = false;
    world.faults.arm("demo.asked", async () => {
      await world.command(alice, { kind: "demo", step: "destroy", name: "new-basket" });
    });
    await push(world, "a", { branch: basket });
    expect(await demo()).toMatchObject({ removed_at: expect.any(Date), demo_ends_at: null, heard_sha: sha("a") });
  });

  test("where nothing was ever started it is gone at once", async () => {
    await open();
    world.commandsAllowed = false;
    await push(world, "a", { branch: basket });
    expect(await world.command(alice, { kind: "demo", step: "destroy", name: "new-basket" })).toEqual({
      code: "demo-gone",
      service: "shop",
      demo: "new-basket",
    });
    expect((await demo()).removed_at).not.toBeNull();
  });

  test("one that there is not is told with the nearest", async () => {
    await open();
    await push(world, "a", { branch: basket });
    const reply = await world.command(alice, { kind: "demo", step: "destroy", name: "new-baskt" });
    expect(wordReply(reply, { now: world.clock.now() })).toBe(
      "shop has no demo “new-baskt”. Did you mean new-basket? It has new-basket.",
    );
  });
});

test("it is listed: who, revision, age, address, and when it ends", async () => {
  await open();
  await push(world, "a", { branch: basket });
  await world.clock.advance(2 * 3_600_000);
  const now = world.clock.now();
  const at = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const ends = (await demo()).demo_ends_at?.getTime() ?? 0;
  const since = (await demo()).live_since?.getTime() ?? 0;
  expect(await list()).toBe(
    [
      "shop has 1 demo. There may be 3.",
      `• new-basket, of the branch ${basket}: aaaaaaa is live since ${at(since)} (2 hours ago), by alice, deployment 2. https://new-basket.demo.example.com`,
      `    Made 2 hours ago, pushed to last by alice. It ends at ${at(ends)}, in 13 days 21 hours.`,
      "    Healthy.",
    ].join("\n"),
  );
  expect(now).toBeLessThan(ends);
});

test("on GitHub it is a transient environment, whose Deployments become inactive when they are replaced or destroyed", async () => {
  await open();
  await push(world, "a", { branch: basket });
  await push(world, "b", { branch: basket });
  const gone = async (id: number) => (await loadDeploymentView(world.db, id))?.demo;
  expect([await gone(1), await gone(2), await gone(3)]).toEqual([undefined, { gone: true }, { gone: false }]);
  const wanted = async () =>
    (
      await world.db
        .selectFrom("projection")
        .select("wanted")
        .where("key", "=", "github.deployment/3")
        .executeTakeFirst()
    )?.wanted ?? 0;
  const before = await wanted();
  await remove(basket);
  expect(await gone(3)).toEqual({ gone: true });
  expect(await wanted()).toBeGreaterThan(before);
  const view = await loadDeploymentView(world.db, 4);
  const message = JSON.stringify(view && renderDeploymentMessage(view, view.ask));
  expect(message).toContain("Destruction: shop → demo/new-basket");
  expect(message).toContain("The demo is no longer there.");
});

describe("while the bot was down", () => {
  test("a branch was pushed to, another deleted", async () => {
    await open();
    await push(world, "a", { branch: basket });
    await push(world, "b", { branch: "feature-demo/other" });
    world.commit("c", { branch: basket });
    world.github.branches.delete("feature-demo/other");
    await followAllDemos(world.bot, [repository]);
    await world.settle();
    await followAllDemos(world.bot, [repository]);
    await world.settle();
    expect(ran().slice(2).toSorted()).toEqual(["make demo, demo/new-basket, c", "make demo-destroy, demo/other, b"]);
  });
});

describe("the pipeline file changes", () => {
  test("without demos, what is there stays until its branch or its time ends, and is destroyed as it was pushed", async () => {
    await open();
    await push(world, "a", { branch: basket });
    await push(world, "b", { branch: "feature-demo/other" });
    await world.pipeline(file.slice(0, file.indexOf("demos:")));
    expect(await list()).toContain("shop has 2 demos. The pipeline file makes no more.");
    await push(world, "c", { branch: basket });
    expect(ran()).toHaveLength(2);
    await remove("feature-demo/other");
    await later(15 * day);
    expect(ran().slice(2)).toEqual(["make demo-destroy, demo/other, b", "make demo-destroy, demo/new-basket, a"]);
  });

  test("what mends the destruction of the demos holds for those that there are", async () => {
    await open();
    await push(world, "a", { branch: basket });
    await world.pipeline(file.replace("make demo-destroy", "make demo-gone"));
    await remove(basket);
    expect(ran().at(-1)).toBe("make demo-gone, demo/new-basket, a");
  });
});

test("destruction may have stages of its own, which a retry goes on with", async () => {
  await open(file.replace("destroy: make demo-destroy", "destroy: [{backup: make backup}, {remove: make remove}]"));
  await push(world, "a", { branch: basket });
  world.deployer.script = ({ stage }) =>
    stage.name === "remove" ? { state: "failure", proven: true } : { state: "success", proven: true };
  await remove(basket);
  world.deployer.script = () => ({ state: "success", proven: true });
  await world.command(alice, { kind: "retry", deployment: 3 });
  expect(ran().map((one) => one.split(",")[0])).toEqual(["make demo", "make backup", "make remove", "make remove"]);
  expect((await demo()).removed_at).not.toBeNull();
});
