/** Pinning a version into another repository: by a commit, by a pull request, once, and only where it is allowed. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Attempt } from "../../src/deployers/contract.ts";
import type { PinCalls } from "../../src/deployers/github-calls.ts";
import { createPinDeployer } from "../../src/deployers/pin.ts";
import type { PinDeployer } from "../../src/policy/deployers.ts";
import { handleOf, makeAttempt } from "./attempts.ts";
import { deployerContract } from "./contract.ts";
import { type OnGitHub, onGitHub } from "./on-github.ts";
import { operatorRules } from "./run-bench.ts";

const github = onGitHub();
const compose = "services:\n  api:\n    image: ghcr.io/acme/shop-api:1.3.9\n  db:\n    image: postgres:18\n";

let files = 0;
let infraMade: Promise<void> | undefined;

/** The infrastructure repository, with a file of its own for each test. */
async function infra(ground: OnGitHub, text = compose): Promise<string> {
  infraMade ??= ground.sandbox.createRepository("acme/infra", { files: { "README.md": "infra" } });
  await infraMade;
  files += 1;
  const file = `production/compose-${files}.yml`;
  await ground.sandbox.commit("acme/infra", "rosa", {
    branch: "main",
    message: "Set up",
    changes: [{ path: file, content: text }],
  });
  return file;
}

function deployerOf({ context, calls }: OnGitHub, allowed = true) {
  const rules = operatorRules({ pinAllowed: () => allowed });
  return createPinDeployer({ context, pins: calls.pins, operator: rules });
}

function pinAttempt(file: string, pin: Partial<PinDeployer> = {}, options: Partial<Attempt> = {}): Attempt {
  const definition: PinDeployer = {
    ...{ kind: "pin", repository: "acme/infra", file, pullRequest: false },
    pinned: { kind: "image", image: "ghcr.io/acme/shop-api" },
    ...pin,
  };
  return makeAttempt(definition, {
    sha: "c0ffee".padEnd(40, "0"),
    version: "1.4.0",
    environment: "production",
    ...options,
  });
}

const headOf = ({ sandbox }: OnGitHub, branch = "main") =>
  sandbox.view("acme/infra").branches.find(({ name }) => name === branch)?.sha;

async function textOf({ calls }: OnGitHub, file: string, branch = "main"): Promise<string | undefined> {
  const repository = await calls.pins.repository("acme/infra");
  return repository && (await calls.pins.file(repository, branch, file))?.text;
}

deployerContract({
  name: "pin",
  faultPoints: ["pin.branch-made", "pin.written", "pin.opened"],
  begins: 1,
  refusesSecondStart: true,
  findsNothing: "impossible",
  cancels: true,
  provesDeadline: true,
  async open() {
    const ground = await github();
    const { sandbox, faults } = ground;
    const file = await infra(ground);
    const before = sandbox.view("acme/infra").pullRequests.length;
    const ours = () =>
      sandbox
        .view("acme/infra")
        .pullRequests.toSorted((a, b) => a.number - b.number)
        .slice(before);
    let ends: "success" | "failure" = "success";
    return {
      deployer: deployerOf(ground),
      faults,
      attempt(wanted, options) {
        ends = wanted;
        return pinAttempt(file, { pullRequest: true }, options);
      },
      async letGo() {
        for (const { number, state } of ours()) {
          if (state === "closed") continue;
          if (ends === "success") await sandbox.mergePullRequest("acme/infra", "rosa", number);
          else await sandbox.closePullRequest("acme/infra", "rosa", number);
        }
      },
      running: async () => undefined,
      counted: () => ours().length,
      close: async () => undefined,
    };
  },
});

