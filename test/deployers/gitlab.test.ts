/** Pipelines on a GitLab: created once, followed to their end, found again, cancelled and tried again. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createContext } from "../../src/context.ts";
import type { Attempt } from "../../src/deployers/contract.ts";
import { createGitLabDeployer } from "../../src/deployers/gitlab.ts";
import type { GitLabDeployer } from "../../src/policy/deployers.ts";
import { testFaults } from "../harness/fault-points.ts";
import { handleOf, makeAttempt, untilEnded } from "./attempts.ts";
import { deployerContract } from "./contract.ts";
import { type FakeGitLab, fakeGitLab, gitlabToken } from "./fake-gitlab.ts";
import { operatorRules } from "./run-bench.ts";

const operator = operatorRules({
  secrets: (_repository, names) => ({
    values: names.includes("GITLAB_TOKEN") ? { GITLAB_TOKEN: gitlabToken } : {},
    refused: names.filter((name) => name !== "GITLAB_TOKEN"),
  }),
});

function attemptOn(gitlab: FakeGitLab, definition: Partial<GitLabDeployer> = {}, options: Partial<Attempt> = {}) {
  const { url } = gitlab;
  const stage = {
    kind: "gitlab",
    project: "acme/edge",
    url,
    token: "GITLAB_TOKEN",
    variables: {},
    ...definition,
  } as const;
  return makeAttempt(stage, { sha: "a".repeat(40), ...options });
}

deployerContract({
  name: "gitlab",
  faultPoints: ["gitlab.asked"],
  begins: 1,
  refusesSecondStart: false,
  findsNothing: "unknown",
  cancels: true,
  provesDeadline: true,
  async open() {
    const gitlab = await fakeGitLab();
    const faults = testFaults();
    let ends: "success" | "failed" = "success";
    return {
      deployer: createGitLabDeployer({ context: createContext({ faults }), operator }),
      faults,
      attempt(wanted, options) {
        ends = wanted === "success" ? "success" : "failed";
        return attemptOn(gitlab, {}, options);
      },
      letGo: () => {
        for (const one of gitlab.pipelines) if (one.status === "running") gitlab.end(one, ends);
      },
      running: async () => undefined,
      counted: () => gitlab.pipelines.length,
      close: gitlab.close,
    };
  },
});

describe("a pipeline on GitLab", () => {
  let gitlab: FakeGitLab;
  const deployer = createGitLabDeployer({ context: createContext(), operator });
  beforeEach(async () => {
    gitlab = await fakeGitLab();
  });
  afterEach(async () => {
    await gitlab.close();
  });
  const made = () => {
    const [pipeline] = gitlab.pipelines;
    if (pipeline === undefined) throw new Error("no pipeline was created");
    return pipeline;
  };

  test("is created on the default branch with what is deployed as variables", async () => {
    const attempt = attemptOn(gitlab, { variables: { TARGET: "eu" } }, { version: "1.4.0" });
    const started = await deployer.start(attempt);
    expect(started).toMatchObject({ kind: "started", logUrl: expect.stringContaining("/pipelines/") });
    const values = Object.fromEntries(made().variables.map(({ key, value }) => [key, value]));
    expect([made().ref, values]).toEqual([
      "trunk",
      {
        TARGET: "eu",
        SIGNALBOX_SERVICE: "shop-api",
        SIGNALBOX_ENVIRONMENT: "staging",
        SIGNALBOX_KIND: "deploy",
        SIGNALBOX_SHA: "a".repeat(40),
        SIGNALBOX_REF: "",
        SIGNALBOX_VERSION: "1.4.0",
        SIGNALBOX_PREVIOUS_SHA: "",
        SIGNALBOX_PREVIOUS_VERSION: "",
        SIGNALBOX_DEPLOYMENT: "1",
        SIGNALBOX_ATTEMPT: attempt.token,
      },
    ]);
  });

  test.each([
    ["a branch that there is not", { ref: "none" }, 'answered 400: {"base":["Reference not found"]}'],
    ["a project that it cannot see", { project: "acme/other" }, "answered 404"],
    ["a token that is not granted", { token: "OTHER" }, "has not granted acme/shop the secret OTHER"],
  ])("is not created with %s", async (_name, definition, message) => {
    const refused = { kind: "refused", outcome: "error", message: expect.stringContaining(message) };
    expect(await deployer.start(attemptOn(gitlab, definition))).toMatchObject(refused);
    expect(gitlab.pipelines).toEqual([]);
  });

  test("is not created by a start that was held up: another may have taken over by then", async () => {
    const { clock } = createContext();
    let held = 0;
    const slow = { ...clock, monotonic: () => clock.monotonic() + held };
    gitlab.misbehave("GET", (response) => {
      held = 61_000;
      response.end('{"default_branch":"trunk"}');
    });
    const late = createGitLabDeployer({ context: createContext({ clock: slow }), operator });
    expect(await late.start(attemptOn(gitlab))).toMatchObject({
      ...{ kind: "refused", outcome: "error" },
      message: expect.stringContaining("took too long"),
    });
    expect(gitlab.pipelines).toEqual([]);
  });

  test("says how far it is, and which jobs failed with the end of what they wrote", async () => {
    const attempt = attemptOn(gitlab);
    const handle = handleOf(await deployer.start(attempt));
    const { id } = made();
    expect(await deployer.observe(attempt, handle)).toMatchObject({
      state: "running",
      message: `pipeline ${id} is running, 1 of 2 jobs done: deploy`,
    });
    gitlab.end(made(), "failed");
    const failed = made().jobs.find(({ name }) => name === "deploy");
    expect(await deployer.observe(attempt, handle)).toMatchObject({
      state: "failure",
      message: `pipeline ${id} failed: deploy`,
      outputTail: `deploy:\njob ${failed?.id}\nERROR: no route to host`,
      proven: true,
    });
  });

  test.each([
    ["manual", "running", "waits for somebody to run a manual job"],
    ["waiting_for_resource", "running", "is waiting_for_resource"],
    ["canceled", "cancelled", "was cancelled"],
    ["skipped", "error", "none of its jobs ran"],
  ])("that is %s is %s", async (status, state, says) => {
    const attempt = attemptOn(gitlab);
    const handle = handleOf(await deployer.start(attempt));
    made().status = status;
    expect(await deployer.observe(attempt, handle)).toMatchObject({ state, message: expect.stringContaining(says) });
  });

  test.each([
    ["fails", (response: { writeHead(code: number): { end(): void } }) => response.writeHead(502).end()],
    ["hangs up", (response: { destroy(): void }) => response.destroy()],
    ["talks nonsense", (response: { end(text: string): void }) => response.end("<html>")],
  ])("whose creation %s is found, and never created again", async (_name, way) => {
    const attempt = attemptOn(gitlab, { ref: "main" });
    gitlab.misbehave("POST", way);
    await expect(deployer.start(attempt)).rejects.toThrow();
    const found = await deployer.find(attempt);
    expect(found).toMatchObject({ kind: "started", handle: { pipeline: made().id } });
    expect(gitlab.pipelines).toHaveLength(1);
  });

  test.each([
    ["fails", 503],
    ["limits its calls", 429],
  ])("is looked for again by whoever looks next while GitLab %s", async (_name, code) => {
    const attempt = attemptOn(gitlab, { ref: "main" });
    const former = handleOf(await deployer.start(attempt));
    const silent = (response: { writeHead(code: number): { end(): void } }) => response.writeHead(code).end();
    const well = (response: { end(text: string): void }) => response.end(JSON.stringify([{ id: made().id }]));
    gitlab.misbehave("GET", silent);
    await expect(deployer.find(attempt)).rejects.toThrow(`answered ${code}`);
    gitlab.misbehave("GET", well, silent);
    await expect(deployer.find(attempt)).rejects.toThrow(`answered ${code}`);
    gitlab.misbehave("GET", silent);
    await expect(deployer.find({ ...attempt, former })).rejects.toThrow(`answered ${code}`);
    expect(await deployer.find(attempt)).toMatchObject({ kind: "started", handle: { pipeline: made().id } });
    gitlab.misbehave("GET", (response) => void response.writeHead(403).end());
    expect(await deployer.find(attempt)).toMatchObject({ kind: "unknown" });
  });

  test("is waited for while GitLab does not answer, and unknown when it is gone", async () => {
    const attempt = attemptOn(gitlab);
    const handle = handleOf(await deployer.start(attempt));
    gitlab.misbehave("GET", (response) => void response.writeHead(503).end());
    expect(await deployer.observe(attempt, handle)).toMatchObject({
      state: "running",
      message: expect.stringContaining("answered 503"),
    });
    gitlab.pipelines.length = 0;
    expect(await deployer.observe(attempt, handle)).toMatchObject({ state: "unknown", proven: false });
  });

  test("is tried again by its failed jobs alone, and its old end does not count", async () => {
    const attempt = attemptOn(gitlab);
    const former = handleOf(await deployer.start(attempt));
    gitlab.end(made(), "failed");
    const again = { ...attemptOn(gitlab), former };
    // GitLab says yes, and takes a moment to begin.
    const { jobs } = made();
    const handle = handleOf(await deployer.start(again));
    const retried = made().jobs;
    Object.assign(made(), { status: "failed", jobs });
    expect(await deployer.observe(again, handle)).toMatchObject({ state: "running" });
    Object.assign(made(), { status: "running", jobs: retried });
    expect(await deployer.find(again)).toMatchObject({ kind: "started", handle: { pipeline: made().id } });
    gitlab.end(made(), "success");
    expect(await untilEnded(deployer, again, handle)).toMatchObject({ state: "success" });
    expect(gitlab.pipelines).toHaveLength(1);
    expect(await deployer.find(again)).toMatchObject({ kind: "unknown" });
  });

  test.each(["success", "skipped"] as const)(
    "is created anew where the former one is %s and has nothing to run again, and is found after a crash",
    async (ended) => {
      const attempt = attemptOn(gitlab);
      const former = handleOf(await deployer.start(attempt));
      gitlab.end(made(), ended);
      const { id } = made();
      const again = { ...attemptOn(gitlab), former };
      const handle = handleOf(await deployer.start(again));
      expect(made().id).not.toBe(id);
      expect(await deployer.find(again)).toMatchObject({ kind: "started", handle: { pipeline: made().id } });
      gitlab.end(made(), "success");
      expect(await untilEnded(deployer, again, handle)).toMatchObject({ state: "success" });
    },
  );

  test("that somebody runs again already is followed, and that is gone is created anew", async () => {
    const attempt = attemptOn(gitlab);
    const former = handleOf(await deployer.start(attempt));
    const again = { ...attemptOn(gitlab), former };
    expect(await deployer.start(again)).toMatchObject({ kind: "started", handle: { pipeline: made().id } });
    expect(gitlab.pipelines).toHaveLength(1);
    expect(gitlab.asked.filter((one) => one.endsWith("/retry"))).toEqual([]);
    gitlab.pipelines.length = 0;
    await deployer.start(again);
    expect(gitlab.pipelines).toHaveLength(1);
  });

  test("that a person has cancelled is told as cancelled, however late it ends", async () => {
    const attempt = { ...attemptOn(gitlab), deadlineAt: Date.now() - 1 };
    const handle = handleOf(await deployer.start(attempt));
    gitlab.end(made(), "canceled");
    expect(await deployer.observe(attempt, handle)).toMatchObject({ state: "error", proven: true });
    expect(await deployer.observe({ ...attempt, cancelAsked: true }, handle)).toMatchObject({ state: "cancelled" });
  });
});
