/** What verification decides: a success only once it has held, and what follows for the environment after this one. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Context } from "../../src/context.ts";
import { createProbe } from "../../src/deployers/probe.ts";
import type { Bot } from "../../src/operations/bot.ts";
import { closed, deploymentsOf, gateOf, statusOf } from "./steps.ts";
import { openWorld, push, sha, type World } from "./world.ts";

const file = `
channel: "#shop-deploys"
people: {alice: U0000ALICE}
environments:
  staging:
    branch: main
    timeout: 10m
    deploy: make deploy
    verify: [{http: {url: "https://staging.example.com/version", contains: "{sha}", for: 30s}}]
  production:
    approvals: off
    soak: 1h
    deploy: make deploy
`;

let world: World;
/** What the address answers; undefined: nobody is there. */
let answers: { readonly status: number; readonly body: string } | undefined;

beforeEach(async () => {
  world = await openWorld({ file });
  answers = undefined;
  const network: Context["network"] = {
    resolve: async () => ["93.184.216.34"],
    async requestAt() {
      if (answers === undefined) throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
      return { ...answers, headers: {} };
    },
  };
  const probe = createProbe({ context: { ...world.bot.context, network }, operator: world.bot.operator });
  Object.assign(world.bot.deployers satisfies Bot["deployers"], { probe });
});
afterEach(async () => {
  await world.close();
});

/** Time passes as it does: whoever looks every few seconds is done with one look before the next. */
async function pass(seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left -= 5) await world.tick(5_000);
}

const says = (letter: string) => {
  answers = { status: 200, body: sha(letter) };
};
const why = async (letter: string) => {
  const reply = await world.command("U0000ALICE", { kind: "deploy", environment: "production", revision: sha(letter) });
  if (reply.code !== "stopped" && reply.code !== "requested") throw new Error(reply.code);
  return { codes: closed(reply.verdict), soak: gateOf(reply.verdict, "soak")?.reason };
};

describe("a verification", () => {
  test("succeeds once it has held, and from then on it is soaked", async () => {
    says("a");
    await push(world, "a");
    expect(await statusOf(world, 1)).toBe("verifying");
    expect((await why("a")).codes).toEqual(["order.nothing-live-before", "soak.not-begun"]);
    await world.tick(29_000);
    expect(await statusOf(world, 1)).toBe("verifying");
    await world.tick(5_000);
    const first = await world.deployment(1);
    expect(first.status).toBe("success");
    const { codes, soak } = await why("a");
    expect(codes).toEqual(["soak.runs"]);
    expect(soak).toMatchObject({ since: first.ended_at?.getTime() });
  });

  test("that is answered wrong to the end leaves the environment uncertain, and nothing is promoted from it", async () => {
    says("a");
    await push(world, "a");
    await pass(40);
    expect(await statusOf(world, 1)).toBe("success");
    await push(world, "b");
    await world.tick(10 * 60_000);
    await pass(15);
    expect(await world.deployment(2)).toMatchObject({
      status: "failure",
      outcome: {
        code: "verification-failed",
        stage: "http",
        message: "says aaaaaaa, not bbbbbbb, and its time is over",
      },
      settled: true,
    });
    const { live_sha, uncertain_deployment_id } = await world.environment("staging");
    expect([live_sha, uncertain_deployment_id]).toEqual([sha("a"), 2]);
    expect((await why("a")).codes).toEqual(["order.uncertain-before", "soak.broken"]);
  });

  test("that nobody answers is an error: it has not failed", async () => {
    await push(world, "a");
    await world.tick(10 * 60_000);
    await pass(15);
    expect(await world.deployment(1)).toMatchObject({
      status: "error",
      outcome: { code: "stage-error", message: expect.stringContaining("ECONNREFUSED") },
      settled: true,
    });
    const { live_sha, uncertain_deployment_id } = await world.environment("staging");
    expect([live_sha, uncertain_deployment_id]).toEqual([null, 1]);
  });

  test("a break begins it anew, also when the bot is killed right after it was seen", async () => {
    says("a");
    await push(world, "a");
    await world.tick(20_000);
    answers = { status: 502, body: "" };
    world.faults.arm("verify.looked");
    await world.tick(5_000);
    world.restart();
    await world.clock.advance(31_000);
    says("a");
    await world.sweep();
    await world.tick(20_000);
    expect(await statusOf(world, 1)).toBe("verifying");
    await world.tick(20_000);
    expect(await statusOf(world, 1)).toBe("success");
  });

  test("that is cancelled ends at once, and leaves it unknown what runs there", async () => {
    answers = { status: 502, body: "" };
    await push(world, "a");
    await world.command("U0000ALICE", { kind: "cancel", deployment: 1 });
    await world.tick(1_000);
    expect(await world.deployment(1)).toMatchObject({ status: "cancelled", settled: true });
    expect((await world.environment("staging")).uncertain_deployment_id).toBe(1);
    expect(await deploymentsOf(world, "staging")).toHaveLength(1);
  });
});