describe("a commit", () => {
  let ground: OnGitHub;
  let file: string;
  beforeEach(async () => {
    ground = await github();
    file = await infra(ground);
  });

  test("changes the one tag, says who asked, and what was there before", async () => {
    const deployer = deployerOf(ground);
    const attempt = pinAttempt(file);
    const started = await deployer.start(attempt);
    const seen = await deployer.observe(attempt, handleOf(started));
    expect(seen).toMatchObject({
      state: "success",
      proven: true,
      message: `${file} on main of acme/infra now names ghcr.io/acme/shop-api 1.4.0 (was 1.3.9)`,
      logUrl: expect.stringContaining("/acme/infra/commit"),
    });
    expect(await textOf(ground, file)).toBe(compose.replace("1.3.9", "1.4.0"));
    const repository = await ground.calls.pins.repository("acme/infra");
    if (repository === undefined) throw new Error("the App does not reach it");
    const line = `Signalbox-Attempt: ${attempt.token}`;
    expect((await ground.calls.pins.commitWith(repository, "main", file, line))?.sha).toBe(headOf(ground));
  });

  test("writes the SHA where there is no version, and what a template says", async () => {
    const deployer = deployerOf(ground);
    await deployer.start(pinAttempt(file, {}, { version: undefined }));
    expect(await textOf(ground, file)).toContain(`shop-api:${"c0ffee".padEnd(40, "0")}\n`);
    await deployer.start(pinAttempt(file, { value: "v{version}-{short_sha}" }));
    expect(await textOf(ground, file)).toContain("shop-api:v1.4.0-c0ffee0\n");
  });

  test("is not made where the file names the version already, and says so", async () => {
    const deployer = deployerOf(ground);
    const attempt = pinAttempt(file, {}, { version: "1.3.9" });
    const before = headOf(ground);
    expect(await deployer.observe(attempt, handleOf(await deployer.start(attempt)))).toMatchObject({
      state: "success",
      message: `${file} on main of acme/infra named 1.3.9 already: nothing was committed`,
    });
    expect(headOf(ground)).toBe(before);
  });

  test("a rollback writes the former version back by the same stage", async () => {
    const deployer = deployerOf(ground);
    await deployer.start(pinAttempt(file));
    await deployer.start(pinAttempt(file, {}, { version: "1.3.9", kind: "rollback" }));
    expect(await textOf(ground, file)).toBe(compose);
  });

  test("whose answer is lost is found by its trailer, and is made once", async () => {
    const deployer = deployerOf(ground);
    const attempt = pinAttempt(file);
    ground.sandbox.fail({ method: "PUT", path: /contents/u }, [{ status: 502, afterDoing: true }]);
    await expect(deployer.start(attempt)).rejects.toThrow(/502/u);
    const made = headOf(ground);
    const found = await deployer.find(attempt);
    expect(found).toMatchObject({ kind: "started" });
    expect(await deployer.observe(attempt, handleOf(await deployer.start(attempt)))).toMatchObject({
      state: "success",
    });
    expect(headOf(ground)).toBe(made);
  });

  test("is made on what somebody else has written meanwhile", async () => {
    const { context, calls } = ground;
    let raced = false;
    const deployer = createPinDeployer({
      context,
      operator: operatorRules(),
      pins: {
        ...calls.pins,
        async write(repository, wish) {
          if (!raced) {
            raced = true;
            const content = compose.replace("postgres:18", "postgres:19");
            const changes = [{ path: file, content }];
            await ground.sandbox.commit("acme/infra", "rosa", { branch: "main", message: "Newer", changes });
          }
          return await calls.pins.write(repository, wish);
        },
      },
    });
    expect((await deployer.start(pinAttempt(file))).kind).toBe("started");
    expect(await textOf(ground, file)).toBe(compose.replace("1.3.9", "1.4.0").replace("postgres:18", "postgres:19"));
  });

  test.each<[string, Partial<PinDeployer>, Partial<Attempt>, "failure" | "error", RegExp]>([
    [
      "there is no such file",
      { file: "missing.yml" },
      {},
      "failure",
      /^There is no file missing.yml on main of acme\/infra\.$/u,
    ],
    ["there is no such branch", { branch: "nowhere" }, {}, "failure", /^There is no file .* on nowhere/u],
    [
      "the image is not in it",
      { pinned: { kind: "image", image: "x/y" } },
      {},
      "failure",
      /^Nothing was pinned: x\/y is not in/u,
    ],
    [
      "there is no version for a package",
      { pinned: { kind: "package", package: "shop" } },
      { version: undefined },
      "failure",
      /has no version that could be written/u,
    ],
    [
      "the App is not there",
      { repository: "acme/elsewhere" },
      {},
      "error",
      /^The GitHub App is not installed on acme\/elsewhere/u,
    ],
  ])("is refused when %s", async (_, pin, options, outcome, message) => {
    const started = await deployerOf(ground).start(pinAttempt(file, pin, options));
    expect(started).toMatchObject({ kind: "refused", outcome, message: expect.stringMatching(message) });
  });

  test("is refused where the operator does not allow it, and asks GitHub nothing", async () => {
    const attempt = pinAttempt(file);
    let started: unknown;
    const calls = await ground.callsOf(async () => {
      started = await deployerOf(ground, false).start(attempt);
    });
    expect(started).toEqual({
      ...{ kind: "refused", outcome: "error" },
      message:
        "The operator does not let acme/shop pin into acme/infra. It must be listed under `pins` in operator.yml.",
    });
    expect(calls).toEqual([]);
  });

  test("to a protected branch says what GitHub said, and that a pull request would do", async () => {
    ground.sandbox.protect("acme/infra", "main", ["ci/test"]);
    const started = await deployerOf(ground).start(pinAttempt(file));
    ground.sandbox.protect("acme/infra", "main", []);
    expect(started).toMatchObject({
      kind: "refused",
      outcome: "error",
      message: expect.stringContaining("pull_request: true"),
    });
  });
});

