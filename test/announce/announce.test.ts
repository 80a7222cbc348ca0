/** Announcements over real HTTP: what each far side is told, once, and that none of them has a say in a deployment. */
import { createServer, type IncomingMessage } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAnnouncementSurface } from "../../src/announce/surface.ts";
import { createContext } from "../../src/context.ts";
import { signatureHeader, signatureOf } from "../../src/deployers/http-answer.ts";
import { loadAnnounced, tellRefusedAnnouncement } from "../../src/operations/announcements.ts";
import { createProjections } from "../../src/projections/engine.ts";
import type { Surface } from "../../src/projections/surface.ts";
import { deploymentsOf, statusOf } from "../operations/steps.ts";
import { openWorld, push, sha, shopPipeline, type World } from "../operations/world.ts";

type Told = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  body: string;
};

/** Stands in for Grafana, Sentry and a webhook: keeps what it was sent, lists it again, and refuses when told to. */
async function openFarSide() {
  const told: Told[] = [];
  const refusals: number[] = [];
  const annotations: { id: number; tags: readonly string[] }[] = [];
  const deploys: { id: string; name: string }[] = [];
  const answer = (one: Told): unknown => {
    const url = new URL(one.path, "http://far");
    const isPost = one.method === "POST";
    if (url.pathname === "/api/annotations" && isPost) {
      const made = { id: annotations.length + 1, tags: JSON.parse(one.body).tags };
      annotations.push(made);
      return { message: "Annotation added", id: made.id };
    }
    if (url.pathname === "/api/annotations") {
      return annotations.filter(({ tags }) => url.searchParams.getAll("tags").every((tag) => tags.includes(tag)));
    }
    if (url.pathname.endsWith("/deploys/") && isPost) {
      deploys.push({ id: `${deploys.length + 1}`, name: JSON.parse(one.body).name });
      return deploys.at(-1);
    }
    if (url.pathname.endsWith("/deploys/")) return deploys;
    return { version: "made" };
  };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += String(chunk);
    const one = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
    told.push(one);
    const status = refusals.shift() ?? 200;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status === 200 ? answer(one) : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    told,
    refusals,
    annotations,
    deploys,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

let world: World;
let far: Awaited<ReturnType<typeof openFarSide>>;
beforeEach(async () => {
  world = await openWorld();
  far = await openFarSide();
});
afterEach(async () => {
  await world.close();
  await far.close();
});

const granted = { GRAFANA: "glsa_1", SENTRY: "sntrys_1", HOOK: "a shared secret" };

/** A new writer, as after a start: nothing is in memory. */
function writer(faulty?: (surface: Surface) => Surface) {
  const context = { ...world.bot.context, network: createContext().network, fetch: createContext().fetch };
  const surface = createAnnouncementSurface({
    context,
    operator: {
      outbound: ["127.0.0.1"],
      secrets: (_repository, names) => {
        const known = Object.entries(granted).filter(([name]) => names.includes(name));
        return { values: Object.fromEntries(known), refused: names.filter((name) => !(name in granted)) };
      },
    },
    load: (subject) => loadAnnounced(world.db, subject),
  }) as Surface;
  return createProjections({
    ...{ context, log: world.bot.log, db: world.db },
    surfaces: new Map([["announcement", faulty?.(surface) ?? surface]]),
    onCreated: (_surface, subject) => tellRefusedAnnouncement(world.bot, subject),
  });
}

async function succeed(announce: string): Promise<number> {
  await world.pipeline(
    shopPipeline.replace("    deploy: make deploy\n", `    deploy: make deploy\n    announce: ${announce}\n`),
  );
  await push(world, "a");
  const id = (await deploymentsOf(world, "staging")).at(-1)?.id ?? 0;
  expect(await statusOf(world, id)).toBe("success");
  return id;
}

async function write(id: number, projections = writer()): Promise<void> {
  await projections.project(`announcement/${id}/0`);
  await projections.stop();
}

const refused = async () => (await world.said()).filter(({ code }) => code === "announcement-refused");

describe("each is told once", () => {
  test("Grafana: an annotation from start to end, with tags", async () => {
    const id = await succeed(`[{grafana: {url: "${far.url}/", token: GRAFANA, dashboard: abc, tags: [shop-team]}}]`);
    await write(id);
    await write(id);
    expect(far.told).toHaveLength(1);
    expect(far.told[0]).toMatchObject({ method: "POST", path: "/api/annotations" });
    expect(far.told[0]?.headers.authorization).toBe("Bearer glsa_1");
    expect(JSON.parse(far.told[0]?.body ?? "")).toEqual({
      dashboardUID: "abc",
      time: expect.any(Number),
      timeEnd: expect.any(Number),
      tags: ["deployment", "shop", "staging", "shop-team", `signalbox:shop/staging/${id}`],
      text: `Deployed shop ${sha("a").slice(0, 7)} in staging, asked for by alice`,
    });
  });

  test("Sentry: the release, and a deploy of it", async () => {
    const entry = "organization: acme, projects: [shop], token: SENTRY, release: 'shop@{short_sha}'";
    const id = await succeed(`[{sentry: {url: "${far.url}", ${entry}}}]`);
    await write(id);
    const release = encodeURIComponent(`shop@${sha("a").slice(0, 7)}`);
    expect(far.told.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /api/0/organizations/acme/releases/",
      `POST /api/0/organizations/acme/releases/${release}/deploys/`,
    ]);
    expect(JSON.parse(far.told[0]?.body ?? "")).toMatchObject({ projects: ["shop"], ref: sha("a") });
    expect(JSON.parse(far.told[1]?.body ?? "")).toMatchObject({ environment: "staging", name: `signalbox ${id}` });
  });

  test("a webhook: JSON, signed", async () => {
    const id = await succeed(`[{webhook: {url: "${far.url}/hook", secret: HOOK}}]`);
    await write(id);
    const [one] = far.told;
    expect(one?.headers[signatureHeader.toLowerCase()]).toBe(signatureOf(granted.HOOK, one?.body ?? ""));
    expect(one?.headers["idempotency-key"]).toBe(`announcement/${id}/0`);
    expect(JSON.parse(one?.body ?? "")).toMatchObject({
      ...{ event: "success", deployment: id, service: "shop", environment: "staging" },
      ...{ kind: "merge", sha: sha("a"), version: null, requested_by: "alice" },
    });
  });
});

