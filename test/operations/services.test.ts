/** Several services in one repository: a merge goes where it changes something, and order follows each one's own files. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Branches, firstLive, openBranches } from "./branches-world.ts";
import { push, sha, type World } from "./world.ts";

const file = `
channel: "#shop-deploys"
pull_requests: {closes: off, assignee: off, reviewer: off}
people: {alice: U0000ALICE, rosa: U0000ROSA}
services:
  api:
    paths: ["api/**", "shared"]
    environments:
      staging: {branch: main, deploy: make api}
      production: {approvals: {from: [rosa]}, deploy: make api}
  web:
    paths: ["web/**", "shared"]
    environments:
      staging: {branch: main, approvals: {from: [rosa]}, deploy: make web}
`;

let branches: Branches;
let world: World;
async function begin(begun: World): Promise<void> {
  await firstLive(begun);
  begun.github.changed.set(sha("2"), ["shared/log.ts"]);
  await push(begun, "2");
  await begun.react("U0000ROSA", await waiting(begun));
}
beforeEach(async () => {
  branches = await openBranches(file, begin);
  world = branches.world;
});
afterEach(async () => {
  await world.close();
});

async function pushed(letter: string, ...files: readonly string[]): Promise<string> {
  world.github.changed.set(letter.repeat(40), files);
  return await push(world, letter);
}

async function waiting(of = world): Promise<number> {
  const row = await of.db.selectFrom("deployment").select("id").where("status", "=", "waiting").executeTakeFirst();
  if (row === undefined) throw new Error("nothing waits");
  return row.id;
}

/** `<service>/<environment> <commit> <status>`, in order. */
async function deployments(): Promise<readonly string[]> {
  const rows = await world.db
    .selectFrom("deployment")
    .innerJoin("environment", "environment.id", "deployment.environment_id")
    .innerJoin("service", "service.id", "environment.service_id")
    .select(["service.name as service", "environment.name", "deployment.sha", "deployment.status"])
    .orderBy("deployment.id")
    .execute();
  return rows.map(({ service, name, sha, status }) => `${service}/${name} ${sha.slice(0, 1)} ${status}`);
}

const begun = ["api/staging 2 success", "web/staging 2 success"];

describe("a merge", () => {
  test("deploys the services whose files it changes, and no others", async () => {
    await pushed("a", "api/main.ts");
    await pushed("b", "docs/readme.md");
    expect(await deployments()).toEqual([...begun, "api/staging a success"]);
    await pushed("c", "shared/log.ts");
    expect((await deployments()).slice(3)).toEqual(["api/staging c success", "web/staging c waiting"]);
  });

  test("brings along what failed before, though it is not in the push", async () => {
    world.deployer.script = () => ({ state: "failure", proven: true, message: "no" });
    await pushed("a", "api/main.ts");
    world.deployer.script = () => ({ state: "success", proven: true });
    await pushed("b", "docs/readme.md");
    expect((await deployments()).slice(2)).toEqual(["api/staging a failure", "api/staging b success"]);
  });

  test("leaves alone what waits with the same content, and its approval", async () => {
    await pushed("a", "web/page.ts");
    await pushed("b", "api/main.ts");
    expect((await deployments()).slice(2)).toEqual(["web/staging a waiting", "api/staging b success"]);
    await world.react("U0000ROSA", await waiting());
    expect((await deployments()).slice(2)).toEqual(["web/staging a success", "api/staging b success"]);
    await pushed("c", "docs/readme.md");
    expect(await deployments()).toHaveLength(4);
  });

  test("takes the place of what waits when it changes the service again", async () => {
    await pushed("a", "web/page.ts");
    await pushed("b", "web/page.ts");
    expect((await deployments()).slice(2)).toEqual(["web/staging a superseded", "web/staging b waiting"]);
  });

  test("deploys a service of which the pipeline file says something else", async () => {
    await world.pipeline(file.replace("make api}", "make api, env: {A: b}}"));
    await pushed("a", "docs/readme.md");
    expect((await deployments()).slice(2)).toEqual(["api/staging a success"]);
  });

  test("deploys what cannot be compared, when it changed anything at all", async () => {
    world.bot.github.content = async () => undefined;
    await pushed("a", "docs/readme.md");
    expect((await deployments()).slice(2)).toEqual(["api/staging a success", "web/staging a waiting"]);
  });
});

describe("the same content", () => {
  test("is that of the service: what was tested goes on under another commit", async () => {
    await pushed("a", "api/main.ts");
    const c = await pushed("c", "web/page.ts");
    const deploy = { kind: "deploy", environment: "production", revision: c, service: "api" } as const;
    expect(await world.command("U0000ALICE", deploy)).toMatchObject({ code: "requested" });
    const row = await world.db.selectFrom("deployment").selectAll().orderBy("id", "desc").executeTakeFirstOrThrow();
    const order = row.verdict?.gates.find(({ gate }) => gate === "order");
    expect(order).toMatchObject({ result: "pass", reason: { code: "order.ok" } });
  });

  test("is not what was never live before", async () => {
    world.commandsAllowed = false;
    const a = await pushed("a", "api/main.ts");
    world.commandsAllowed = true;
    const deploy = { kind: "deploy", environment: "production", revision: a, service: "api" } as const;
    const reply = await world.command("U0000ALICE", deploy);
    expect(JSON.stringify(reply)).toContain("order.never-live-before");
  });
});

describe("a pull request", () => {
  async function opened(number: number, letter: string, ...files: readonly string[]): Promise<void> {
    world.github.changed.set(letter.repeat(40), files);
    const headSha = world.commit(letter, { branch: `change-${letter}` });
    await branches.open(number, { headSha, baseRef: "main" });
  }

  async function gates(number: number) {
    const rows = await world.db
      .selectFrom("pull_request_gate as gate")
      .innerJoin("environment", "environment.id", "gate.environment_id")
      .innerJoin("service", "service.id", "environment.service_id")
      .where("gate.number", "=", number)
      .select(["service.name", "gate.verdict", "gate.outside"])
      .orderBy("service.name")
      .execute();
    return rows.map(({ name, verdict, outside }) => [name, verdict?.outcome, outside?.untouched ?? false]);
  }

  test("has a verdict for each service, and a green one where it changes nothing", async () => {
    await opened(1, "a", "web/page.ts");
    expect(await gates(1)).toEqual([
      ["api", "go", true],
      ["web", "wait", false],
    ]);
    await opened(2, "b", ".github/signalbox.yml");
    expect((await gates(2)).map(([, , untouched]) => untouched)).toEqual([false, false]);
  });

  test("ships with the services that it changes", async () => {
    await opened(1, "a", "web/page.ts");
    await opened(2, "b", "shared/log.ts");
    world.github.changed.set("c".repeat(40), ["web/page.ts"]);
    world.github.changed.set("d".repeat(40), ["shared/log.ts"]);
    await branches.merge(1, { letter: "c" });
    await branches.merge(2, { letter: "d" });
    const rows = await world.db
      .selectFrom("deployment")
      .innerJoin("environment", "environment.id", "deployment.environment_id")
      .innerJoin("service", "service.id", "environment.service_id")
      .where("deployment.sha", "=", "d".repeat(40))
      .select(["service.name", "deployment.ships"])
      .orderBy("service.name")
      .execute();
    expect(rows.map(({ name, ships }) => [name, ships?.pullRequests.map(({ number }) => number)])).toEqual([
      ["api", [2]],
      ["web", [1, 2]],
    ]);
  });
});
