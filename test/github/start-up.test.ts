/** What is compared at start, and which deliveries are asked for again. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createGitHubApp } from "../../src/github/app.ts";
import type { EventRepository, StoredRepository } from "../../src/github/events.ts";
import { GitHubRefusal } from "../../src/github/failures.ts";
import { listInstallations } from "../../src/github/installations.ts";
import { aSandbox, type WithSandbox } from "./a-sandbox.ts";
import { recordedEvents } from "./recorded-events.ts";

let world: WithSandbox;

beforeEach(async () => {
  world = await aSandbox();
});

afterEach(async () => {
  await world.close();
});

type Built = {
  known?: readonly string[];
  follows?: (id: number) => Promise<boolean>;
  beyond?: () => Promise<readonly StoredRepository[]>;
};
function build(options: Built = {}) {
  const events = recordedEvents(undefined, options.beyond);
  const asked: string[][] = [];
  const app = createGitHubApp({
    context: world.context,
    log: pino({ level: "silent" }),
    github: world.github,
    events,
    knownDeliveries: (keys) => {
      asked.push([...keys]);
      return Promise.resolve(new Set(options.known ?? []));
    },
    ...(options.follows ? { follows: options.follows } : {}),
  });
  return { app, events, asked };
}

async function openPullRequest(repository: string, branch: string): Promise<number> {
  const changes = [{ path: branch, content: branch }];
  await world.sandbox.commit(repository, "alice", { branch, message: branch, changes });
  return await world.sandbox.openPullRequest(repository, "alice", { title: branch, body: "", head: branch });
}

test("installations, repositories and open pull requests are compared, in few calls", async () => {
  const first = await openPullRequest("acme/shop", "one");
  const second = await openPullRequest("acme/shop", "two");
  const closed = await openPullRequest("acme/shop", "three");
  await world.sandbox.closePullRequest("acme/shop", "alice", closed);
  const shop = await world.repository("acme/shop");
  const { app, events } = build();
  const calls = await world.callsOf(() => app.startUp());
  expect(events.told.map(([name]) => name)).toEqual([
    "repositoriesAdded",
    "repositoriesListed",
    "openPullRequestsListed",
  ]);
  expect(events.told[0]).toEqual(["repositoriesAdded", [shop]]);
  expect(events.told[1]).toEqual(["repositoriesListed", [shop.id]]);
  const open = [
    { number: second, title: "two", state: "open", author: "alice" },
    { number: first, title: "one", state: "open", author: "alice" },
  ];
  expect(events.told[2]).toMatchObject(["openPullRequestsListed", [{ repository: shop, open }]]);
  expect(calls).toEqual(["GET /app/installations", "GET /installation/repositories", "POST /graphql"]);
});

test("what is stored and not listed is asked for again before it is taken away: it may have come, or been passed over", async () => {
  let late: EventRepository | undefined;
  const { app, events } = build({
    async beyond() {
      await world.sandbox.createRepository("acme/late", { files: { a: "a" } });
      late = await world.repository("acme/late");
      return [late, { id: 999, installationId: late.installationId }, { id: 998, installationId: 404 }];
    },
  });
  await app.startUp();
  const told = events.told.filter(([name]) => name !== "openPullRequestsListed").slice(2);
  expect(told).toEqual([
    ["repositoryRemoved", 999],
    ["repositoriesAdded", [late]],
    ["repositoryRemoved", 998],
  ]);
});

test("pull requests of repositories that nobody follows are not asked for", async () => {
  await world.sandbox.createRepository("acme/infra", { files: { a: "a" } });
  const infra = await world.repository("acme/infra");
  const { app, events } = build({ follows: (id) => Promise.resolve(id === infra.id) });
  await app.startUp();
  const listed = events.told.filter(([name]) => name === "openPullRequestsListed");
  expect(listed).toEqual([["openPullRequestsListed", [{ repository: infra, open: [] }]]]);
});

test("one repository that cannot be listed does not keep the others from being looked at", async () => {
  await world.sandbox.createRepository("acme/infra", { files: { a: "a" } });
  const infra = await world.repository("acme/infra");
  world.sandbox.fail({ method: "POST", path: /graphql/ }, [{ status: 502 }]);
  world.sandbox.fail({ method: "GET", path: /\/acme\/shop\/pulls/ }, [{ status: 451 }]);
  const { app, events } = build();
  await app.startUp();
  expect(events.told.at(-1)).toEqual(["openPullRequestsListed", [{ repository: infra, open: [] }]]);
});

test("nor does one installation whose organisation lets nobody in, and nothing of it is taken away", async () => {
  const shop = await world.repository("acme/shop");
  await world.sandbox.createRepository("umbrella/vault", { files: { a: "a" } });
  const closed = Math.max(...(await listInstallations(world.github)));
  const path = new RegExp(`/installations/${closed}/access_tokens`);
  world.sandbox.fail({ method: "POST", path }, [{ status: 403 }, { status: 403 }]);
  const { app, events } = build({ beyond: async () => [{ id: 999, installationId: closed }] });
  expect(await app.startUp()).toBeInstanceOf(GitHubRefusal);
  expect(events.told).toMatchObject([
    ["repositoriesAdded", [shop]],
    ["repositoriesListed", [shop.id]],
    ["openPullRequestsListed", [{ repository: shop }]],
  ]);
});

test("but when GitHub fails, the comparison does too, and may be asked for again", async () => {
  world.sandbox.fail({ method: "POST", path: /graphql/ }, [{ status: 502 }]);
  world.sandbox.fail({ method: "GET", path: /\/pulls/ }, [{ status: 502 }]);
  const { app } = build();
  await expect(app.startUp()).rejects.toThrow("GitHub answered 502");
});

test("an installation without details is looked up", async () => {
  const shop = await world.repository("acme/shop");
  const { app, events } = build();
  await app.handDelivery({
    key: "1",
    name: "installation",
    payload: { action: "created", installation: { id: shop.installationId } },
  });
  await app.handDelivery({
    key: "2",
    name: "installation_repositories",
    payload: {
      action: "added",
      installation: { id: shop.installationId },
      repositories_added: [{ id: shop.id }],
      repositories_removed: [{ id: 999 }],
    },
  });
  expect(events.told).toEqual([
    ["repositoriesAdded", [shop]],
    ["openPullRequestsListed", [{ repository: shop, open: [] }]],
    ["repositoryRemoved", 999],
    ["repositoriesAdded", [shop]],
    ["openPullRequestsListed", [{ repository: shop, open: [] }]],
  ]);
});

/** A bot that answers as it is told to, and what it was sent. */
async function aReceiver(status: () => number): Promise<{ server: Server; url: string; guids: string[] }> {
  const guids: string[] = [];
  const server = createServer((request, response) => {
    guids.push(String(request.headers["x-github-delivery"]));
    request.resume();
    response.writeHead(status()).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}/api/github/webhooks`, guids };
}

test("what failed while the bot was down is asked for again, oldest first, unless it is known or not read", async () => {
  let status = 202;
  const { server, url, guids } = await aReceiver(() => status);
  try {
    world.sandbox.deliverTo(url);
    const since = world.context.clock.now();
    const first = await world.sandbox.createIssue("acme/shop", "olaf", "arrived");
    const comment = await world.sandbox.comment("acme/shop", "olaf", first, "read");
    await world.sandbox.settled();
    status = 503;
    const one = await world.sandbox.createIssue("acme/shop", "olaf", "missed");
    await world.sandbox.setIssueState("acme/shop", "olaf", one, "closed");
    await world.sandbox.editComment("acme/shop", "olaf", comment, "not read");
    await world.sandbox.setIssueState("acme/shop", "olaf", one, "open");
    await world.sandbox.settled();
    const log = [...world.sandbox.deliveries()].slice(0, 5).reverse();
    const [, opened, closed, , reopened] = log.map(({ guid }) => guid);
    expect(log.map(({ event, action }) => `${event}.${action}`)).toEqual([
      "issue_comment.created",
      "issues.opened",
      "issues.closed",
      "issue_comment.edited",
      "issues.reopened",
    ]);
    status = 202;
    guids.length = 0;
    const { app, asked } = build({ known: [closed ?? ""] });
    expect(await app.recoverDeliveries(since)).toEqual({ asked: 2, complete: true });
    await world.sandbox.settled();
    expect(asked).toEqual([[reopened, closed, opened]]);
    expect(guids).toEqual([opened, reopened]);

    // One that had arrived, and failed when somebody sent it once more, has arrived all the same.
    status = 503;
    world.sandbox.redeliver(opened ?? "");
    await world.sandbox.settled();
    status = 202;

    // What has arrived meanwhile failed once, but not for good; what the inbox knows is left alone.
    const again = build({ known: [closed ?? ""] });
    expect(await again.app.recoverDeliveries(since)).toEqual({ asked: 0, complete: true });
    expect(again.asked).toEqual([[closed]]);
    expect(await build().app.recoverDeliveries(world.context.clock.now() + 1000)).toEqual({ asked: 0, complete: true });
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