describe("after a crash between the call and its record", () => {
  /** The far side did it, and the bot is killed before it knows. */
  const killedAfter = (surface: Surface): Surface => ({
    ...surface,
    async create(subject, content) {
      await surface.create(subject, content);
      throw new Error("killed");
    },
  });

  test.each([
    ["Grafana", "{grafana: {url: URL, token: GRAFANA}}", () => far.annotations.length],
    ["Sentry", "{sentry: {url: URL, organization: acme, projects: [shop], token: SENTRY}}", () => far.deploys.length],
  ])("%s is not told twice", async (_, entry, made) => {
    const id = await succeed(`[${entry.replace("URL", `"${far.url}"`)}]`);
    await write(id, writer(killedAfter));
    await world.tick(60_000);
    await write(id);
    expect(made()).toBe(1);
  });
});

describe("what fails there fails no deployment", () => {
  test("refused for good, it is said in the thread, and nobody is asked again", async () => {
    const id = await succeed(`[{grafana: {url: "${far.url}", token: GRAFANA}}]`);
    far.refusals.push(401);
    await write(id);
    await world.tick(60_000);
    await write(id);
    expect(far.told).toHaveLength(1);
    expect(await refused()).toEqual([{ code: "announcement-refused", where: "grafana", why: "it answered 401" }]);
    expect(await statusOf(world, id)).toBe("success");
  });

  test("a secret that was not granted is named", async () => {
    const id = await succeed(`[{webhook: {url: "${far.url}", secret: OTHER}}]`);
    await write(id);
    expect(far.told).toEqual([]);
    expect(await refused()).toMatchObject([{ why: "the operator has not granted acme/shop the secret OTHER" }]);
  });

  test("a host of one's own that the operator has not listed is not asked", async () => {
    const id = await succeed(`[{webhook: {url: "http://127.0.0.2:1/"}}]`);
    await write(id);
    expect(await refused()).toMatchObject([{ why: expect.stringContaining("private address") }]);
  });

  test("away for a while, it is told later; away for a day, it is given up and said", async () => {
    const id = await succeed(`[{webhook: {url: "${far.url}"}}]`);
    far.refusals.push(503, 429);
    await write(id);
    await world.tick(10_000);
    await write(id);
    await world.tick(10_000);
    await write(id);
    expect(far.told).toHaveLength(3);
    expect(await refused()).toEqual([]);

    await push(world, "b");
    const next = (await deploymentsOf(world, "staging")).at(-1)?.id ?? 0;
    far.refusals.push(500);
    await world.tick(25 * 60 * 60_000);
    await write(next);
    expect(await refused()).toMatchObject([{ where: "webhook", why: "it answered 500" }]);
  });

  test.each([
    ["grafana", "{grafana: {url: URL, token: GRAFANA}}"],
    ["sentry", "{sentry: {url: URL, organization: acme, projects: [shop], token: SENTRY}}"],
  ])("%s that does not even list what it was told is given up after a day too", async (where, entry) => {
    const id = await succeed(`[${entry.replace("URL", `"${far.url}"`)}]`);
    far.refusals.push(503, 502, 500);
    await write(id);
    await world.tick(60_000);
    await write(id);
    expect(await refused()).toEqual([]);
    await world.tick(25 * 60 * 60_000);
    await write(id);
    expect(await refused()).toMatchObject([{ where, why: "it answered 500" }]);
    await write(id);
    expect(far.told.map(({ method }) => method)).toEqual(["POST", "GET", "GET"]);
  });
});