describe("a pull request", () => {
  let ground: OnGitHub;
  let file: string;
  beforeEach(async () => {
    ground = await github();
    file = await infra(ground);
  });
  const begin = async (options: Partial<Attempt> = {}) => {
    const deployer = deployerOf(ground);
    const attempt = pinAttempt(file, { pullRequest: true }, options);
    const handle = handleOf(await deployer.start(attempt));
    const number = Math.max(...ground.sandbox.view("acme/infra").pullRequests.map((pull) => pull.number));
    return { deployer, attempt, handle, number };
  };
  const pullOf = (number: number) =>
    ground.sandbox.view("acme/infra").pullRequests.find((pull) => pull.number === number);

  test("has the change alone, and the base as it was", async () => {
    const { attempt, number, deployer, handle } = await begin();
    expect(pullOf(number)).toMatchObject({
      title: "Pin ghcr.io/acme/shop-api to 1.4.0 in production",
      head: { ref: `signalbox/pin/${attempt.token}` },
      base: { ref: "main" },
    });
    expect(await textOf(ground, file)).toBe(compose);
    expect(await textOf(ground, file, `signalbox/pin/${attempt.token}`)).toBe(compose.replace("1.3.9", "1.4.0"));
    expect(await deployer.observe(attempt, handle)).toMatchObject({
      state: "running",
      message: `acme/infra#${number} waits to be merged`,
    });
  });

  test("that GitHub does not know yet is waited for, and has failed only when it stays unknown", async () => {
    const { attempt, number, deployer, handle } = await begin();
    ground.sandbox.fail({ method: "GET", path: /pulls\//u }, [{ status: 404 }, { status: 404 }]);
    expect(await deployer.observe(attempt, handle)).toMatchObject({
      state: "running",
      message: `GitHub does not know acme/infra#${number} yet`,
    });
    const { clock } = ground.context;
    const context = { ...ground.context, clock: { ...clock, now: () => clock.now() + 61_000 } };
    expect(await deployerOf({ ...ground, context }).observe(attempt, handle)).toMatchObject({ state: "failure" });
  });

  test("whose opening was not answered is asked for again until GitHub answers, and is found", async () => {
    const deployer = deployerOf(ground);
    const attempt = pinAttempt(file, { pullRequest: true });
    ground.sandbox.fail({ method: "POST", path: /pulls$/u }, [{ status: 502, afterDoing: true }]);
    await expect(deployer.start(attempt)).rejects.toThrow(/502/u);
    ground.sandbox.fail({ method: "GET", path: /acme\/infra/u }, [{ status: 503 }]);
    await expect(deployer.find(attempt)).rejects.toThrow(/503/u);
    expect(await deployer.find(attempt)).toMatchObject({ kind: "started" });
  });

  test.each(["makeBranch", "write", "openPullRequest"] as const)(
    "goes no further by %s once another may take over, however late GitHub has answered",
    async (next) => {
      let leapt = 0;
      const begun: string[] = [];
      const { context, calls } = ground;
      const { pins } = calls;
      /** GitHub is slow just before the call of that name. */
      const slowBefore = (name: string) => {
        if (name === next) leapt = 61_000;
      };
      const slow: PinCalls = {
        ...pins,
        async file(...which) {
          const file = await pins.file(...which);
          slowBefore(begun.length === 0 ? "makeBranch" : "write");
          return file;
        },
        async makeBranch(...which) {
          begun.push("makeBranch");
          return await pins.makeBranch(...which);
        },
        async write(...which) {
          begun.push("write");
          const written = await pins.write(...which);
          slowBefore("openPullRequest");
          return written;
        },
        async openPullRequest(...which) {
          begun.push("openPullRequest");
          return await pins.openPullRequest(...which);
        },
      };
      const clock = { ...context.clock, monotonic: () => context.clock.monotonic() + leapt };
      const deployer = createPinDeployer({ context: { ...context, clock }, pins: slow, operator: operatorRules() });
      expect(await deployer.start(pinAttempt(file, { pullRequest: true }))).toMatchObject({
        ...{ kind: "refused", outcome: "error" },
        message: expect.stringMatching(/^GitHub took too long to answer/u),
      });
      expect(begun).toEqual(["makeBranch", "write", "openPullRequest"].slice(0, begun.length));
      expect(begun).not.toContain(next);
    },
  );

  test("that may not be looked at any more is unknown, since it may have been opened", async () => {
    const { attempt } = await begin();
    expect(await deployerOf(ground, false).find(attempt)).toEqual({
      kind: "unknown",
      why: "The operator does not let acme/shop pin into acme/infra. It must be listed under `pins` in operator.yml.",
    });
  });

  test("that nobody waits for any more is closed, with its branch", async () => {
    const { deployer, attempt, handle, number } = await begin();
    await deployer.cancel(attempt, handle);
    expect(pullOf(number)).toMatchObject({ state: "closed", merged: false });
    expect(headOf(ground, `signalbox/pin/${attempt.token}`)).toBeUndefined();
  });

  test("whose closing was interrupted loses its branch all the same, called off or late", async () => {
    const { deployer, attempt, handle } = await begin();
    ground.faults.arm("pin.closed");
    await expect(deployer.cancel(attempt, handle)).rejects.toThrow("pin.closed");
    await deployer.cancel(attempt, handle);
    expect(headOf(ground, `signalbox/pin/${attempt.token}`)).toBeUndefined();

    const late = await begin({ deadlineAt: Date.now() - 1 });
    ground.faults.arm("pin.closed");
    await expect(deployer.observe(late.attempt, late.handle)).rejects.toThrow("pin.closed");
    expect(await deployer.observe(late.attempt, late.handle)).toMatchObject({ state: "error", proven: true });
    expect(headOf(ground, `signalbox/pin/${late.attempt.token}`)).toBeUndefined();
  });

  test("that was merged before it could be called off is a success all the same", async () => {
    const { deployer, attempt, handle, number } = await begin();
    await ground.sandbox.mergePullRequest("acme/infra", "rosa", number);
    const unwanted = { ...attempt, cancelAsked: true };
    await deployer.cancel(unwanted, handle);
    expect(await deployer.observe(unwanted, handle)).toMatchObject({
      state: "success",
      message: `acme/infra#${number} was merged by rosa`,
    });
  });

  test("is closed at the deadline, so that no later merge deploys it", async () => {
    const { deployer, attempt, handle, number } = await begin({ deadlineAt: Date.now() - 1 });
    expect(await deployer.observe(attempt, handle)).toMatchObject({ state: "error", proven: true });
    expect(pullOf(number)).toMatchObject({ state: "closed" });
  });

  test("is not made where the file names the version already", async () => {
    const before = ground.sandbox.view("acme/infra").pullRequests.length;
    const deployer = deployerOf(ground);
    const attempt = pinAttempt(file, { pullRequest: true }, { version: "1.3.9" });
    expect(await deployer.observe(attempt, handleOf(await deployer.start(attempt)))).toMatchObject({
      state: "success",
    });
    expect(ground.sandbox.view("acme/infra").pullRequests.length).toBe(before);
  });
});
